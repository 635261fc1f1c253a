// What one step does to a store, as one transaction: documents under their guard, the version, the counts, the pass.
// And the one document that holds a store's state (`syncstate`, `_id` "store"). Blocks on the network; used by one
// thread while it holds the session.
#pragma once

#include <array>
#include <unordered_map>

#include "storage/mongo/driver.h"
#include "storage/store_handle.h"

namespace stoa::storage::mongo {

// ---- the state of a store

struct State {
  std::string incarnation;
  std::int64_t version = 0;
  Time fetched_at{};              // the latest stamp of the fetch clock that is stored
  std::vector<KindStatus> kinds;  // one per kind, in order
  std::array<std::int64_t, model::kKindCount> indexed{};
  std::array<bool, model::kKindCount> told{};  // whether anything is said of the kind yet
};
Result<State> read_state(Session& session, const std::string& database);
// For a database that was just made; keeps the state of one that has it.
Result<> make_state(Session& session, const std::string& database, const std::string& incarnation);
Result<> write_kind_status(Session& session, const std::string& database, std::int64_t term, const KindStatus& status);
// The store has a collection of that further kind from now on.
Result<> write_made(Session& session, const std::string& database, model::Kind kind);
Result<> write_indexed(Session& session, const std::string& database, model::Kind kind, std::int64_t version);
// conflict, reason "lease-lost", when a later term is there already.
Result<> raise_term(Session& session, const std::string& database, std::int64_t term);

// Ids in `syncstate` are paths, so that what belongs together is one range of `_id`.
std::string pass_id(const std::string& job, model::Kind kind);
std::string under(std::string_view what, const std::string& job, std::optional<model::Kind> kind = std::nullopt,
                  std::string_view id = {});  // "draft/<job>/<kind>/<id>/"
// Appends {_id: {$gte: prefix, $lt: …}}: all ids that begin with it. `prefix` ends with '/'.
void append_prefix(BsonWriter& out, std::string_view prefix);
Pass pass_from(const std::string& job, model::Kind kind, Bson row);

// ---- one step

class Change {
 public:
  // `clock` remembers the fetches found equal (rule P3). `term`: of the lease, 0 for none.
  Change(Session& session, const std::string& database, const FetchClock& clock, std::int64_t term, Time now)
      : session_(session), database_(database), clock_(clock), term_(term), now_(now) {}

  // Both run inside Session::transaction, so they may run again: they begin anew each time.
  Result<> apply(const Batch& batch);
  Result<> erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at, const std::optional<Pass>& pass);

  Applied applied;                            // of apply()
  std::int64_t erased = 0;                    // of erase()
  std::optional<std::int64_t> version;        // set when a document changed
  std::vector<const model::Document*> equal;  // found equal

 private:
  struct Held {  // what is stored under an id, or will be by this step
    Hash hash{};
    std::optional<Hash> raw;
    Time fetched_at{};
    const model::Document* write = nullptr;  // this step's, to be written
    bool is_new = false;
  };
  using HeldById = std::unordered_map<std::string_view, Held>;

  Result<HeldById> held(model::Kind kind, const std::vector<std::string_view>& ids);
  Result<std::unordered_map<std::string, Time>> graves(const std::vector<std::string_view>& ids);
  Result<> decide(model::Kind kind, const Batch& batch);
  Result<> write_kind(model::Kind kind);
  // Raises what the store's state counts; the fence of rule S11.
  Result<> touch(bool changed, Time fetched_at);
  Result<> save_pass(const Pass& pass, const KindProgress& by, const std::vector<std::string_view>& seen);
  Result<> save_drafts(const Batch& batch, const Pass& pass);
  Result<> bury(model::Kind kind, const std::vector<std::string_view>& ids, Time fetched_at);
  Result<> unbury(const std::vector<std::string_view>& ids);

  Session& session_;
  const std::string& database_;
  const FetchClock& clock_;
  const std::int64_t term_;
  const Time now_;
  std::array<HeldById, model::kKindCount> held_;
  std::array<std::vector<std::string_view>, model::kKindCount> writes_;  // ids to be written, in the batch's order
  std::array<std::int64_t, model::kKindCount> count_delta_{};
  std::vector<std::string_view> revived_;
  std::int64_t steps_ = 0;  // of the pass so far, this one included
};

}  // namespace stoa::storage::mongo
