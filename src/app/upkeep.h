// What has to be done now and then: gauges for /metrics, disk watch, old jobs and tombstones. One thread of its own,
// from construction to destruction.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/metrics.h"
#include "storage/registry.h"
#include "sync/options.h"

namespace stoa::app {

struct UpkeepOptions {
  std::filesystem::path data;
  std::uint64_t disk_free_least = 64u << 20;  // or 1/64 of a small disk; below: writes are expected to fail, /readyz says degraded
  sync::SyncOptions sync;
};

class Upkeep {
 public:
  Upkeep(storage::Registry& registry, Metrics& metrics, const Clock& clock, UpkeepOptions options);
  ~Upkeep();

  // Memory only.
  bool disk_full() const { return disk_full_; }
  std::uint64_t disk_free() const { return disk_free_; }

 private:
  void run();
  void watch_disk();
  void publish();
  void forget();

  storage::Registry& registry_;
  Metrics& metrics_;
  const Clock& clock_;
  const UpkeepOptions options_;
  std::atomic<bool> disk_full_{false};
  std::atomic<std::uint64_t> disk_free_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stoa::app
