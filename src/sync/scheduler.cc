#include "sync/scheduler.h"

#include <pthread.h>

#include <unordered_set>

#include "base/log.h"

namespace stoa::sync {
namespace {
using std::chrono::milliseconds;
constexpr milliseconds kPollEvery{5'000}, kLongest{60'000}, kStopPatience{2'000}, kHandBackPatience{5'000};
// Other processes add, cancel and confirm jobs without a word to this one. Looking takes a tenth of a thread at most.
constexpr milliseconds kLookEvery{1'000};
constexpr int kLookShare = 10;
// A job that waits longer is put aside: the store's lease is free, and whoever has time goes on with it.
constexpr milliseconds kLongWait{300'000};
constexpr std::chrono::seconds kScheduleRetry{60};
}  // namespace

Scheduler::Scheduler(Deps deps, SyncOptions options)
    : deps_(std::move(deps)), options_(options), leases_(deps_.registry, deps_.clock, options_) {}
Scheduler::~Scheduler() { stop(); }

void Scheduler::start() {
  const std::lock_guard lock(mutex_);
  rescan_ = true;
  next_poll_ = deps_.clock.mono() + kPollEvery;
  workers_.emplace_back([this] { work(); });
}

void Scheduler::wake() {
  {
    const std::lock_guard lock(mutex_);
    rescan_ = true;
  }
  wake_.notify_one();
}

void Scheduler::stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    // Steps in flight may end; a silent shop does not hold up the stop (rule O3).
    const auto none_busy = [this] {
      return std::none_of(lanes_.begin(), lanes_.end(), [](const auto& entry) { return entry.second.busy; });
    };
    if (!wake_.wait_for(lock, kStopPatience, none_busy)) deps_.connections.stop();
  }
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  const auto patience = deps_.clock.mono() + kHandBackPatience;  // with storage away, leases run out by themselves
  for (auto& [key, lane] : lanes_) {
    if (deps_.clock.mono() >= patience) break;
    if (lane.run != nullptr && leases_.held(key)) lane.run->hand_back();
    leases_.release(key);
  }
  lanes_.clear();
}

std::size_t Scheduler::running() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const auto& entry) { return entry.second.busy; }));
}

std::size_t Scheduler::queued() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [key, lane] : lanes_) count += lane.jobs.size();
  return count;
}

// The lane that has waited longest for its turn; lanes whose shops are slow take at most half of the workers.
Scheduler::Lanes::iterator Scheduler::next_due(Tick now, Tick& earliest) {
  auto best = lanes_.end();
  for (auto it = lanes_.begin(); it != lanes_.end(); ++it) {
    const auto& lane = it->second;
    if (lane.busy || lane.jobs.empty()) continue;
    if (lane.slow && slow_busy_ * 2 >= options_.workers_max) continue;
    earliest = std::min(earliest, lane.due);
    if (lane.due <= now && (best == lanes_.end() || lane.due < best->second.due)) best = it;
  }
  return best;
}

bool Scheduler::others_wait(Tick now) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& entry) {
    return !entry.second.busy && !entry.second.jobs.empty() && entry.second.due <= now;
  });
}

void Scheduler::work() {
  pthread_setname_np(pthread_self(), "sync");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = deps_.clock.mono();
    const auto next_look = std::min(next_poll_, next_rescan_);
    if (!looking_ && (rescan_ || now >= next_look)) {
      look(lock);
      continue;
    }
    // While one worker looks, that is being seen to: the others must not spin on it.
    auto earliest = looking_ ? now + kLongest : std::min(now + kLongest, next_look);
    const auto found = next_due(now, earliest);
    if (found == lanes_.end()) {
      ++idle_;
      wake_.wait_until(lock, earliest);
      --idle_;
      continue;
    }
    auto& lane = found->second;  // stays in place: a busy lane is never erased, and map nodes do not move
    const auto key = found->first;
    lane.busy = true;
    const bool was_slow = lane.slow;
    slow_busy_ += was_slow ? 1 : 0;
    // One is left to look: a shop that keeps silent must not hide the jobs that come meanwhile.
    if (idle_ == 0 && workers_.size() < options_.workers_max) workers_.emplace_back([this] { work(); });
    lock.unlock();
    run_slice(key, lane);
    lock.lock();
    if (lane.jobs.empty()) {
      lock.unlock();
      leases_.release(key);
      lock.lock();
    }
    lane.busy = false;
    slow_busy_ -= was_slow ? 1 : 0;
    if (lane.jobs.empty()) lanes_.erase(found);
    wake_.notify_one();
  }
}

