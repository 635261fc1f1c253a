// The bytes of media, as files beside the databases: media/<database>/ab/cd/<sha256>. A file appears there by a rename,
// so it is whole or absent. Every call counts as a use of the store: a removal waits for it, and none comes after.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "storage/embedded/store.h"

namespace stoa::storage::embedded {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::unexpected<Error> system_failure(std::string_view what, const fs::path& path) {
  return fail(
      error(Code::unavailable, "blob: {} {}: {}", what, path.string(), std::strerror(errno)).because("storage-io"));
}

fs::path place_of(const fs::path& media, const std::string& sha256) {
  return media / sha256.substr(0, 2) / sha256.substr(2, 2) / sha256;
}

Result<> make_folders(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return fail(
        error(Code::unavailable, "make folder {}: {}", folder.string(), failed.message()).because("storage-io"));
  return {};
}

Result<> sync_to_disk(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_failure("open", path);
  return ::fsync(file.get()) == 0 ? Result<>() : system_failure("fsync", path);
}

BlobInfo info_of(const std::string& sha256, const struct stat& info) {
  const auto at = std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
  return {.sha256 = sha256,
          .size = info.st_size,
          .stored_at = Time(std::chrono::duration_cast<std::chrono::microseconds>(at))};
}

// The entries of a folder that are not before `from`, in order; none when there is no such folder.
std::set<std::string> entries(const fs::path& folder, std::string_view from, std::size_t length) {
  std::set<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (auto name = entry->path().filename().string(); name.size() == length && name >= from)
      names.insert(std::move(name));
  return names;
}

}  // namespace

Result<fs::path> EmbeddedStore::spool() {
  STOA_TRY_ASSIGN(const auto guard, use());
  auto folder = media() / "spool";
  STOA_TRY(make_folders(folder));
  return folder;
}

Result<> EmbeddedStore::put_blob(const std::string& sha256, const fs::path& file) {
  if (!is_blob_name(sha256)) return no_such_blob();
  STOA_TRY_ASSIGN(const auto guard, use());
  const auto place = place_of(media(), sha256);
  STOA_TRY(make_folders(place.parent_path()));
  STOA_TRY(sync_to_disk(file));
  // Over what may be there: the same bytes.
  if (::rename(file.c_str(), place.c_str()) != 0) return system_failure("rename to", place);
  return sync_to_disk(place.parent_path());
}

Result<std::optional<BlobInfo>> EmbeddedStore::blob(const std::string& sha256) {
  if (!is_blob_name(sha256)) return std::nullopt;
  STOA_TRY_ASSIGN(const auto guard, use());
  const auto place = place_of(media(), sha256);
  struct stat info{};
  if (::stat(place.c_str(), &info) == 0) return info_of(sha256, info);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return system_failure("stat", place);
}

Result<std::string> EmbeddedStore::read_blob(const std::string& sha256, std::int64_t offset, std::size_t bytes_max) {
  if (!is_blob_name(sha256)) return no_such_blob();
  STOA_TRY_ASSIGN(const auto guard, use());
  const auto place = place_of(media(), sha256);
  const Descriptor file(::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0 && errno == ENOENT) return no_such_blob();
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return system_failure("open", place);
  const auto left = std::max<std::int64_t>(0, info.st_size - std::max<std::int64_t>(0, offset));
  std::string out(std::min<std::size_t>(bytes_max, static_cast<std::size_t>(left)), '\0');
  for (std::size_t at = 0; at < out.size();) {
    const auto count =
        ::pread(file.get(), out.data() + at, out.size() - at, static_cast<off_t>(offset) + static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_failure("read", place);
    at += static_cast<std::size_t>(count);
  }
  return out;
}

Result<std::vector<BlobInfo>> EmbeddedStore::blobs(const std::string& after, std::size_t limit) {
  STOA_TRY_ASSIGN(const auto guard, use());
  const auto folder = media();
  std::vector<BlobInfo> out;
  for (const auto& first : entries(folder, after.substr(0, 2), 2)) {
    const auto second_from = after.starts_with(first) && after.size() >= 4 ? after.substr(2, 2) : "";
    for (const auto& second : entries(folder / first, second_from, 2))
      for (const auto& name : entries(folder / first / second, after, 64)) {
        struct stat info{};
        if (name == after || ::stat((folder / first / second / name).c_str(), &info) != 0) continue;
        if (out.size() == limit) return out;
        out.push_back(info_of(name, info));
      }
  }
  return out;
}

Result<> EmbeddedStore::erase_blob(const std::string& sha256) {
  if (!is_blob_name(sha256)) return {};
  STOA_TRY_ASSIGN(const auto guard, use());
  const auto place = place_of(media(), sha256);
  if (::unlink(place.c_str()) != 0 && errno != ENOENT) return system_failure("remove", place);
  return {};
}

Result<std::vector<std::string>> EmbeddedStore::lost_blobs(std::span<const std::string> names) {
  std::set<std::string> lost;
  for (const auto& name : names) {
    STOA_TRY_ASSIGN(const auto there, blob(name));
    if (!there) lost.insert(name);
  }
  return std::vector(lost.begin(), lost.end());
}

// A blob appears by a rename, whole.
Result<> EmbeddedStore::forget_cut_uploads(Time) { return {}; }

}  // namespace stoa::storage::embedded
