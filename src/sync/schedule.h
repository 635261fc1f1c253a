// When a store is next asked for news by itself (rule S12). Pure.
#pragma once

#include "storage/store_handle.h"
#include "sync/options.h"
#include "tenant/jobs.h"

namespace stoa::sync {

// How often a kind is due: settings.schedules, else the configuration's interval.
std::chrono::seconds interval(const storage::StoreEntry& entry, model::Kind kind, const SyncOptions& options);

// What a store was asked for lately, by whichever process.
struct History {
  std::optional<Time> last_full;        // end of the newest complete pass of all kinds that the store wants
  std::optional<Time> asked_full;       // when such a pass was last asked for, whatever became of it
  std::map<model::Kind, Time> asked{};  // when each kind was last asked for, in whatever mode
};
// Adds `job` to what is known from the store's newer ones. `wanted`: the kinds that the store wants now.
void remember(History& history, const storage::JobRecord& job, std::span<const model::Kind> wanted);

// What is known of a store's kinds.
struct KindsNow {
  const storage::StoreEntry& entry;
  std::vector<model::Kind> wanted;                   // of those that are mirrored
  const std::vector<storage::KindStatus>& statuses;  // of all
};

struct Due {
  std::vector<tenant::SyncRequest> requests;  // what to ask for now
  Time next{};                                // when to look again
};
// What is asked for is not asked for again before its time, even if it fails.
Due what_is_due(const KindsNow& kinds, const History& history, Time now, const SyncOptions& options);

}  // namespace stoa::sync
