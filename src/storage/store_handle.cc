#include "storage/store_handle.h"

#include <algorithm>

namespace stoa::storage {

Result<> check_size(const model::Document& document) {
  if (document.body.size() <= kBodyBytesMax) return {};
  return fail(
      error(Code::invalid, "document {}: {} bytes, wanted at most {}", document.id, document.body.size(), kBodyBytesMax)
          .because("document-too-large"));
}

Result<> Batch::validate() const {
  if (pass || (drafts.empty() && parts.empty() && draft_open.empty() && drafts_done.empty())) return {};
  return fail(Code::bug, "batch: drafts without the pass they belong to");
}

// ---- the sweep's input (rule S2)

Result<Unseen> StoreHandle::count_unseen(const Pass& pass) {
  STOA_TRY_ASSIGN(const auto all, kinds());
  Unseen unseen{.stored = all[static_cast<std::size_t>(pass.progress.kind)].count};
  const auto count = [&](std::string_view) { return ++unseen.unseen > 0; };
  STOA_TRY(each_unseen(pass, count));
  return unseen;
}

Result<std::vector<std::string>> StoreHandle::list_unseen(const Pass& pass, std::size_t limit) {
  std::vector<std::string> ids;
  if (limit == 0) return ids;
  const auto take = [&](std::string_view id) {
    ids.emplace_back(id);
    return ids.size() < limit;
  };
  STOA_TRY(each_unseen(pass, take));
  return ids;
}

// ---- blobs

bool is_blob_name(std::string_view name) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 64 && std::ranges::all_of(name, hex);
}

std::unexpected<Error> document_changed(std::string_view id) {
  return fail(
      error(Code::conflict, "document {}: changed since its raw hash was read", id).because("document-changed"));
}

std::unexpected<Error> no_such_blob() {
  return fail(error(Code::not_found, "blob: there is none of that name").because("blob-not-found"));
}

}  // namespace stoa::storage
