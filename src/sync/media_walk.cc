#include "sync/media_walk.h"

#include <array>

#include "sync/media_merge.h"

namespace stoa::sync {
namespace {

constexpr std::array kShowMedia{model::Kind::products, model::Kind::collections, model::Kind::articles};
constexpr std::size_t kScanBatch = 500, kImageBatch = 250;

}  // namespace

Result<bool> MediaWalk::step(shopify::Transport& transport) {
  if (!loaded_) {
    STOA_TRY(load());
    if (state_.since) {  // files may be asked for by date, where they are used may not
      state_.since.reset();
      state_.may_delete = true;
    }
  }
  if (state_.phase == Phase::finished) return settle();
  if (scanned_ < kShowMedia.size()) return scan();
  if (!images_done_) return images();
  return state_.phase == Phase::sweep ? sweep(transport) : page(transport);
}

// One page of the documents that show media.
Result<bool> MediaWalk::scan() {
  storage::Query query{.kind = kShowMedia[scanned_], .all = {}, .after = scan_after_, .limit = kScanBatch};
  STOA_TRY_ASSIGN(auto found, context_.store.query(query));
  for (const auto& document : found.documents) uses_.add(query.kind, document.id, document.body);
  scan_after_ = std::move(found.next);
  if (scan_after_) return false;
  if (++scanned_ == kShowMedia.size()) uses_.sort();
  return false;
}

// The images that are no files. Nothing is asked of the shop for them: they are as new as what shows them.
Result<bool> MediaWalk::images() {
  const auto stamp = context_.store.fetch_clock().begin();
  std::vector<shopify::Decoded> nodes;
  auto next = uses_.images().upper_bound(images_after_);
  for (; next != uses_.images().end() && nodes.size() < kImageBatch; ++next)
    nodes.push_back({.id = next->first, .body = next->second, .open = {}});
  const auto last = nodes.empty() ? images_after_ : nodes.back().id;
  const bool done = next == uses_.images().end();
  if (done && state_.phase == Phase::count) state_.phase = Phase::walk;
  pass_.progress.state = storage::KindState::fetching;
  STOA_TRY(store_nodes(std::move(nodes), stamp.time(), {}));
  images_after_ = last;
  images_done_ = done;
  return false;
}

Result<bool> MediaWalk::page(shopify::Transport& transport) {
  const auto stamp = context_.store.fetch_clock().begin();
  auto answer = call(transport, shopify::page_call(kind_, {.first = state_.first,
                                                           .after = state_.after,
                                                           .type = {},
                                                           .updated_since = {},
                                                           .id_above = state_.id_above,
                                                           .extras = {}}));
  if (!answer && answer.error().reason == "cost-exceeded" && state_.first > 1) {
    state_.first /= 2;
    return false;
  }
  if (!answer) return std::unexpected(std::move(answer).error());
  STOA_TRY_ASSIGN(auto page, shopify::decode_page(kind_, *answer));
  if (page.has_next && (page.end_cursor.empty() || page.end_cursor == state_.after))
    return fail(Error{Code::corrupt, "sync: the shop's page names no way to the next one"});
  storage::Batch batch;
  for (const auto& node : page.nodes)
    if (const auto gid = parse_gid(node.id)) state_.id_last = std::max(state_.id_last, gid->number);
  for (const auto& [id, why] : page.broken) {
    ++batch.failed;
    pass_.progress.error = fmt::format("{}: {}", id.empty() ? "a file without id" : id, why.what);
    if (!id.empty()) batch.seen.push_back(id);
    if (id.empty()) withhold("a file could not be read and has no id: nothing is deleted on that");
  }
  pass_.progress.state = storage::KindState::writing;
  advance(page);
  STOA_TRY(store_nodes(std::move(page.nodes), stamp.time(), std::move(batch)));
  return false;
}

Result<> MediaWalk::store_nodes(std::vector<shopify::Decoded> nodes, Time fetched_at, storage::Batch batch) {
  const std::lock_guard merging(context_.store.merging());
  STOA_TRY(merge_media(context_.store, nodes, &uses_,
                       {.now = now_, .retry_after = context_.options.media_retry_after, .again = false}));
  for (auto& node : nodes) {
    STOA_TRY_ASSIGN(auto document,
                    to_document(kind_, std::move(node.body), fetched_at, model::Source::page, api_version_));
    batch.documents.push_back(std::move(document));
  }
  return store_batch(std::move(batch));
}

}  // namespace stoa::sync
