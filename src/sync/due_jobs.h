// Queues the syncs that a store's schedule asks for (rule S12), each once, however many processes look at the store.
#pragma once

#include "sync/leases.h"
#include "sync/schedule.h"

namespace stoa::sync {

struct DueDeps {
  storage::Registry& registry;
  Leases& leases;
  const Clock& clock;
  Random& random;
  const SyncOptions& options;
};

// Queues what is due now, and answers when to look again. conflict, reason "leased": another process works on the
// store; the errors of storage otherwise. Not while this process runs a job of the store. Blocks on storage.
Result<Time> queue_due(storage::StoreHandle& store, const DueDeps& deps);

}  // namespace stoa::sync
