#include "sync/leases.h"

#include <pthread.h>

#include "base/log.h"

namespace stoa::sync {

Leases::Leases(storage::Registry& registry, const Clock& clock, const SyncOptions& options)
    : registry_(registry), clock_(clock), time_(options.lease_time), heartbeat_(options.lease_heartbeat) {}

Leases::~Leases() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<> Leases::take(const ClientKey& key, Holder holder) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !changing_.contains(key); });
  changing_.insert(key);
  const auto asked =
      clock_.mono();  // before the call: what storage grants lasts at least as long as what is counted on
  lock.unlock();
  auto taken = registry_.lease(key, time_);
  lock.lock();
  changing_.erase(key);
  changed_.notify_all();
  if (!taken) return taken;
  auto& held = held_[key];
  held.until = asked + time_;
  held.holders |= static_cast<std::uint8_t>(holder);
  if (!thread_.joinable() && !stopping_) thread_ = std::thread([this] { run(); });
  return {};
}

bool Leases::held(const ClientKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(key);
  return found != held_.end() && clock_.mono() < found->second.until;
}

// After a renewal under way: it would take again what is given up.
void Leases::forget(std::unique_lock<std::mutex>& lock, const ClientKey& key) {
  changed_.wait(lock, [&] { return renewing_ != key; });
  held_.erase(key);
}

void Leases::drop(const ClientKey& key) {
  std::unique_lock lock(mutex_);
  forget(lock, key);
}

void Leases::release(const ClientKey& key, Holder holder) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !changing_.contains(key); });
  const auto found = held_.find(key);
  if (found == held_.end()) return;
  found->second.holders &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(holder));
  if (found->second.holders != 0) return;
  changing_.insert(key);
  forget(lock, key);
  lock.unlock();
  if (const auto released = registry_.release(key); !released && released.error().code != Code::not_found)
    log::warn("sync: a lease could not be handed back: it runs out by itself",
              {{"store", key.str()}, {"error", released.error().what}});
  lock.lock();
  changing_.erase(key);
  changed_.notify_all();
}

void Leases::run() {
  pthread_setname_np(pthread_self(), "lease");
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, heartbeat_, [this] { return stopping_; })) {
    std::vector<ClientKey> keys;
    for (const auto& [key, held] : held_) keys.push_back(key);
    for (const auto& key : keys)
      if (!stopping_) renew(lock, key);
  }
}

// One that has run out is never renewed: another process may have held it meanwhile.
void Leases::renew(std::unique_lock<std::mutex>& lock, const ClientKey& key) {
  const auto asked = clock_.mono();
  auto found = held_.find(key);
  if (found == held_.end()) return;
  if (asked >= found->second.until) return void(held_.erase(found));
  renewing_ = key;
  lock.unlock();
  const auto renewed = registry_.lease(key, time_);
  lock.lock();
  renewing_.reset();
  changed_.notify_all();
  found = held_.find(key);
  if (found == held_.end()) return;
  if (renewed && clock_.mono() < found->second.until)
    found->second.until = asked + time_;
  else if (renewed || renewed.error().code == Code::conflict || renewed.error().code == Code::not_found)
    held_.erase(found);
}

}  // namespace stoa::sync
