#include "sync/schedule.h"

#include "shopify/kinds.h"
#include "tenant/settings.h"

namespace stoa::sync {

std::chrono::seconds interval(const storage::StoreEntry& entry, model::Kind kind, const SyncOptions& options) {
  return tenant::schedule(entry.client.settings, kind).value_or(options.incremental_interval);
}

Due what_is_due(const storage::StoreEntry& entry, const std::vector<storage::KindStatus>& statuses,
                std::optional<Time> last_full, Time now, const SyncOptions& options) {
  Due due{.next = now + options.full_interval};
  const bool all = !last_full || *last_full + options.full_interval <= now;
  tenant::SyncRequest complete{.mode = "full"}, changed{.mode = "incremental"};
  for (const auto kind : tenant::wanted_kinds(entry.client.settings)) {
    const auto& status = statuses.at(static_cast<std::size_t>(kind));
    if (status.state == "notPermitted" && !all) continue;
    const auto every = interval(entry, kind, options);
    const auto at = status.as_of.value_or(Time{}) + every;
    if (all || (at <= now && shopify::walked_whole(kind)))
      complete.kinds.push_back(kind);
    else if (at <= now)
      changed.kinds.push_back(kind);
    // What is asked for now is not asked for again before its time, even if it fails.
    due.next = std::min(due.next, all || at <= now ? now + every : at);
  }
  for (auto* request : {&changed, &complete})
    if (!request->kinds.empty()) due.requests.push_back(std::move(*request));
  return due;
}

}  // namespace stoa::sync
