#include "sandbox/theme.h"

#include <fstream>
#include <sstream>

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::sandbox {
namespace {
constexpr std::size_t kTextMax = 256 * 1024;  // longer contents are handed out as URLs
}

std::string ThemeFile::checksum() const { return hash_hex(content_hash({content})); }

void put_file(Theme& theme, const std::string& filename, std::string content, Time now) {
  auto& file = theme.files[filename];
  if (file.created_at == Time{}) file.created_at = now;
  file.updated_at = now;
  file.body = content.size() > kTextMax ? ThemeFile::Body::url
              : valid_utf8(content)     ? ThemeFile::Body::text
                                        : ThemeFile::Body::base64;
  file.content = std::move(content);
}

Result<void> load_theme(Theme& theme, const std::filesystem::path& folder, Time now) {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!at->is_regular_file()) continue;
    std::ostringstream content;
    content << std::ifstream(at->path(), std::ios::binary).rdbuf();
    put_file(theme, std::filesystem::relative(at->path(), folder).generic_string(), std::move(content).str(), now);
  }
  if (error || theme.files.empty()) return fail(Code::not_found, "sandbox: theme: no files in {}", folder.string());
  return {};
}

}  // namespace stoa::sandbox
