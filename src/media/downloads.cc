#include "media/downloads.h"

#include <pthread.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"

namespace stoa::media {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using storage::StoreHandle;

constexpr std::size_t kScanPage = 200;
constexpr std::size_t kReadyMax = 400, kReadyFew = 50;  // of a store: filled up to the first when below the second
constexpr std::size_t kWriteBatch = 100;
constexpr std::size_t kFirstLooks = 5;  // stores that a round looks at for the first time: each opens its database
constexpr milliseconds kStorageWait{5'000}, kBackoffMax{60'000};
constexpr std::size_t kSweepPage = 250;

std::shared_ptr<StoreHandle> no_store() { return nullptr; }

fs::path part_of(const fs::path& spool, std::string_view id) { return spool / (to_hex(sha256(id)) + ".part"); }

// Parts of downloads that nobody goes on with: their documents are gone, or point elsewhere.
void forget_old_parts(const fs::path& spool, std::chrono::hours age) {
  std::error_code ignored;
  const auto before = fs::file_time_type::clock::now() - age;
  for (fs::directory_iterator entry(spool, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code failed;
    if (fs::last_write_time(entry->path(), failed) < before && !failed) fs::remove(entry->path(), failed);
  }
}

}  // namespace

Downloads::Downloads(Deps deps, const Options& options)
    : deps_(std::move(deps)), options_(options), downloader_(deps_.client, options) {}
Downloads::~Downloads() { stop(); }

void Downloads::start() {
  threads_.emplace_back([this] { look_after(); });
  for (std::size_t i = 0; i < options_.downloads_max; ++i) threads_.emplace_back([this] { work(); });
}

void Downloads::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_workers_.notify_all();
  wake_looker_.notify_all();
  deps_.client.stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  std::vector<ClientKey> keys;
  for (const auto& [key, lane] : lanes_) keys.push_back(key);
  for (const auto& key : keys) {
    flush(key);
    if (lanes_[key].leased) deps_.lease.release(key);
  }
}

std::size_t Downloads::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t Downloads::queued() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [key, lane] : lanes_) count += lane.ready.size() + lane.delayed.size();
  return count;
}

void Downloads::count(std::string_view outcome) {
  deps_.metrics.count("stoa_media_downloads_total", "Downloads of media, by what came of them", {{"outcome", outcome}});
}

// ---- looking for work

void Downloads::look_after() {
  pthread_setname_np(pthread_self(), "media-looker");
  std::unique_lock lock(mutex_);
  while (!wake_looker_.wait_for(lock, options_.look_every, [this] { return stopping_; })) {
    lock.unlock();
    round();
    lock.lock();
  }
}

void Downloads::round() {
  std::size_t first_looks = kFirstLooks;
  std::set<ClientKey> there;
  for (const auto& store : deps_.registry.stores()) {
    there.insert(store->key());
    look(store, first_looks);
  }
  std::size_t queued = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = lanes_.begin(); it != lanes_.end();) {
      queued += it->second.ready.size() + it->second.delayed.size();
      it = there.contains(it->first) || it->second.busy > 0 ? std::next(it) : lanes_.erase(it);
    }
  }
  deps_.metrics.gauge("stoa_media_queued", "Downloads of media that are known to be due", {}, double(queued));
  deps_.metrics.gauge("stoa_media_running", "Downloads of media under way", {}, double(running()));
}

void Downloads::forget_queued(Lane& lane) {
  for (const auto& item : lane.ready) lane.known.erase(item.id);
  for (const auto& item : lane.delayed) lane.known.erase(item.id);
  lane.ready.clear();
  lane.delayed.clear();
  lane.scanned.reset();
}

