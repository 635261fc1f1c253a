#include "storage/store_handle.h"

#include <algorithm>

namespace stoa::storage {

bool is_blob_name(std::string_view name) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 64 && std::ranges::all_of(name, hex);
}

std::unexpected<Error> no_such_blob() {
  return fail(error(Code::not_found, "blob: there is none of that name").because("blob-not-found"));
}

}  // namespace stoa::storage
