#include "sync/refetch.h"

#include "shopify/discounts.h"
#include "sync/media_merge.h"
#include "tenant/settings.h"

namespace stoa::sync {
namespace {
constexpr std::size_t kBatch = 50;  // by-id documents carry every nested list: smaller than a walk's page
}

Refetch::Refetch(WalkContext context, model::Kind kind, Time now) : context_(context), kind_(kind), now_(now) {
  for (const auto& id : context.job.ids)
    if (const auto gid = parse_gid(id); gid && model::has_gid_type(kind, gid->type)) ids_.push_back(id);
  // Taken up again after a crash, it starts anew: the fetches are idempotent, the counts must not double.
  for (auto& progress : context.job.kinds)
    if (progress.kind == kind) progress = {.kind = kind};
}

Result<shopify::Answer> Refetch::call(shopify::Transport& transport, shopify::Call call) {
  auto answer = send(context_, transport, std::move(call));
  if (!answer) return answer;
  api_version_ = answer->api_version;
  version_mismatch_ = version_mismatch_ || answer->version_mismatch;
  return answer;
}

Result<bool> Refetch::step(shopify::Transport& transport) {
  auto& progress = *std::find_if(context_.job.kinds.begin(), context_.job.kinds.end(),
                                 [&](const auto& entry) { return entry.kind == kind_; });
  progress.total = static_cast<std::int64_t>(progress.seen) + static_cast<std::int64_t>(ids_.size()) + progress.deleted;
  if (ids_.empty()) {
    progress.state = withheld_ ? storage::KindState::failed : storage::KindState::done;
    return true;
  }
  progress.state = storage::KindState::fetching;
  const std::vector<std::string> asked(ids_.end() - static_cast<std::ptrdiff_t>(std::min(kBatch, ids_.size())),
                                       ids_.end());
  extras_ = extras_of(*context_.store.entry());
  const auto stamp = context_.store.fetch_clock().begin();
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::by_ids_call(kind_, asked, extras_)));
  STOA_TRY_ASSIGN(auto by_ids, shopify::decode_by_ids(kind_, asked, answer));
  storage::Batch batch;
  std::unique_lock<std::mutex> merging;
  if (kind_ == model::Kind::media) {
    merging = std::unique_lock(context_.store.merging());
    STOA_TRY(merge_media(context_.store, by_ids.found, nullptr,
                         {.now = now_, .retry_after = context_.options.media_retry_after, .again = true}));
  }
  for (auto& node : by_ids.found) {
    if (kind_ == model::Kind::discounts) shopify::bound_codes(node, context_.options.codes_max);
    const auto raw = raw_of(context_, kind_, node);
    STOA_TRY_ASSIGN(auto body, whole(transport, std::move(node)));
    STOA_TRY_ASSIGN(auto document,
                    to_document(kind_, std::move(body), stamp.time(), model::Source::page, api_version_));
    document.raw = raw;
    batch.documents.push_back(std::move(document));
  }
  for (const auto& [id, why] : by_ids.broken) {
    ++progress.failed;
    progress.error = fmt::format("{}: {}", id, why.what);
  }
  STOA_TRY_ASSIGN(const auto applied, context_.store.apply(batch));
  progress.written += applied.inserted + applied.replaced;
  progress.unchanged += applied.unchanged + applied.stale;
  progress.failed += static_cast<std::int64_t>(applied.failed.size());
  progress.seen = progress.written + progress.unchanged + progress.failed;
  if (!by_ids.absent.empty() && version_mismatch_) {
    withheld_ = true;
    progress.error = "the shop answered with another API version: nothing is deleted on that (rule S10)";
  } else {
    STOA_TRY_ASSIGN(const auto gone, context_.store.erase(kind_, by_ids.absent, stamp.time(), std::nullopt));
    progress.deleted += gone;
  }
  ids_.resize(ids_.size() - asked.size());
  return false;
}

Result<std::string> Refetch::whole(shopify::Transport& transport, shopify::Decoded node) {
  std::vector<shopify::ListPart> parts;
  for (std::size_t i = 0; i < node.open.size(); ++i) {  // it grows: lists may have lists
    auto open = node.open[i];
    for (bool more = true; more;) {
      STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::list_call(kind_, open, extras_)));
      STOA_TRY_ASSIGN(auto items, shopify::decode_list(kind_, open, answer));
      if (items.has_next && (items.end_cursor.empty() || items.end_cursor == open.cursor))
        return fail(Error{Code::corrupt, "sync: the shop's list names no way to its next page"});
      parts.push_back({.owner = open.owner, .list = open.list, .items = std::move(items.items)});
      for (auto& further : items.open) node.open.push_back(std::move(further));
      open.cursor = items.end_cursor;
      more = items.has_next;
    }
  }
  if (parts.empty()) return std::move(node.body);
  return shopify::splice(node.body, parts);
}

}  // namespace stoa::sync
