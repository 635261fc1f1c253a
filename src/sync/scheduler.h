// Runs every store's jobs on a bounded pool of threads: one job a store at a time, slices so that no store holds a
// worker for long, waiting as a later date and never as a sleeping thread (rule S4). Several processes may share the
// registry: a store's jobs are run by the one that holds its lease (rule S11). Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "sync/due_jobs.h"
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
  // What other processes change is found by looking, about once a second.
  void wake();
  // Steps under way finish, jobs and leases are handed back; blocks until then (one shop call at most).
  void stop();

  // Shared with downloads, so that a store's are done by the process that runs its jobs.
  Leases& leases() { return leases_; }

  std::size_t running() const;
  std::size_t queued() const;

 private:
  struct Queued {
    std::string id;
    bool removal = false;
  };
  // One store's jobs, in order.
  struct Lane {
    std::deque<Queued> jobs;
    std::unique_ptr<JobRun> run;  // of the front job, once the store's lease was taken
    bool busy = false;            // a worker has it
    bool slow = false;            // its shop kept a worker waiting lately
    Tick due{};
    std::int64_t generation = 0;  // of the store's entry when it went waiting
    bool cancelled = false;       // the front job's cancellation has been looked at
    std::size_t failures = 0;     // storage did not let the front job be taken up, times in a row
  };
  using Lanes = std::map<ClientKey, Lane>;

  void work();
  void look(std::unique_lock<std::mutex>& lock);
  bool rescan();
  bool is_made(const storage::JobRecord& job) const;
  void take_in(Lane& lane, const storage::JobRecord& job);
  void poll_schedules();
  Lanes::iterator next_due(Tick now, Tick& earliest);
  void run_slice(const ClientKey& key, Lane& lane);
  Result<> take_up(const std::shared_ptr<storage::StoreHandle>& store, Lane& lane);
  void run_steps(storage::StoreHandle& store, Lane& lane);
  void next_job(Lane& lane);
  void forget_store(const ClientKey& key, Lane& lane);
  bool others_wait(Tick now) const;

  Deps deps_;
  const SyncOptions options_;
  Leases leases_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Lanes lanes_;
  std::unordered_map<ClientKey, Time> polls_;  // when each store is next looked at for its schedules
  std::vector<std::thread> workers_;
  std::size_t idle_ = 0, slow_busy_ = 0;
  bool rescan_ = false, looking_ = false, stopping_ = false;
  Tick next_poll_{}, next_rescan_{};
  std::size_t rescan_failures_ = 0;
};

}  // namespace stoa::sync