void Downloads::look(const std::shared_ptr<StoreHandle>& store, std::size_t& first_looks) {
  const auto& key = store->key();
  flush(key);
  const bool eligible = store->entry()->shop.state == storage::StoreState::active && deps_.may_work();
  bool first = false, few = false, stopped = false, give_back = false;
  std::optional<storage::Version> scanned;
  {
    const std::lock_guard lock(mutex_);
    auto& lane = lanes_[key];
    const auto now = deps_.clock.mono();
    if (lane.store != store && lane.busy == 0) {  // new, or made again under the same name
      lane = {};
      lane.store = store;
      lane.sweep_due = now + options_.sweep_interval;
    }
    if (lane.leased && !deps_.lease.held(key)) {  // lost: another process goes on
      lane.leased = false;
      lane.wait_until = now + options_.lease_wait;
    }
    stopped = !eligible || lane.store != store || now < lane.wait_until;
    if (stopped) forget_queued(lane);
    give_back = stopped && lane.leased && lane.known.empty();
    if (give_back) lane.leased = false;
    const auto due = std::stable_partition(lane.delayed.begin(), lane.delayed.end(),
                                           [&](const Item& item) { return item.due > now; });
    std::move(due, lane.delayed.end(), std::back_inserter(lane.ready));
    if (due != lane.delayed.end()) wake_workers_.notify_all();
    lane.delayed.erase(due, lane.delayed.end());
    first = !lane.looked;
    few = lane.ready.size() < kReadyFew;
    scanned = lane.scanned;
  }
  if (give_back) deps_.lease.release(key);
  if (stopped) return;
  if (first) {
    if (first_looks == 0) return;
    --first_looks;
  }
  if (const auto version = store->version(); version && few && (!scanned || *scanned != *version)) {
    if (const auto done = scan(key, store);
        !done && done.error().code != Code::not_found && done.error().code != Code::unavailable)
      log::warn("media: pending downloads cannot be read", {{"store", key.str()}, {"error", done.error().what}});
  }
  settle_lease(key);
  sweep_if_due(key, *store);
}

// Takes the lease when there is something to do, and hands it back when there is nothing more.
void Downloads::settle_lease(const ClientKey& key) {
  bool work = false, leased = false;
  {
    const std::lock_guard lock(mutex_);
    const auto& lane = lanes_[key];
    work = !lane.known.empty();
    leased = lane.leased;
  }
  if (work == leased) return;
  if (leased) {
    {
      const std::lock_guard lock(mutex_);
      lanes_[key].leased = false;
    }
    return deps_.lease.release(key);
  }
  const bool taken = deps_.lease.take(key);
  const std::lock_guard lock(mutex_);
  auto& lane = lanes_[key];
  lane.leased = taken;
  if (taken) return wake_workers_.notify_all();
  forget_queued(lane);
  lane.wait_until = deps_.clock.mono() + options_.lease_wait;
}

void Downloads::sweep_if_due(const ClientKey& key, StoreHandle& store) {
  {
    const std::lock_guard lock(mutex_);
    auto& lane = lanes_[key];
    if (!lane.known.empty() || !lane.scanned || deps_.clock.mono() < lane.sweep_due) return;
    lane.sweep_due = deps_.clock.mono() + options_.sweep_interval;
  }
  if (!deps_.lease.take(key)) return;
  if (const auto done = sweep(store); !done && done.error().code != Code::not_found)
    log::warn("media: what is not needed any more could not be found",
              {{"store", key.str()}, {"error", done.error().what}});
  deps_.lease.release(key);
}

// Takes up pending documents that are not known yet, until there are enough or no more.
Result<> Downloads::scan(const ClientKey& key, const std::shared_ptr<StoreHandle>& store) {
  STOA_TRY_ASSIGN(const auto version, store->version());
  storage::Query query{
      .kind = model::Kind::media, .all = {{.field = "state", .values = {std::string(kPending)}}}, .limit = kScanPage};
  bool all = false;
  while (!all) {
    STOA_TRY_ASSIGN(auto page, store->query(query));
    const std::lock_guard lock(mutex_);
    auto& lane = lanes_[key];
    for (const auto& document : page.documents) {
      auto source = source_of(document.body);
      if (!source || lane.known.contains(document.id)) continue;
      lane.known.insert(document.id);
      lane.ready.push_back({.id = document.id, .source = std::move(*source)});
    }
    query.after = std::move(page.next);
    all = !query.after;
    wake_workers_.notify_all();
    if (lane.ready.size() >= kReadyMax) return {};  // `scanned` stays behind: there is more
  }
  const std::lock_guard lock(mutex_);
  auto& lane = lanes_[key];
  lane.scanned = version;
  if (!lane.looked) {
    lane.looked = true;
    if (auto spool = store->spool()) forget_old_parts(*spool, std::chrono::hours(24));
  }
  return {};
}

