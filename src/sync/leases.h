// The leases on stores' jobs that this process holds (rule S11), for their jobs and for their downloads. A thread of
// its own renews them, so that a step may take as long as its shop does. Thread-safe; one worker at a time takes or
// gives back the lease of one store. The Scheduler owns it, and asks held() before every step.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "storage/registry.h"
#include "sync/options.h"

namespace stoa::sync {

// What a lease is held for. It is handed back when nobody in this process needs it any more.
enum class Holder : std::uint8_t { jobs = 1, downloads = 2 };

class Leases {
 public:
  Leases(storage::Registry& registry, const Clock& clock, const SyncOptions& options);
  ~Leases();  // what is still held runs out by itself

  // Takes the store's lease, or renews it. Errors as Registry::lease. Blocks on storage.
  Result<> take(const ClientKey& key, Holder holder = Holder::jobs);
  // Memory. False once another process has it, or when it could not be renewed before it ran out: what is remembered of
  // the store's jobs is worth nothing then, and nothing may be written for them.
  bool held(const ClientKey& key) const;
  // Another process has it: forgets it without a word to storage.
  void drop(const ClientKey& key);
  // Hands it back once no other holder is left; nothing when it is not held. Blocks on storage.
  void release(const ClientKey& key, Holder holder = Holder::jobs);

 private:
  struct Held {
    Tick until{};
    std::uint8_t holders = 0;
  };
  void run();
  void renew(std::unique_lock<std::mutex>& lock, const ClientKey& key);
  void forget(std::unique_lock<std::mutex>& lock, const ClientKey& key);

  storage::Registry& registry_;
  const Clock& clock_;
  const std::chrono::milliseconds time_, heartbeat_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<ClientKey, Held> held_;
  std::set<ClientKey> changing_;       // being taken or handed back: one after another for each store
  std::optional<ClientKey> renewing_;  // the one that storage is asked for now
  bool stopping_ = false;
  std::thread thread_;  // started with the first lease
};

}  // namespace stoa::sync
