#include "sync/schedule.h"

#include "shopify/kinds.h"
#include "tenant/settings.h"

namespace stoa::sync {

std::chrono::seconds interval(const storage::StoreEntry& entry, model::Kind kind, const SyncOptions& options) {
  return tenant::schedule(entry.client.settings, kind).value_or(options.incremental_interval);
}

void remember(History& history, const storage::JobRecord& job, std::span<const model::Kind> wanted) {
  if (job.type != "sync" || !job.ids.empty()) return;
  for (const auto kind : job.wanted) history.asked.try_emplace(kind, job.created_at);
  if (job.mode != "full" || job.wanted.size() < wanted.size()) return;
  if (!history.asked_full) history.asked_full = job.created_at;
  if (!history.last_full && (job.state == storage::JobState::succeeded || job.state == storage::JobState::partial))
    history.last_full = job.finished_at;
}

Due what_is_due(const KindsNow& kinds, const History& history, Time now, const SyncOptions& options) {
  const auto& [entry, wanted, statuses] = kinds;
  auto soonest = options.full_interval;
  for (const auto kind : wanted) soonest = std::min(soonest, interval(entry, kind, options));
  const auto full_at = std::max(history.last_full ? *history.last_full + options.full_interval : Time{},
                                history.asked_full ? *history.asked_full + soonest : Time{});
  const bool all = full_at <= now;
  Due due{.next = all ? now + options.full_interval : full_at};
  tenant::SyncRequest complete{.mode = "full"}, changed{.mode = "incremental"};
  for (const auto kind : wanted) {
    const auto& status = statuses.at(static_cast<std::size_t>(kind));
    if (status.state == "notPermitted" && !all) continue;
    const auto every = interval(entry, kind, options);
    const auto asked = history.asked.find(kind);
    const auto at =
        std::max(status.as_of.value_or(Time{}), asked == history.asked.end() ? Time{} : asked->second) + every;
    if (all || (at <= now && shopify::walked_whole(kind)))
      complete.kinds.push_back(kind);
    else if (at <= now)
      changed.kinds.push_back(kind);
    due.next = std::min(due.next, all || at <= now ? now + every : at);
  }
  for (auto* request : {&changed, &complete})
    if (!request->kinds.empty()) due.requests.push_back(std::move(*request));
  return due;
}

}  // namespace stoa::sync
