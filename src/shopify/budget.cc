#include "shopify/budget.h"

#include <algorithm>
#include <cmath>

namespace stoa::shopify {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kWaitMin{1'000};

// The cost of a page grows with its size, so each size is remembered on its own.
std::string cost_key(const Call& call) {
  const auto* first = call.variables.if_contains("first");
  return fmt::format("{}/{}", call.operation, first ? json::write(*first) : std::string());
}

milliseconds time_to_restore(double points, double restore_rate) {
  if (points <= 0) return milliseconds(0);
  if (restore_rate <= 0) return kWaitMin;
  return milliseconds(static_cast<std::int64_t>(std::ceil(points / restore_rate * 1000)));
}

}  // namespace

milliseconds wait_for(const CostReport& report) {
  const double missing = report.requested.value_or(0) - report.currently_available.value_or(0);
  return std::max(kWaitMin, time_to_restore(missing, report.restore_rate.value_or(0)));
}

double CostBucket::available(Tick now) const {
  const double seconds = std::chrono::duration<double>(std::max(now - budget_.seen, Tick::duration::zero())).count();
  return std::min(budget_.maximum_available, budget_.currently_available + seconds * budget_.restore_rate);
}

std::optional<milliseconds> CostBucket::take(const Call& call, Tick now) {
  const std::lock_guard lock(mutex_);
  if (held_until_ && now < *held_until_) return std::chrono::ceil<milliseconds>(*held_until_ - now);
  held_until_.reset();
  budget_.throttled_until.reset();
  const auto cost = cost_by_call_.find(cost_key(call));
  if (budget_.maximum_available <= 0 || cost == cost_by_call_.end()) return milliseconds(0);
  if (cost->second > budget_.maximum_available) return std::nullopt;
  const double left = available(now);
  if (left < cost->second) return std::max(kWaitMin, time_to_restore(cost->second - left, budget_.restore_rate));
  budget_.currently_available = left - cost->second;
  budget_.seen = now;
  return milliseconds(0);
}

void CostBucket::learn(const Call& call, const CostReport& report, Tick now) {
  const std::lock_guard lock(mutex_);
  if (report.requested) cost_by_call_[cost_key(call)] = *report.requested;
  if (!report.maximum_available || !report.currently_available || !report.restore_rate) return;
  budget_.maximum_available = *report.maximum_available;
  budget_.currently_available = *report.currently_available;
  budget_.restore_rate = *report.restore_rate;
  budget_.seen = now;
}

void CostBucket::hold_until(Tick until, Time wall_until) {
  const std::lock_guard lock(mutex_);
  held_until_ = until;
  budget_.throttled_until = wall_until;
}

Budget CostBucket::snapshot(Tick now) const {
  const std::lock_guard lock(mutex_);
  Budget budget = budget_;
  budget.currently_available = available(now);
  budget.seen = now;
  return budget;
}

}  // namespace stoa::shopify
