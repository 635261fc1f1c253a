// When a store is next asked for news by itself (rule S12). Pure.
#pragma once

#include "storage/store_handle.h"
#include "sync/options.h"
#include "tenant/jobs.h"

namespace stoa::sync {

// How often a kind is due: settings.schedules, else the configuration's interval.
std::chrono::seconds interval(const storage::StoreEntry& entry, model::Kind kind, const SyncOptions& options);

struct Due {
  std::vector<tenant::SyncRequest> requests;  // what to ask for now
  Time next{};                                // when to look again
};
// `last_full`: end of the newest complete pass of all kinds known, or nothing.
Due what_is_due(const storage::StoreEntry& entry, const std::vector<storage::KindStatus>& statuses,
                std::optional<Time> last_full, Time now, const SyncOptions& options);

}  // namespace stoa::sync
