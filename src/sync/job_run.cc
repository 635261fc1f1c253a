#include "sync/job_run.h"

#include "base/log.h"
#include "tenant/shop_record.h"

namespace stoa::sync {
namespace {

using std::chrono::milliseconds;
using storage::JobState;
using storage::KindState;
using storage::StoreState;

constexpr std::size_t kLogMax = 100;
constexpr std::size_t kAttemptsShown = 100;
constexpr milliseconds kSaveEvery{300}, kSlow{5'000}, kLeastWait{1'000};
constexpr std::size_t kAnswerFaultsMax =
    3;  // an answer with errors is asked for again this often: it may have been a passing fault

storage::Cause cause_of(const Error& error, std::string next_step, std::string request_id) {
  return {.code = error.reason,
          .detail = error.what,
          .next_step = std::move(next_step),
          .shopify_request_id = std::move(request_id)};
}

}  // namespace

JobRun::JobRun(JobDeps deps, std::shared_ptr<storage::StoreHandle> store, storage::JobRecord job)
    : deps_(std::move(deps)), store_(std::move(store)), job_(std::move(job)) {}

void JobRun::begin() {
  begun_ = true;
  const auto now = deps_.clock.wall();
  if (!job_.started_at) job_.started_at = now;
  for (auto& attempt : job_.attempts)
    if (!attempt.ended_at) attempt.ended_at = now;  // the process that had it is gone
  const bool first = job_.attempts.empty();
  if (job_.attempts.size() >= kAttemptsShown) job_.attempts.erase(job_.attempts.begin());
  job_.attempts.push_back({.process = deps_.process, .started_at = now});
  job_.state = JobState::running;
  job_.finished_at.reset();
  for (auto& progress : job_.kinds) {
    // A confirmed sweep is taken up again.
    if (progress.state == KindState::done && progress.sweep_refused && job_.confirmed.contains(progress.kind))
      progress.state = KindState::writing;
  }
  note("info", first ? "started" : "taken up again");
  if (job_.type == "sync" && job_.mode == "full" && first) drop_refused_sweeps();
  // Taken up again, a job goes on with its kinds: it must get on however often it is killed, and what an earlier sync
  // learned of the shop will do.
  const bool known = store_->entry()->shop.info.contains(tenant::kReadableMetafields);
  if (job_.type == "sync" && job_.mode == "full" && job_.ids.empty() && (first || !known)) {
    refresh_.emplace(WalkContext{.store = *store_, .job = job_, .options = deps_.options}, deps_.registry);
    save(true);  // the next one to take it up is not the first
  }
}

// A new full pass makes the refused sweeps of its predecessors void: what they saw is older.
void JobRun::drop_refused_sweeps() {
  const auto earlier = deps_.registry.jobs({.store = store_->key().str(), .state = JobState::partial});
  if (!earlier) return;
  for (const auto& job : *earlier)
    if (job.id != job_.id &&
        std::any_of(job.kinds.begin(), job.kinds.end(), [](const auto& progress) { return progress.sweep_refused; }))
      keep(store_->end_passes(job.id), "an old pass could not be cleared");
}

Step JobRun::step() {
  auto step = take_step();
  if (lost_) step.next = Step::Next::lost;
  return step;
}

Step JobRun::take_step() {
  if (ending_) return keep_end();
  if (!begun_ && ended(job_.state)) return {.next = Step::Next::ended};  // by another process
  const auto fresh = deps_.registry.job(job_.id);
  if (!fresh && fresh.error().code == Code::not_found)
    return {.next = Step::Next::ended};  // the store went, and its jobs with it
  if (!fresh) return wait_for_storage(fresh.error());
  if (!begun_) begin();
  job_.cancel_requested = fresh->cancel_requested;
  job_.confirmed = fresh->confirmed;
  if (job_.cancel_requested) return end(JobState::cancelled);
  if (job_.type == "remove") return remove_store();
  switch (store_->entry()->shop.state) {
    case StoreState::deleting: return end(JobState::cancelled);
    case StoreState::paused: return wait_for("shop", std::chrono::hours(1), "the store is paused: resume it");
    case StoreState::uninstalled:
    case StoreState::auth_failed:
      return fail_job({.code = "auth-failed",
                       .detail = "Shopify refuses the store's credentials",
                       .next_step = "give new credentials: PATCH /api/config/clients/" + store_->key().str()});
    case StoreState::active:
    case StoreState::suspended: break;
  }
  return work();
}

storage::KindProgress* JobRun::next_kind() {
  for (auto& progress : job_.kinds)
    if (progress.state != KindState::done && progress.state != KindState::failed &&
        progress.state != KindState::not_permitted)
      return &progress;
  return nullptr;
}

// The walk of a kind. Themes have one of their own, for single ones too.
void JobRun::take_up(model::Kind kind) {
  const WalkContext context{.store = *store_, .job = job_, .options = deps_.options};
  if (kind == model::Kind::themes)
    work_.emplace<ThemeWalk>(context, [this](const std::string& url) {
      return deps_.connections.download_theme_file(url, deps_.options.call_timeout);
    });
  else if (job_.ids.empty() && kind == model::Kind::media)
    work_.emplace<MediaWalk>(context, deps_.clock.wall());
  else if (job_.ids.empty())
    work_.emplace<KindWalk>(context, kind);
  else
    work_.emplace<Refetch>(context, kind, deps_.clock.wall());
}

Step JobRun::refresh() {
  const auto began = deps_.clock.mono();
  auto transport = deps_.connections.transport(*store_);
  if (!transport) return on_error(transport.error(), {});
  const auto done = refresh_->step(**transport);
  last_request_id_ = (*transport)->last_request_id();
  const auto took = std::chrono::duration_cast<milliseconds>(deps_.clock.mono() - began);
  if (!done) return on_error(done.error(), took);
  if (*done) refresh_.reset();
  return {.slow = took > kSlow};
}

Step JobRun::work() {
  if (job_.waiting) {
    job_.waiting.reset();
    job_.state = JobState::running;
  }
  if (refresh_) return refresh();
  if (auto* next = next_kind(); next != kind_) {
    kind_ = next;
    if (kind_ == nullptr) return finish();
    take_up(kind_->kind);
    note("info", fmt::format("{}: begun", to_string(kind_->kind)));
    save(true);
  }
  if (kind_ == nullptr) return finish();
  const auto began = deps_.clock.mono();
  auto transport = deps_.connections.transport(*store_);
  if (!transport) return on_error(transport.error(), {});
  const auto done = std::visit(
      [&](auto& walk) -> Result<bool> {
        if constexpr (std::is_same_v<std::decay_t<decltype(walk)>, std::monostate>)
          return fail(Code::bug, "sync: no walk was begun");
        else
          return walk.step(**transport);
      },
      work_);
  last_request_id_ = (*transport)->last_request_id();
  const auto took = std::chrono::duration_cast<milliseconds>(deps_.clock.mono() - began);
  if (!done) return on_error(done.error(), took);
  failures_ = storage_failures_ = 0;
  renewed_ = false;
  if (store_->entry()->shop.state == StoreState::suspended) set_store_state(StoreState::active, std::nullopt);
  if (*done) {
    note(kind_->state == KindState::done && !kind_->sweep_refused ? "info" : "warn",
         fmt::format("{}: {}, {} seen, {} written, {} unchanged, {} deleted, {} failed{}", to_string(kind_->kind),
                     to_string(kind_->state), kind_->seen, kind_->written, kind_->unchanged, kind_->deleted,
                     kind_->failed,
                     kind_->sweep_refused ? fmt::format("; a sweep of {} was refused", kind_->would_delete) : ""));
  }
  save(*done);
  return {.slow = took > kSlow};
}

Step JobRun::on_error(const Error& error, milliseconds took) {
  const auto slow = [&](Step step) {
    step.slow = took > kSlow;
    return step;
  };
  if (error.code == Code::cancelled) return {};  // the process is stopping: the step was not taken
  const auto& reason = error.reason;
  if (reason == "lease-lost") {
    lost_ = true;
    return {};
  }
  if (reason == "throttled")
    return wait_for("throttled", std::max(error.retry_after.value_or(kLeastWait), milliseconds(50)),
                    "Shopify's budget for this shop is spent");
  if (reason == "auth-failed") {
    if (!renewed_ && deps_.connections.token_refused(*store_)) {
      renewed_ = true;
      return {};
    }
    set_store_state(
        StoreState::auth_failed,
        cause_of(error, "give new credentials: PATCH /api/config/clients/" + store_->key().str(), last_request_id_));
    return fail_job({.code = "auth-failed",
                     .detail = error.what,
                     .next_step = "give new credentials: PATCH /api/config/clients/" + store_->key().str(),
                     .request_id = last_request_id_});
  }
  if (reason == "scope-missing" && kind_ != nullptr)
    return give_up_kind(KindState::not_permitted,
                        fmt::format("grant {}{}{} to the app ({})", shopify::scope(kind_->kind),
                                    shopify::also_scope(kind_->kind).empty() ? "" : " and ",
                                    shopify::also_scope(kind_->kind), error.what));
  if (reason == "shop-frozen" || reason == "shop-locked" || reason == "shop-not-found")
    return suspend(error, deps_.options.shop_probe);
  if (reason == "security-rejection") return suspend(error, deps_.options.rejection_probe);
  if (error.code == Code::not_found && reason == "store-not-found") return {.next = Step::Next::ended};
  if (reason == "shop-unavailable") {
    if (++failures_ >= deps_.options.attempts_max) return slow(give_up_kind(KindState::failed, error.what));
    return slow(retry_later(error, "backoff"));
  }
  if (error.code == Code::unavailable || error.code == Code::throttled) return wait_for_storage(error);
  if (++failures_ >= kAnswerFaultsMax) return give_up_kind(KindState::failed, error.what);
  return retry_later(error, "backoff");
}

Step JobRun::retry_later(const Error& error, std::string_view reason) {
  const auto jittered = backoff(failures_, deps_.options.backoff_base, deps_.options.backoff_max, deps_.random);
  note("warn",
       fmt::format("{}, attempt {}: {}", kind_ == nullptr ? "store" : to_string(kind_->kind), failures_, error.what));
  return wait_for(reason, std::max(jittered, error.retry_after.value_or(milliseconds(0))), error.what);
}

// Not the shop's fault: no attempt is counted, and the walk goes on where it stands.
Step JobRun::wait_for_storage(const Error& error) {
  return wait_for("storage", storage_backoff(++storage_failures_, deps_.random), error.what);
}

Step JobRun::wait_for(std::string_view reason, milliseconds wait, std::string detail) {
  // Short throttles come with every page of a large shop: they are shown, but not worth a write each.
  const bool news = !job_.waiting || job_.waiting->reason != reason || wait > kLeastWait;
  job_.state = JobState::waiting;
  job_.waiting =
      storage::JobWait{.reason = std::string(reason), .until = deps_.clock.wall() + wait, .detail = std::move(detail)};
  save(news);
  return {.next = Step::Next::wait, .wait = wait};
}

Step JobRun::suspend(const Error& error, milliseconds probe) {
  set_store_state(
      StoreState::suspended,
      cause_of(error, "the shop's owner has to settle this with Shopify; syncing resumes by itself", last_request_id_));
  note("warn", error.what);
  return wait_for("shop", probe, error.what);
}

Step JobRun::give_up_kind(KindState state, const std::string& why) {
  failures_ = 0;
  if (kind_ == nullptr) return fail_job({.code = "sync-failed", .detail = why});
  note("error", fmt::format("{}: {}", to_string(kind_->kind), why));
  KindWalk* walk = std::get_if<KindWalk>(&work_);
  if (auto* media = std::get_if<MediaWalk>(&work_)) walk = media;
  if (auto* themes = std::get_if<ThemeWalk>(&work_); themes != nullptr && job_.ids.empty()) walk = themes;
  if (walk != nullptr) {
    keep(walk->give_up(state, why), "the kind's state could not be kept");
  } else {
    kind_->state = state;
    kind_->error = why;
  }
  save(true);
  return {};
}

Step JobRun::remove_store() {
  deps_.connections.forget(store_->key());
  const auto removed = deps_.registry.remove(store_->key(), job_.id);
  if (!removed && removed.error().code != Code::not_found) return wait_for_storage(removed.error());
  log::info("store removed", {{"store", job_.store.str()}});
  return end(JobState::succeeded);
}

Step JobRun::finish() {
  std::size_t failed = 0, wanting = 0;
  for (const auto& progress : job_.kinds) {
    failed += progress.state == KindState::failed ? 1 : 0;
    // Done, but not all of it: a refused sweep, deletes withheld, documents that could not be stored.
    wanting += progress.state == KindState::done && (progress.sweep_refused || !progress.error.empty()) ? 1 : 0;
  }
  if (failed > 0 && failed == job_.kinds.size()) {
    job_.error = storage::JobError{.code = "sync-failed",
                                   .detail = job_.kinds.front().error,
                                   .next_step = "see the kinds' errors; a further sync starts anew",
                                   .request_id = last_request_id_};
    return end(JobState::failed);
  }
  return end(failed + wanting > 0 ? JobState::partial : JobState::succeeded);
}

Step JobRun::fail_job(storage::JobError error) {
  for (auto& progress : job_.kinds) {
    if (progress.state == KindState::done || progress.state == KindState::failed ||
        progress.state == KindState::not_permitted)
      continue;
    progress.state = KindState::failed;
    if (progress.error.empty()) progress.error = error.detail;
  }
  note("error", error.detail);
  job_.error = std::move(error);
  return end(JobState::failed);
}

// A kind whose walk was broken off is under way no more: it has failed, or is what it was before.
Result<> JobRun::settle_kinds() {
  STOA_TRY_ASSIGN(const auto statuses, store_->kinds());
  for (const auto& progress : job_.kinds) {
    auto status = statuses.at(static_cast<std::size_t>(progress.kind));
    if (status.state != "syncing") continue;
    if (progress.state == KindState::failed) status.error = progress.error;
    status.state = !status.error.empty() ? "failed" : status.as_of ? "current" : "never";
    STOA_TRY(store_->set_kind_status(status));
  }
  return {};
}

Step JobRun::end(JobState state) {
  ending_ = state;
  note("info", fmt::format("ended: {}", to_string(state)));
  return keep_end();
}

// A job has ended only when its row says so: until storage takes that, it waits.
Step JobRun::keep_end() {
  const auto settled = job_.type == "sync" ? settle_kinds() : Result<>();
  if (!settled && settled.error().code == Code::unavailable) return wait_for_storage(settled.error());
  keep(settled, "the kinds' states could not be kept");
  if (lost_) return {};
  const auto now = deps_.clock.wall();
  job_.state = *ending_;
  job_.waiting.reset();
  job_.finished_at = now;
  if (!job_.attempts.empty() && !job_.attempts.back().ended_at) job_.attempts.back().ended_at = now;
  if (const auto saved = deps_.registry.update_job(job_); !saved && saved.error().code != Code::not_found) {
    keep(saved, "the job's end could not be kept");
    if (lost_) return {};
    job_.finished_at.reset();
    return wait_for_storage(saved.error());
  }
  // What a refused sweep saw is kept for its confirmation; the next sync of the store clears it.
  const bool refused =
      std::any_of(job_.kinds.begin(), job_.kinds.end(), [](const auto& progress) { return progress.sweep_refused; });
  if (job_.type == "sync" && !(refused && *ending_ == JobState::partial))
    keep(store_->end_passes(job_.id), "the passes of an ended job could not be cleared");
  return {.next = Step::Next::ended};
}

void JobRun::hand_back() {
  if (!begun_ || lost_ || ending_) return;
  if (!job_.attempts.empty()) job_.attempts.back().ended_at = deps_.clock.wall();
  save(true);
}

void JobRun::set_store_state(StoreState state, std::optional<storage::Cause> cause) {
  const auto changed = deps_.registry.update_shop(store_->key(), [&](storage::ShopRecord& shop) -> Result<> {
    if (shop.state == StoreState::deleting || shop.state == StoreState::paused)
      return {};  // the operator's word stands
    if (shop.state != state) shop.since = deps_.clock.wall();
    shop.state = state;
    shop.cause = cause;
    return {};
  });
  log::info(
      "store state",
      {{"store", store_->key().str()}, {"state", std::string(to_string(state))}, {"cause", cause ? cause->code : ""}});
  if (!changed)
    log::error("sync: the store's state could not be kept",
               {{"store", store_->key().str()}, {"error", changed.error().what}});
}

void JobRun::note(std::string_view level, std::string text) {
  if (job_.log.size() >= kLogMax) job_.log.erase(job_.log.begin());
  job_.log.push_back({.at = deps_.clock.wall(), .level = std::string(level), .text = std::move(text)});
}

// The job's row is what people see; the walk itself resumes from the store's own database, so a few saves a second are
// enough.
void JobRun::save(bool now) {
  const auto tick = deps_.clock.mono();
  if (!now && !unsaved_ && tick - saved_ < kSaveEvery) return;
  saved_ = tick;
  const auto saved = deps_.registry.update_job(job_);
  unsaved_ = !saved;
  keep(saved, "the job's state could not be kept");
}

// What the job can go on without, and what the loss of its lease forbids.
void JobRun::keep(const Result<>& done, std::string_view what) {
  if (done || done.error().code == Code::not_found) return;
  if (done.error().reason == "lease-lost")
    lost_ = true;
  else
    log::error(fmt::format("sync: {}", what),
               {{"store", job_.store.str()}, {"job", job_.id}, {"error", done.error().what}});
}

}  // namespace stoa::sync
