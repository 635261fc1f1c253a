#include "storage/store_handle.h"

#include <algorithm>

namespace stoa::storage {
namespace {
std::unexpected<Error> no_blob_space() {
  return fail(error(Code::unavailable, "storage: this engine keeps no bytes of media yet").because("no-blob-space"));
}
}  // namespace

Result<std::filesystem::path> StoreHandle::spool() { return no_blob_space(); }
Result<> StoreHandle::put_blob(const std::string&, const std::filesystem::path&) { return no_blob_space(); }
Result<std::optional<BlobInfo>> StoreHandle::blob(const std::string&) { return no_blob_space(); }
Result<std::string> StoreHandle::read_blob(const std::string&, std::int64_t, std::size_t) { return no_blob_space(); }
Result<std::vector<BlobInfo>> StoreHandle::blobs(const std::string&, std::size_t) { return no_blob_space(); }
Result<> StoreHandle::erase_blob(const std::string&) { return no_blob_space(); }

}  // namespace stoa::storage
