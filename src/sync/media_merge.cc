#include "sync/media_merge.h"

#include <map>
#include <set>
#include <unordered_map>

#include "media/record.h"

namespace stoa::sync {

namespace {

// The ids of those that say to be stored, and whose bytes are not there: somebody's hand was in the blob space, or a
// disk lost them.
Result<std::set<std::string>> without_bytes(storage::StoreHandle& store,
                                            const std::vector<storage::Stored>& documents) {
  std::multimap<std::string, std::string> ids;  // by hash
  for (const auto& document : documents)
    if (auto hash = media::record_of(document.body).sha256; !hash.empty()) ids.emplace(std::move(hash), document.id);
  std::vector<std::string> hashes;
  for (const auto& [hash, id] : ids) hashes.push_back(hash);
  std::set<std::string> lost;
  if (hashes.empty()) return lost;
  STOA_TRY_ASSIGN(const auto gone, store.lost_blobs(hashes));
  for (const auto& hash : gone)
    for (auto [at, end] = ids.equal_range(hash); at != end; ++at) lost.insert(at->second);
  return lost;
}

}  // namespace

Result<> merge_media(storage::StoreHandle& store, std::vector<shopify::Decoded>& nodes, const MediaUses* uses,
                     const MediaTimes& times) {
  std::vector<std::string> ids;
  for (const auto& node : nodes) ids.push_back(node.id);
  STOA_TRY_ASSIGN(auto stored, store.get_many(model::Kind::media, ids));
  std::unordered_map<std::string_view, storage::Stored*> before;
  for (auto& document : stored) before[document.id] = &document;
  STOA_TRY_ASSIGN(const auto lost, without_bytes(store, stored));
  for (auto& node : nodes) {
    media::Merge merge{.used_in = {},
                       .before = {},
                       .now = times.now,
                       .retry_after = times.retry_after,
                       .again = times.again,
                       .lost = lost.contains(node.id)};
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