// ---- writing what came of it

void Downloads::flush(const ClientKey& key) {
  for (;;) {
    std::vector<Outcome> outcomes;
    std::shared_ptr<StoreHandle> store = no_store();
    {
      const std::lock_guard lock(mutex_);
      const auto found = lanes_.find(key);
      if (found == lanes_.end() || found->second.outcomes.empty()) return;
      auto& all = found->second.outcomes;
      const auto count = std::min(all.size(), kWriteBatch);
      outcomes.assign(std::make_move_iterator(all.begin()),
                      std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(count)));
      all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
      store = found->second.store;
    }
    const auto written = write(*store, outcomes);
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(key);
    if (found == lanes_.end()) return;
    if (!written && written.error().code == Code::unavailable) {  // the database comes back
      auto& all = found->second.outcomes;
      all.insert(all.begin(), std::make_move_iterator(outcomes.begin()), std::make_move_iterator(outcomes.end()));
      return;
    }
    if (!written && written.error().code != Code::not_found)
      log::warn("media: what came of downloads could not be written",
                {{"store", key.str()}, {"error", written.error().what}});
    for (const auto& outcome : outcomes) found->second.known.erase(outcome.id);
    if (!written) found->second.scanned.reset();
  }
}

Result<> Downloads::write(StoreHandle& store, const std::vector<Outcome>& outcomes) {
  std::vector<std::string> ids;
  for (const auto& outcome : outcomes) ids.push_back(outcome.id);
  const std::lock_guard merging(store.merging());
  STOA_TRY_ASSIGN(const auto stored, store.get_many(model::Kind::media, ids));
  storage::Batch batch;
  for (const auto& before : stored) {
    const auto outcome = std::ranges::find(outcomes, before.id, &Outcome::id);
    // A sync has brought another place meanwhile: what came from the old one says nothing of it.
    if (source_url(before.body) != outcome->url) continue;
    STOA_TRY_ASSIGN(auto document, model::make_document(model::Kind::media, with_record(before.body, outcome->record)));
    // Nothing new is known of Shopify's part: the fetch is the one that brought it (rule P3).
    document.fetched_at = std::max(before.fetched_at, store.fetch_clock().equal_since(before.id));
    document.source = before.source;
    document.api_version = before.api_version;
    batch.documents.push_back(std::move(document));
  }
  if (batch.documents.empty()) return {};
  STOA_TRY(store.apply(batch));
  return {};
}

// ---- downloading

// The next store in turn that has something due; a store takes three quarters of the threads at most, so that a slow
// host never holds up all others (rule S4).
std::map<ClientKey, Downloads::Lane>::iterator Downloads::next_lane() {
  const auto most = std::max<std::size_t>(1, options_.downloads_max * 3 / 4);
  const auto free = [&](const auto& entry) {
    const auto& lane = entry.second;
    return lane.leased && !lane.ready.empty() && lane.busy < most;
  };
  const auto after = lanes_.upper_bound(last_served_);
  const auto found = std::find_if(after, lanes_.end(), free);
  if (found != lanes_.end()) return found;
  const auto before = std::find_if(lanes_.begin(), after, free);
  return before == after ? lanes_.end() : before;
}

