#include "app/upkeep.h"

#include <pthread.h>
#include <sys/statvfs.h>

#include "api/operator_views.h"
#include "base/log.h"
#include "sync/schedule.h"
#include "tenant/settings.h"

namespace stoa::app {
namespace {

using std::chrono::hours;
constexpr std::chrono::seconds kEvery{1};
constexpr std::size_t kForgetEvery = 3600;  // rounds: an hour
// A small fleet's gauges are a second old at most; a large one is looked at less often.
constexpr std::size_t kSmallFleet = 50, kLargeFleetEvery = 10;
constexpr std::size_t kStoresWatchedMax = 1'000;  // lag is read from each store: beyond, only every so often
constexpr hours kJobsKept{30 * 24}, kTombstonesKept{11 * 24}, kEventsKept{30 * 24}, kUploadLongest{1};
constexpr std::size_t kJobsKeptPerStore = 20;

}  // namespace

Upkeep::Upkeep(storage::Registry& registry, Metrics& metrics, const Clock& clock, UpkeepOptions options)
    : registry_(registry), metrics_(metrics), clock_(clock), options_(std::move(options)) {
  watch_disk();
  thread_ = std::thread([this] { run(); });
}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Upkeep::run() {
  pthread_setname_np(pthread_self(), "upkeep");
  for (std::size_t round = 0;; ++round) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, round == 0 ? std::chrono::seconds(0) : kEvery, [this] { return stopping_; })) return;
    }
    watch_disk();
    if (round % kLargeFleetEvery == 0 || registry_.stores().size() <= kSmallFleet) publish();
    if (round % kForgetEvery == kForgetEvery - 1) forget();
  }
}

void Upkeep::watch_disk() {
  struct statvfs info{};
  if (statvfs(options_.data.c_str(), &info) != 0) return;
  disk_free_ = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  const auto size = static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize;
  const bool full = disk_free_ < std::min(options_.disk_free_least, size / 64);
  if (full != disk_full_.exchange(full))
    log::warn(full ? "disk nearly full" : "disk has room again", {{"freeBytes", std::to_string(disk_free_)}});
}

void Upkeep::publish() {
  metrics_.gauge("stoa_disk_free_bytes", "Free bytes where the data folder is.", {}, static_cast<double>(disk_free_));
  using enum storage::StoreState;
  std::map<storage::StoreState, double> states{{active, 0},    {paused, 0},      {auth_failed, 0},
                                               {suspended, 0}, {uninstalled, 0}, {deleting, 0}};
  std::map<model::Kind, double> lag;
  double late = 0;
  const auto stores = registry_.stores();
  const auto now = clock_.wall();
  for (const auto& store : stores) {
    const auto entry = store->entry();
    ++states[entry->shop.state];
    if (stores.size() > kStoresWatchedMax) continue;
    const auto statuses = store->kinds();
    if (!statuses) continue;
    bool store_late = false;
    for (const auto kind : tenant::wanted_kinds(entry->client.settings, registry_.mirrored())) {
      const auto& status = statuses->at(static_cast<std::size_t>(kind));
      const auto seconds = api::lag_seconds(status, now);
      if (!seconds) continue;
      lag[kind] = std::max(lag[kind], static_cast<double>(*seconds));
      store_late = store_late || api::is_late(status, sync::interval(*entry, kind, options_.sync), now);
    }
    late += store_late ? 1 : 0;
  }
  for (const auto& [state, count] : states)
    metrics_.gauge("stoa_stores", "Stores by state.", {{"state", to_string(state)}}, count);
  for (const auto& [kind, seconds] : lag)
    metrics_.gauge("stoa_lag_seconds_max", "Largest lag of any store behind its shop.", {{"kind", to_string(kind)}},
                   seconds);
  metrics_.gauge("stoa_stores_late", "Stores with a kind that is late.", {}, late);
  std::map<storage::JobState, double> jobs{
      {storage::JobState::queued, 0}, {storage::JobState::running, 0}, {storage::JobState::waiting, 0}};
  if (const auto open = registry_.open_jobs())
    for (const auto& job : *open) ++jobs[job.state];
  for (const auto& [state, count] : jobs)
    metrics_.gauge("stoa_jobs", "Jobs that have not ended, by state.", {{"state", to_string(state)}}, count);
}

void Upkeep::forget() {
  const auto now = clock_.wall();
  if (const auto done = registry_.forget_jobs(now - kJobsKept, kJobsKeptPerStore); !done)
    log::warn("old jobs could not be cleared", {{"error", done.error().what}});
  const auto hour = std::chrono::duration_cast<hours>(now.time_since_epoch()).count();
  for (const auto& store : registry_.stores()) {
    // Each store once a day, at an hour of its own: never all of them at once.
    if (static_cast<std::int64_t>(std::hash<ClientKey>()(store->key()) % 24) != hour % 24) continue;
    if (const auto done = store->forget_tombstones(now - kTombstonesKept); !done)
      log::warn("old tombstones could not be cleared", {{"store", store->key().str()}});
    if (const auto done = store->forget_events(now - kEventsKept); !done)
      log::warn("old events could not be cleared", {{"store", store->key().str()}});
    if (const auto done = store->forget_cut_uploads(now - kUploadLongest); !done)
      log::warn("what cut uploads of media left could not be cleared", {{"store", store->key().str()}});
  }
}

}  // namespace stoa::app
