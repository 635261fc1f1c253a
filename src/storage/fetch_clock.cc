#include "storage/fetch_clock.h"

namespace stoa::storage {

FetchStamp::~FetchStamp() {
  if (clock_ != nullptr) clock_->end(time_);
}

FetchStamp FetchClock::begin() {
  const std::lock_guard lock(mutex_);
  last_ = std::max(clock_.wall(), last_ + std::chrono::microseconds(1));
  under_way_.insert(last_);
  return {*this, last_};
}

void FetchClock::not_before(Time time) {
  const std::lock_guard lock(mutex_);
  last_ = std::max(last_, time);
}

void FetchClock::remember_equal(const std::string& id, Time fetched_at) {
  const std::lock_guard lock(mutex_);
  // Only a request sent earlier and still under way could bring an older state of `id`.
  if (!any_before(fetched_at)) return;
  auto& time = equal_[id];
  time = std::max(time, fetched_at);
}

Time FetchClock::equal_since(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = equal_.find(id);
  return found == equal_.end() ? Time{} : found->second;
}

std::size_t FetchClock::remembered() const {
  const std::lock_guard lock(mutex_);
  return equal_.size();
}

void FetchClock::end(Time time) {
  const std::lock_guard lock(mutex_);
  const bool was_oldest = !under_way_.empty() && *under_way_.begin() == time;
  under_way_.erase(time);
  if (was_oldest) std::erase_if(equal_, [this](const auto& entry) { return !any_before(entry.second); });
}

}  // namespace stoa::storage