// A slice of the store's front job, or a later date for it.
void Scheduler::run_slice(const ClientKey& key, Lane& lane) {
  const auto store = deps_.registry.resolve({.client_key = key.str()});
  const auto ready = store ? take_up(*store, lane) : Result<>(std::unexpected(store.error()));
  if (ready) return run_steps(**store, lane);
  const auto& error = ready.error();
  if (error.code != Code::conflict) leases_.release(key);
  if (error.code == Code::not_found && error.reason != "job-not-found") return forget_store(key, lane);
  const std::lock_guard lock(mutex_);
  if (error.code == Code::not_found) return next_job(lane);
  if (error.code != Code::conflict)
    log::warn("sync: a job could not be taken up", {{"store", key.str()}, {"error", error.what}});
  lane.due = deps_.clock.mono() +
             (error.code == Code::conflict ? options_.lease_heartbeat : storage_backoff(++lane.failures, deps_.random));
  lane.generation = (*store)->entry()->generation;
}

// The run of the front job, made from its record as it stands in the database: while this process did not hold the
// lease, another may have moved the job on or ended it.
Result<> Scheduler::take_up(const std::shared_ptr<storage::StoreHandle>& store, Lane& lane) {
  if (lane.run != nullptr && leases_.held(store->key())) return {};
  lane.run.reset();
  STOA_TRY(leases_.take(store->key()));
  std::unique_lock lock(mutex_);
  const auto id = lane.jobs.front().id;
  lock.unlock();
  STOA_TRY_ASSIGN(auto job, deps_.registry.job(id));
  lane.failures = 0;
  lane.run = std::make_unique<JobRun>(
      JobDeps{deps_.registry, deps_.connections, deps_.clock, deps_.random, options_, deps_.process}, store,
      std::move(job));
  return {};
}

// Removed meanwhile, by this process or another.
void Scheduler::forget_store(const ClientKey& key, Lane& lane) {
  lane.run.reset();
  deps_.connections.forget(key);
  const std::lock_guard lock(mutex_);
  lane.jobs.clear();
  polls_.erase(key);
}

void Scheduler::next_job(Lane& lane) {
  lane.jobs.pop_front();
  lane.due = deps_.clock.mono();
  lane.cancelled = false;
  lane.failures = 0;
}

// Steps of one job until it waits, ends, or its slice is over while others wait.
void Scheduler::run_steps(storage::StoreHandle& store, Lane& lane) {
  const auto began = deps_.clock.mono();
  while (leases_.held(store.key())) {
    // Taken before the step: a store that changes during it must wake the job that goes waiting.
    const auto generation = store.entry()->generation;
    const auto step = lane.run->step();
    if (step.next == Step::Next::lost) break;
    const bool waits = step.next == Step::Next::wait;
    if (waits && step.wait >= kLongWait) {
      lane.run->hand_back();
      lane.run.reset();
      leases_.release(store.key());
    }
    if (step.next == Step::Next::ended) lane.run.reset();
    const auto now = deps_.clock.mono();
    const std::lock_guard lock(mutex_);
    lane.slow = step.slow || (lane.slow && waits);
    lane.due = now;
    if (step.next == Step::Next::ended) return next_job(lane);
    if (waits) {
      lane.due = now + step.wait;
      lane.generation = generation;
      return;
    }
    if (stopping_ || (now - began >= options_.slice && others_wait(now))) return;
  }
  log::warn("sync: the store's lease is lost, its job is left to whoever has it", {{"store", store.key().str()}});
  leases_.drop(store.key());
  lane.run.reset();
  const std::lock_guard lock(mutex_);
  lane.due = deps_.clock.mono() + options_.lease_heartbeat;
  lane.generation = store.entry()->generation;
}

