#include "sandbox/budget.h"

#include <algorithm>

namespace stoa::sandbox {

void Budget::restore() {
  const Tick now = clock_.mono();
  available_ = std::min(maximum_, available_ + restore_rate_ * std::chrono::duration<double>(now - since_).count());
  since_ = now;
}

bool Budget::take(int cost) {
  const std::lock_guard lock(mutex_);
  restore();
  if (available_ < cost) return false;
  available_ -= cost;
  return true;
}

void Budget::give_back(int cost) {
  const std::lock_guard lock(mutex_);
  restore();
  available_ = std::min(maximum_, available_ + cost);
}

void Budget::set(double available) {
  const std::lock_guard lock(mutex_);
  restore();
  available_ = std::min(maximum_, available);
}

std::string Budget::status() {
  const std::lock_guard lock(mutex_);
  restore();
  return fmt::format(R"({{"maximumAvailable":{:.1f},"currentlyAvailable":{},"restoreRate":{:.1f}}})", maximum_,
                     static_cast<std::int64_t>(available_), restore_rate_);
}

}  // namespace stoa::sandbox
