// The jobs a store can be asked for, as records ready for Registry::enqueue. Pure, but for the clock and the id.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "storage/records.h"

namespace stoa::tenant {

struct SyncRequest {
  std::vector<model::Kind> kinds;  // in the table's order
  std::vector<std::string> ids;    // gids to fetch again; then kinds are those of the ids
  std::string mode = "full";       // full | incremental
};
storage::JobRecord sync_job(const ClientKey& store, const SyncRequest& request, const Clock& clock, Random& random);
storage::JobRecord remove_job(const ClientKey& store, const Clock& clock, Random& random);

}  // namespace stoa::tenant
