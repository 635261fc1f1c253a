// A shop's cost bucket as far as it is known: what each operation costs, what is available now, how long to wait (rule
// S5). Thread-safe. Costs are Shopify's points (docs/api/usage/limits); time is the clock's monotonic one, handed in.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "shopify/transport.h"

namespace stoa::shopify {

// extensions.cost of one answer. Absent members are nothing.
struct CostReport {
  std::optional<double> requested, actual;
  std::optional<double> maximum_available, currently_available, restore_rate;
};

// How long a call that Shopify throttled should wait at least, by what its answer said.
std::chrono::milliseconds wait_for(const CostReport& report);

class CostBucket {
 public:
  // How long `call` has to wait until the bucket holds what it cost last time; zero: send now, and the points are taken
  // so that a parallel call does not count on them. Nothing known: send.
  // Nothing at all: it costs more than the bucket ever holds.
  std::optional<std::chrono::milliseconds> take(const Call& call, Tick now);

  // What an answer said. Also of a throttled one.
  void learn(const Call& call, const CostReport& report, Tick now);

  // Shopify said when to come back; until then take() answers the rest of that time.
  void hold_until(Tick until, Time wall_until);

  Budget snapshot(Tick now) const;

 private:
  double available(Tick now) const;

  mutable std::mutex mutex_;
  std::map<std::string, double> cost_by_call_;  // operation and page size: a few dozen
  Budget budget_;
  std::optional<Tick> held_until_;
};

}  // namespace stoa::shopify
