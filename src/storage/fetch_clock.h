// The fetch clock of one store (rule P3). Thread-safe, memory only; owned by its StoreHandle and alive as long as it.
// Its time is the wall clock made strictly increasing, so two requests never share a stamp and a wall clock that jumps
// back cannot make a later fetch look older. It also remembers fetches that were found equal, until every request sent
// before them has ended. The stamp an earlier process stored is known once the store was opened: call
// StoreHandle::version() (or any other call that reads the store) before the first begin().
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace stoa::storage {

class FetchClock;

// One request under way: holds its place in the clock until destroyed.
class FetchStamp {
 public:
  FetchStamp(FetchClock& clock, Time time) : clock_(&clock), time_(time) {}
  FetchStamp(FetchStamp&& other) noexcept : clock_(std::exchange(other.clock_, nullptr)), time_(other.time_) {}
  FetchStamp& operator=(FetchStamp&&) = delete;
  ~FetchStamp();
  Time time() const { return time_; }

 private:
  FetchClock* clock_;
  Time time_;
};

class FetchClock {
 public:
  explicit FetchClock(const Clock& clock) : clock_(clock) {}

  FetchStamp begin();
  // Keeps the clock ahead of a stamp that an earlier process has stored.
  void not_before(Time time);
  // A fetch of that time found `id` equal to what is stored: nothing is written, but it counts.
  void remember_equal(const std::string& id, Time fetched_at);
  // The latest such time still remembered; the epoch when none.
  Time equal_since(const std::string& id) const;
  std::size_t remembered() const;

 private:
  friend class FetchStamp;
  void end(Time time);
  bool any_before(Time time) const { return !under_way_.empty() && *under_way_.begin() < time; }

  const Clock& clock_;
  mutable std::mutex mutex_;
  Time last_{};
  std::set<Time> under_way_;
  std::unordered_map<std::string, Time> equal_;
};

}  // namespace stoa::storage
