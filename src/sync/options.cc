#include "sync/options.h"

namespace stoa::sync {

Result<> SyncOptions::validate() const {
  if (workers_max < 1 || workers_max > 1024)
    return fail(Code::invalid, "sync.workers_max is {}, want 1..1024", workers_max);
  if (attempts_max < 1 || attempts_max > 100)
    return fail(Code::invalid, "sync.attempts_max is {}, want 1..100", attempts_max);
  if (page_max < 1 || page_max > 250) return fail(Code::invalid, "sync.page_max is {}, want 1..250", page_max);
  if (sweep_ratio_max < 0 || sweep_ratio_max > 1)
    return fail(Code::invalid, "sync.sweep_ratio_max is {}, want 0..1", sweep_ratio_max);
  if (call_timeout < std::chrono::seconds(1))
    return fail(Code::invalid, "sync.call_timeout is {} ms, want at least 1000", call_timeout.count());
  if (backoff_base.count() < 1 || backoff_max < backoff_base)
    return fail(Code::invalid, "sync.backoff_base is {} ms, want 1..backoff_max", backoff_base.count());
  if (lease_time < std::chrono::seconds(1))
    return fail(Code::invalid, "sync.lease_time is {} ms, want at least 1000", lease_time.count());
  if (lease_heartbeat.count() < 100 || lease_heartbeat * 2 > lease_time)
    return fail(Code::invalid, "sync.lease_heartbeat is {} ms, want 100..half of sync.lease_time",
                lease_heartbeat.count());
  if (incremental_interval < std::chrono::seconds(60))
    return fail(Code::invalid, "sync.incremental_interval is {} s, want at least 60", incremental_interval.count());
  if (full_interval < std::chrono::seconds(60))
    return fail(Code::invalid, "sync.full_interval is {} s, want at least 60", full_interval.count());
  // Shopify pages no list beyond 25,000: one that comes near it could not be told from one that was cut.
  if (codes_max > 24'000) return fail(Code::invalid, "discounts.codes_max is {}, want 0..24000", codes_max);
  return {};
}

}  // namespace stoa::sync
