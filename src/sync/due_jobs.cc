#include "sync/due_jobs.h"

#include "tenant/settings.h"

namespace stoa::sync {
namespace {

constexpr std::size_t kJobsRead = 100;

Result<Due> due_of(storage::StoreHandle& store, const DueDeps& deps) {
  const auto entry = store.entry();
  const auto now = deps.clock.wall();
  STOA_TRY_ASSIGN(const auto statuses, store.kinds());
  const KindsNow kinds{.entry = *entry,
                       .wanted = tenant::wanted_kinds(entry->client.settings, deps.registry.mirrored()),
                       .statuses = statuses};
  History history;
  for (std::string after;;) {
    STOA_TRY_ASSIGN(const auto jobs,
                    deps.registry.jobs({.store = store.key().str(), .state = {}, .after = after, .limit = kJobsRead}));
    for (const auto& job : jobs) remember(history, job, kinds.wanted);
    if (jobs.size() < kJobsRead || history.last_full || jobs.back().created_at < now - 2 * deps.options.full_interval)
      return what_is_due(kinds, history, now, deps.options);
    after = jobs.back().id;
  }
}

Result<Time> queue(storage::StoreHandle& store, const DueDeps& deps) {
  STOA_TRY_ASSIGN(const auto due, due_of(store, deps));
  for (const auto& request : due.requests)
    STOA_TRY(deps.registry.enqueue(tenant::sync_job(store.key(), request, deps.clock, deps.random)));
  return due.next;
}

}  // namespace

Result<Time> queue_due(storage::StoreHandle& store, const DueDeps& deps) {
  STOA_TRY_ASSIGN(const auto due, due_of(store, deps));
  if (due.requests.empty()) return due.next;
  // Read again under the lease: while it is held, no other process asks for the same, and no such job begins and ends.
  STOA_TRY(deps.leases.take(store.key()));
  auto next = queue(store, deps);
  deps.leases.release(store.key());
  return next;
}

}  // namespace stoa::sync
