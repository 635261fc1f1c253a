// What an operator may set about syncing. Plain values.
#pragma once

#include <chrono>

#include "base/result.h"

namespace stoa::sync {

struct SyncOptions {
  std::size_t workers_max = 32;  // stores that sync at the same moment; each costs a thread and one page in memory
  std::chrono::milliseconds slice{200};            // a store gives its worker back after this, when others are waiting
  std::chrono::milliseconds call_timeout{30'000};  // one call to a shop; a silent shop holds a worker this long
  std::chrono::milliseconds backoff_base{500};     // first wait after a failed call; doubles, with full jitter
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds lease_time{15'000};  // a process that is gone is taken over from after this
  std::chrono::milliseconds lease_heartbeat{
      5'000};                                 // how often leases are renewed; and asked for, while another has them
  std::size_t attempts_max = 8;               // failed calls in a row before a kind is given up as failed
  std::chrono::seconds shop_probe{3'600};     // how often a frozen or locked shop is asked again
  std::chrono::seconds rejection_probe{900};  // the same after a security rejection (430)
  std::size_t page_max = 250;          // upper bound of a page; the kind's own page size is lower where cost demands
  double sweep_ratio_max = 0.3;        // a sweep that would delete more than this share …
  std::int64_t sweep_count_free = 20;  // … and more than this many waits for a confirmation (rule S2)
  std::chrono::seconds incremental_interval{
      900};  // how often changed documents are asked for; settings.schedules overrides
  std::chrono::seconds full_interval{86'400};  // how often a complete pass finds deletions and silent changes
  std::size_t codes_max = 10'000;              // redeem codes of one discount that are mirrored; of more, their number
  std::chrono::seconds overlap{300};           // an incremental pass goes back this far before its predecessor

  std::chrono::seconds media_retry_after{86'400};  // media.retry_after: a failed download is pending again

  Result<> validate() const;
};

}  // namespace stoa::sync