// What has come to be due, and what others have done: new jobs, schedules. `lock` is let go meanwhile.
void Scheduler::look(std::unique_lock<std::mutex>& lock) {
  const bool poll = deps_.clock.mono() >= next_poll_;
  rescan_ = false;
  looking_ = true;
  lock.unlock();
  if (poll) poll_schedules();
  const auto began = deps_.clock.mono();
  const bool seen = rescan();
  const auto now = deps_.clock.mono();
  lock.lock();
  rescan_failures_ = seen ? 0 : rescan_failures_ + 1;
  const bool alone = deps_.registry.engine() == "sqlite";  // then wake() tells of every change
  if (!seen)
    next_rescan_ = now + storage_backoff(rescan_failures_, deps_.random);
  else
    next_rescan_ = now + (alone ? kPollEvery : std::max<Tick::duration>(kLookEvery, kLookShare * (now - began)));
  if (poll) next_poll_ = now + kPollEvery;
  looking_ = false;
}

// Brings the lanes up to date with the jobs in the database. False: they cannot be read, the lanes stand as they were.
bool Scheduler::rescan() {
  const auto open = deps_.registry.open_jobs();
  if (!open) {
    log::error("sync: the open jobs cannot be read", {{"error", open.error().what}});
    return false;
  }
  std::unordered_set<std::string_view> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& job : *open) {
    ids.insert(job.id);
    if (is_made(job)) take_in(lanes_[job.store], job);
  }
  for (auto it = lanes_.begin(); it != lanes_.end();) {
    auto& [key, lane] = *it;
    // What another process has ended goes; a run finds that out by itself.
    if (!lane.busy && lane.run == nullptr && !leases_.held(key))
      std::erase_if(lane.jobs, [&](const Queued& queued) { return !ids.contains(queued.id); });
    it = lane.jobs.empty() && !lane.busy ? lanes_.erase(it) : std::next(it);
  }
  wake_.notify_all();
  return true;
}

// False while its store is still being registered: its job is there before its database is.
bool Scheduler::is_made(const storage::JobRecord& job) const {
  if (job.type == "remove") return true;
  const auto store = deps_.registry.resolve({.client_key = job.store.str()});
  return !store || (*store)->entry()->shop.database_made;
}

// One open job: a new one, or one that looks again because it was cancelled or its store has changed; its backoff is
// otherwise kept.
void Scheduler::take_in(Lane& lane, const storage::JobRecord& job) {
  const auto now = deps_.clock.mono();
  if (std::ranges::find(lane.jobs, job.id, &Queued::id) == lane.jobs.end()) {
    const bool removal = job.type == "remove";
    if (lane.jobs.empty() || removal) lane.due = now;
    // A removal goes before everything but the job under way, which sees its store's state and ends.
    const auto place = removal && !lane.jobs.empty() ? lane.jobs.begin() + 1 : lane.jobs.end();
    lane.jobs.insert(place, {job.id, removal});
    return;
  }
  if (lane.busy || lane.jobs.front().id != job.id || lane.due <= now) return;
  const auto store = deps_.registry.resolve({.client_key = job.store.str()});
  const bool cancelled = job.cancel_requested && !lane.cancelled;
  if (!cancelled && store && (*store)->entry()->generation == lane.generation) return;
  lane.cancelled = job.cancel_requested;
  lane.due = now;
}

// Looks at the stores whose time has come, a few at a time: never at all of them at once (mongodb.md 1.3).
void Scheduler::poll_schedules() {
  const auto now = deps_.clock.wall();
  for (const auto& store : deps_.registry.stores()) {
    if (store->entry()->shop.state != storage::StoreState::active) continue;
    {
      const std::lock_guard lock(mutex_);
      const auto spread = std::chrono::seconds(60 + std::hash<ClientKey>()(store->key()) % 240);
      const auto poll = polls_.try_emplace(store->key(), now + spread).first->second;
      if (poll > now || lanes_.contains(store->key()) || stopping_) continue;
    }
    const auto next = queue_due(*store, {deps_.registry, leases_, deps_.clock, deps_.random, options_});
    {
      const std::lock_guard lock(mutex_);
      polls_[store->key()] = next.value_or(now + kScheduleRetry);
    }
    if (next || next.error().code == Code::conflict) continue;
    log::warn("sync: a store's schedule could not be seen to",
              {{"store", store->key().str()}, {"error", next.error().what}});
    // With all storage away the others would wait in vain, too; with one cell away they go on.
    if (next.error().code == Code::unavailable && !deps_.registry.ping()) return;
  }
}

}  // namespace stoa::sync