void Downloads::work() {
  pthread_setname_np(pthread_self(), "media");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto found = next_lane();
    if (found == lanes_.end()) {
      wake_workers_.wait(lock);
      continue;
    }
    auto& lane = found->second;  // stays in place: a busy lane is never erased, and map nodes do not move
    last_served_ = found->first;
    auto item = std::move(lane.ready.front());
    lane.ready.pop_front();
    ++lane.busy;
    ++running_;
    const auto store = lane.store;
    lock.unlock();
    auto record = download(*store, item);
    lock.lock();
    --lane.busy;
    --running_;
    if (record)
      lane.outcomes.push_back({.id = item.id, .url = item.source.url, .record = std::move(*record)});
    else
      lane.delayed.push_back(std::move(item));
    if (!lane.ready.empty()) wake_workers_.notify_one();
  }
}

std::optional<Record> Downloads::download(StoreHandle& store, Item& item) {
  const auto spool = store.spool();
  if (!spool) {
    item.due = deps_.clock.mono() + kStorageWait;
    return std::nullopt;
  }
  const auto file = part_of(*spool, item.id);
  const auto got = downloader_.fetch({.url = item.source.url, .image = item.source.image, .file = file});
  if (!got) return after_failure(got.error(), file, item);
  if (const auto kept = store.put_blob(got->sha256, file); !kept) {
    if (kept.error().code != Code::not_found)
      log::warn("media: bytes could not be stored", {{"store", store.key().str()}, {"error", kept.error().what}});
    item.due = deps_.clock.mono() + kStorageWait;
    return std::nullopt;
  }
  forget_download(file);
  count("stored");
  deps_.metrics.count("stoa_media_bytes_total", "Bytes of media that were downloaded and stored", {},
                      double(got->size));
  return Record{.state = kStored,
                .reason = {},
                .sha256 = got->sha256,
                .size = got->size,
                .content_type = got->type,
                .at = deps_.clock.wall()};
}

std::optional<Record> Downloads::after_failure(const Error& error, const fs::path& file, Item& item) {
  const bool in_passing =
      error.code != Code::invalid && error.code != Code::not_found && ++item.attempts < options_.attempts_max;
  if (error.code == Code::cancelled || in_passing) {
    auto wait = options_.backoff;
    for (std::size_t i = 1; i < item.attempts && wait < kBackoffMax; ++i) wait *= 2;
    item.due = deps_.clock.mono() + std::max(wait, error.retry_after.value_or(milliseconds(0)));
    if (in_passing) count("retried");
    return std::nullopt;
  }
  forget_download(file);
  const auto* const state = error.code == Code::invalid ? kRefused : kFailed;
  count(state);
  log::debug("media: a download came to nothing", {{"reason", error.reason}, {"error", error.what}});
  return Record{
      .state = state, .reason = error.reason, .sha256 = {}, .size = 0, .content_type = {}, .at = deps_.clock.wall()};
}

// ---- what no document names any more

Result<> Downloads::sweep(StoreHandle& store) {
  const auto now = deps_.clock.wall();
  std::string after;
  for (;;) {
    STOA_TRY_ASSIGN(const auto blobs, store.blobs(after, kSweepPage));
    if (blobs.empty()) return {};
    after = blobs.back().sha256;
    storage::Query query{.kind = model::Kind::media,
                         .all = {{.field = "sha256", .op = storage::Condition::Op::in, .values = {}}},
                         .limit = kSweepPage};
    for (const auto& blob : blobs) query.all.front().values.emplace_back(blob.sha256);
    std::set<std::string> named;
    do {
      STOA_TRY_ASSIGN(auto page, store.query(query));
      for (const auto& document : page.documents) named.insert(record_of(document.body).sha256);
      query.after = std::move(page.next);
    } while (query.after);
    for (const auto& blob : blobs)
      if (!named.contains(blob.sha256) && blob.stored_at + options_.orphan_age <= now)
        STOA_TRY(store.erase_blob(blob.sha256));
  }
}

}  // namespace stoa::media
