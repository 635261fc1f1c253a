// One job, carried out step by step: the only place that decides what an error means for a job and its store.
// Not thread-safe: one worker at a time. Blocks on network and storage. What it needs to go on after a crash is in the
// database.
#pragma once

#include <variant>

#include "storage/registry.h"
#include "sync/backoff.h"
#include "sync/kind_walk.h"
#include "sync/media_walk.h"
#include "sync/refetch.h"
#include "sync/shop_refresh.h"
#include "sync/theme_walk.h"
#include "tenant/credentials.h"

namespace stoa::sync {

struct JobDeps {
  storage::Registry& registry;
  tenant::Connections& connections;
  const Clock& clock;
  Random& random;
  const SyncOptions& options;
  std::string process;  // names this process in attempts
};

// What the worker does next: go on, come back later, turn to another job, or let go of the store, whose lease another
// process has taken.
struct Step {
  enum class Next { again, wait, ended, lost } next = Next::again;
  std::chrono::milliseconds wait{0};
  bool slow =
      false;  // the shop let the worker wait long: the scheduler keeps such shops to a part of its workers (rule S4)
};

class JobRun {
 public:
  // `job` as it stands in the database, read while the store's lease is held.
  JobRun(JobDeps deps, std::shared_ptr<storage::StoreHandle> store, storage::JobRecord job);

  // After `lost` nothing more is written: the run is to be dropped.
  Step step();
  // Ends the attempt: the job stays open and is taken up again later, by this process or another.
  void hand_back();
  const storage::JobRecord& job() const { return job_; }

 private:
  using Work = std::variant<std::monostate, KindWalk, ThemeWalk, MediaWalk, Refetch>;

  Step take_step();
  void begin();
  void take_up(model::Kind kind);
  void drop_refused_sweeps();
  Step refresh();
  Step work();
  Step remove_store();
  storage::KindProgress* next_kind();
  Step on_error(const Error& error, std::chrono::milliseconds took);
  Step retry_later(const Error& error, std::string_view reason);
  Step wait_for_storage(const Error& error);
  Step wait_for(std::string_view reason, std::chrono::milliseconds wait, std::string detail);
  Step suspend(const Error& error, std::chrono::milliseconds probe);
  Step give_up_kind(storage::KindState state, const std::string& why);
  Step end(storage::JobState state);
  Step keep_end();
  Result<> settle_kinds();
  Step fail_job(storage::JobError error);
  Step finish();
  void set_store_state(storage::StoreState state, std::optional<storage::Cause> cause);
  void note(std::string_view level, std::string text);
  void save(bool now);
  void keep(const Result<>& done, std::string_view what);

  JobDeps deps_;
  std::shared_ptr<storage::StoreHandle> store_;
  storage::JobRecord job_;
  std::optional<ShopRefresh> refresh_;  // what comes before the first kind
  Work work_;
  storage::KindProgress* kind_ = nullptr;  // the one being worked on
  std::string last_request_id_;
  std::size_t failures_ = 0;                 // calls in a row without an answer
  std::size_t storage_failures_ = 0;         // steps in a row that storage did not let happen
  std::optional<storage::JobState> ending_;  // how it ended; kept until the row says so too
  bool renewed_ = false;                     // the token was renewed once for this failure
  bool begun_ = false;
  bool lost_ = false;     // the store's lease
  bool unsaved_ = false;  // the row is behind, because storage failed
  Tick saved_{};
};

}  // namespace stoa::sync
