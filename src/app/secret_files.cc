#include "app/secret_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/log.h"
#include "base/text.h"

namespace stoa::app {
namespace {

constexpr std::size_t kKeyBytes = 32, kTokenLeast = 16;

// The file's content without its final newline; nothing when there is no such file.
Result<std::optional<std::string>> read_private(const std::filesystem::path& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return fail(Code::denied, "{}: cannot be read", file.string());
  }
  if ((info.st_mode & 077) != 0)
    return fail(Code::denied, "{}: mode {:o}, want 600: others may read a secret", file.string(), info.st_mode & 0777);
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail(Code::denied, "{}: cannot be read", file.string());
  auto content = text.str();
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  return content;
}

// Written aside and renamed, so that a crash leaves the old file or the new one.
Result<> write_private(const std::filesystem::path& file, const std::string& content) {
  std::error_code ignored;
  if (file.has_parent_path() && std::filesystem::create_directories(file.parent_path(), ignored))
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all, ignored);
  const auto aside = file.string() + ".new";
  const int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::denied, "{}: cannot be written", file.string());
  const auto line = content + "\n";
  const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(fd) == 0;
  close(fd);
  if (!written || rename(aside.c_str(), file.c_str()) != 0)
    return fail(Code::unavailable, "{}: cannot be written", file.string());
  return {};
}

}  // namespace

Result<Secret> operator_token(const std::filesystem::path& file, Random& random) {
  STOA_TRY_ASSIGN(const auto content, read_private(file));
  if (content) {
    if (content->size() < kTokenLeast)
      return fail(Code::corrupt, "{}: {} characters, want at least {}", file.string(), content->size(), kTokenLeast);
    return Secret(*content);
  }
  const auto token = "stoa_op_" + random.token(32);
  STOA_TRY(write_private(file, token));
  log::info("made an operator token", {{"file", file.string()}});
  return Secret(token);
}

Result<Secret> master_key(const std::filesystem::path& file, storage::Registry& registry, Random& random) {
  STOA_TRY_ASSIGN(const auto content, read_private(file));
  if (content) {
    auto key = base64_url_decode(*content);
    if (!key || key->size() != kKeyBytes || *key == std::string(kKeyBytes, '\0'))
      return fail(Code::corrupt, "{}: want {} random bytes as base64url", file.string(), kKeyBytes);
    return Secret(std::move(*key));
  }
  STOA_TRY_ASSIGN(const bool sealed, registry.has_sealed_values());
  if (sealed)
    return fail(error(Code::conflict,
                      "{}: the master key is missing, and secrets sealed with it are stored: put the file back, or "
                      "restore it from where it is kept",
                      file.string())
                    .because("master-key-missing"));
  const auto text = random.token(kKeyBytes);
  STOA_TRY(write_private(file, text));
  log::info("made a master key: keep a copy of it apart from the backups", {{"file", file.string()}});
  return Secret(*base64_url_decode(text));
}

}  // namespace stoa::app
