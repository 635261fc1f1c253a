#include "sync/scheduler.h"

#include <pthread.h>

#include "base/log.h"
#include "sync/schedule.h"
#include "tenant/settings.h"

namespace stoa::sync {
namespace {
using std::chrono::milliseconds;
constexpr milliseconds kPollEvery{5'000}, kLongest{60'000}, kStopPatience{2'000};
}  // namespace

Scheduler::Scheduler(Deps deps, SyncOptions options) : deps_(std::move(deps)), options_(options) {}
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
  for (auto& [key, lane] : lanes_)
    if (lane.run != nullptr) lane.run->hand_back();
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
    if ((rescan_ || now >= next_poll_) && !rescanning_) {
      const bool poll = now >= next_poll_;
      rescan_ = false;
      rescanning_ = true;
      lock.unlock();
      if (poll) poll_schedules();
      rescan();
      lock.lock();
      if (poll) next_poll_ = deps_.clock.mono() + kPollEvery;
      rescanning_ = false;
      continue;
    }
    // While one worker rescans, a poll that is due is already being seen to: the others must not spin on it.
    auto earliest = rescanning_ ? now + kLongest : std::min(now + kLongest, next_poll_);
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
    if (idle_ == 0 && workers_.size() < options_.workers_max && others_wait(now))
      workers_.emplace_back([this] { work(); });
    lock.unlock();
    run_slice(key, lane);
    lock.lock();
    lane.busy = false;
    slow_busy_ -= was_slow ? 1 : 0;
    if (lane.jobs.empty()) lanes_.erase(found);
    wake_.notify_one();
  }
}

// Steps of one job until it waits, ends, or its slice is over while others wait.
void Scheduler::run_slice(const ClientKey& key, Lane& lane) {
  const auto store = deps_.registry.resolve({.client_key = key.str()});
  if (!store) {  // removed meanwhile
    const std::lock_guard lock(mutex_);
    lane.run.reset();
    lane.jobs.clear();
    polls_.erase(key);
    return;
  }
  if (lane.run == nullptr) {
    std::unique_lock lock(mutex_);
    auto job = lane.jobs.front();
    lock.unlock();
    lane.run = std::make_unique<JobRun>(
        JobDeps{deps_.registry, deps_.connections, deps_.clock, deps_.random, options_, deps_.process}, *store,
        std::move(job));
  }
  const auto began = deps_.clock.mono();
  for (;;) {
    // Taken before the step: a store that changes during it must wake the job that goes waiting.
    const auto generation = (*store)->entry()->generation;
    const auto step = lane.run->step();
    const auto now = deps_.clock.mono();
    const std::lock_guard lock(mutex_);
    lane.slow = step.slow || (lane.slow && step.next == Step::Next::wait);
    lane.due = now;
    if (step.next == Step::Next::ended) {
      lane.run.reset();
      lane.jobs.pop_front();
      return;
    }
    if (step.next == Step::Next::wait) {
      lane.due = now + step.wait;
      lane.generation = generation;
      return;
    }
    if (stopping_ || (now - began >= options_.slice && others_wait(now))) return;
  }
}

// Brings the lanes up to date with the jobs in the database: new ones, cancelled ones, stores that changed.
void Scheduler::rescan() {
  const auto open = deps_.registry.open_jobs();
  if (!open) {
    log::error("sync: the open jobs cannot be read", {{"error", open.error().what}});
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto now = deps_.clock.mono();
  for (const auto& job : *open) {
    auto& lane = lanes_[job.store];
    const auto known =
        std::find_if(lane.jobs.begin(), lane.jobs.end(), [&](const auto& queued) { return queued.id == job.id; });
    if (known == lane.jobs.end()) {
      // A removal goes before everything but the job under way, which sees its store's state and ends.
      const auto place = job.type == "remove" && !lane.jobs.empty() ? lane.jobs.begin() + 1 : lane.jobs.end();
      if (lane.jobs.empty()) lane.due = now;
      lane.jobs.insert(place, job);
      if (job.type == "remove") lane.due = now;
    } else if (!lane.busy && lane.run != nullptr) {
      // A waiting job looks again when it is cancelled or its store has changed; its backoff is otherwise kept.
      const auto store = deps_.registry.resolve({.client_key = job.store.str()});
      if (job.cancel_requested || !store || (*store)->entry()->generation != lane.generation) lane.due = now;
    }
  }
  for (auto it = lanes_.begin(); it != lanes_.end();)
    it = it->second.jobs.empty() && !it->second.busy ? lanes_.erase(it) : std::next(it);
  wake_.notify_all();
}

// When all that the store wants was last walked whole, as far as its jobs are remembered.
std::optional<Time> Scheduler::last_full(const storage::StoreEntry& entry) {
  const auto jobs = deps_.registry.jobs({.store = entry.client.key.str(), .limit = 100});
  if (!jobs) return std::nullopt;
  const auto kinds = tenant::wanted_kinds(entry.client.settings).size();
  for (const auto& job : *jobs)
    if (job.type == "sync" && job.mode == "full" && job.ids.empty() && job.wanted.size() >= kinds &&
        (job.state == storage::JobState::succeeded || job.state == storage::JobState::partial))
      return job.finished_at;
  return std::nullopt;
}

// Looks at the stores whose time has come, a few at a time: never at all of them at once (mongodb.md 1.3).
void Scheduler::poll_schedules() {
  const auto now = deps_.clock.wall();
  for (const auto& store : deps_.registry.stores()) {
    const auto entry = store->entry();
    if (entry->shop.state != storage::StoreState::active) continue;
    Time due;
    {
      const std::lock_guard lock(mutex_);
      const auto spread = std::chrono::seconds(60 + std::hash<ClientKey>()(store->key()) % 240);
      due = polls_.try_emplace(store->key(), now + spread).first->second;
      if (lanes_.contains(store->key()) || stopping_) continue;
    }
    if (due > now) continue;
    const auto statuses = store->kinds();
    if (!statuses) continue;
    const auto what = what_is_due(*entry, *statuses, last_full(*entry), now, options_);
    for (const auto& request : what.requests) {
      const auto queued = deps_.registry.enqueue(tenant::sync_job(store->key(), request, deps_.clock, deps_.random));
      if (!queued)
        log::warn("sync: a scheduled job could not be queued",
                  {{"store", store->key().str()}, {"error", queued.error().what}});
    }
    const std::lock_guard lock(mutex_);
    polls_[store->key()] = what.next;
  }
}

}  // namespace stoa::sync
