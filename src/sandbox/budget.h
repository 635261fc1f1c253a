// Shopify's cost bucket: points that are spent by queries and come back with time. Thread-safe.
#pragma once

#include <mutex>

#include "base/clock.h"

namespace stoa::sandbox {

class Budget {
 public:
  Budget(double maximum, double restore_rate, const Clock& clock)
      : maximum_(maximum), restore_rate_(restore_rate), clock_(clock), available_(maximum), since_(clock.mono()) {}

  // Takes the requested cost, or nothing when it does not fit: the query is throttled.
  bool take(int cost);
  void give_back(int cost);  // what was requested but not used
  void set(double available);
  // {"maximumAvailable":…,"currentlyAvailable":…,"restoreRate":…}
  std::string status();

 private:
  void restore();

  const double maximum_;
  const double restore_rate_;  // points a second
  const Clock& clock_;
  std::mutex mutex_;
  double available_;
  Tick since_;
};

}  // namespace stoa::sandbox
