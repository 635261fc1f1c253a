// Runs every store's jobs on a bounded pool of threads: one job a store at a time, slices so that no store holds a
// worker for long, waiting as a later date and never as a sleeping thread (rule S4). Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "sync/job_run.h"

namespace stoa::sync {

class Scheduler {
 public:
  struct Deps {
    storage::Registry& registry;
    tenant::Connections& connections;
    const Clock& clock;
    Random& random;
    std::string process;
  };
  Scheduler(Deps deps, SyncOptions options);
  ~Scheduler();  // stop()

  // Takes up what an earlier process left open.
  void start();
  // Something changed: a job was added, cancelled or confirmed, a store paused or resumed. Never blocks on storage.
  void wake();
  // Steps under way finish, jobs are handed back; blocks until then (one shop call at most).
  void stop();

  std::size_t running() const;
  std::size_t queued() const;

 private:
  // One store's jobs, in order.
  struct Lane {
    std::deque<storage::JobRecord> jobs;
    std::unique_ptr<JobRun> run;  // of the front job
    bool busy = false;            // a worker has it
    bool slow = false;            // its shop kept a worker waiting lately
    Tick due{};
    std::int64_t generation = 0;  // of the store's entry when it went waiting
    bool cancelled = false;
  };
  using Lanes = std::map<ClientKey, Lane>;

  void work();
  void rescan();
  void poll_schedules();
  Lanes::iterator next_due(Tick now, Tick& earliest);
  void run_slice(const ClientKey& key, Lane& lane);
  bool others_wait(Tick now) const;
  std::optional<Time> last_full(const storage::StoreEntry& entry);

  Deps deps_;
  const SyncOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Lanes lanes_;
  std::unordered_map<ClientKey, Time> polls_;  // when each store is next looked at for its schedules
  std::vector<std::thread> workers_;
  std::size_t idle_ = 0, slow_busy_ = 0;
  bool rescan_ = false, rescanning_ = false, stopping_ = false;
  Tick next_poll_{};
};

}  // namespace stoa::sync
