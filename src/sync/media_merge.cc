#include "sync/media_merge.h"

#include <unordered_map>

#include "media/record.h"

namespace stoa::sync {

Result<> merge_media(storage::StoreHandle& store, std::vector<shopify::Decoded>& nodes, const MediaUses* uses,
                     const MediaTimes& times) {
  std::vector<std::string> ids;
  for (const auto& node : nodes) ids.push_back(node.id);
  STOA_TRY_ASSIGN(auto stored, store.get_many(model::Kind::media, ids));
  std::unordered_map<std::string_view, storage::Stored*> before;
  for (auto& document : stored) before[document.id] = &document;
  for (auto& node : nodes) {
    media::Merge merge{
        .used_in = {}, .before = {}, .now = times.now, .retry_after = times.retry_after, .again = times.again};
    if (const auto found = before.find(node.id); found != before.end()) merge.before = found->second->body;
    if (uses != nullptr)
      merge.used_in = uses->of(node.id);
    else if (merge.before)
      merge.used_in = media::used_in(*merge.before);
    node.body = media::media_body(node.body, merge);
  }
  return {};
}

}  // namespace stoa::sync
