// What one writing transaction does to a store, and the bookkeeping that goes with it: the version moves once and only
// when a document changed (rule P2), counts of living documents, the fetch clock's high-water mark, the counts of the
// pass. Used by one thread while it holds the writing connection.
#pragma once

#include <array>

#include "storage/embedded/schema.h"
#include "storage/store_handle.h"

namespace stoa::storage::embedded {

// Reads and saves a pass; rid 0: not saved yet.
struct SavedPass {
  std::int64_t rid = 0;
  Pass pass;
};
Result<SavedPass> find_pass(Connection& db, const std::string& job, model::Kind kind);

class Change {
 public:
  // `equal` remembers the fetches found equal (rule P3).
  Change(Connection& db, const FetchClock& equal) : db_(db), equal_(equal) {}

  // Takes up the pass as the database has it, making it when it is new: its counts go on from there.
  Result<> begin_pass(const Pass& pass);
  Result<> see(std::string_view id);  // by the pass, where there is one

  enum class Outcome { inserted, replaced, unchanged, stale };
  Result<Outcome> put(const model::Document& document);
  // True when it went. A tombstone is left in any case but a newer document: a late page may still bring an object that
  // this store never had.
  Result<bool> erase(model::Kind kind, const std::string& id, Time fetched_at, Time now);

  KindProgress& progress() { return pass_.pass.progress; }
  // Writes what is due. The new version number, or nothing when no document changed.
  Result<std::optional<std::int64_t>> finish();
  const Pass& pass() const { return pass_.pass; }
  std::int64_t pass_rid() const { return pass_.rid; }

 private:
  struct Held;  // what is stored under an id
  Result<std::optional<Held>> held(model::Kind kind, const std::string& id);
  Result<std::int64_t> changing(model::Kind kind, std::int64_t count_delta);
  Result<> insert(const model::Document& document);
  Result<> replace(const model::Document& document, const Held& old);
  Result<> change_terms(model::Kind kind, const std::string& id, const std::vector<std::string>& old,
                        const std::vector<std::string>& now);
  Result<> save_pass();

  Connection& db_;
  const FetchClock& equal_;
  std::optional<std::int64_t> version_;  // set with the first change
  std::array<std::int64_t, model::kKindCount> count_delta_{};
  Time fetched_at_{};  // the latest stamp that is stored by this transaction
  bool with_pass_ = false;
  SavedPass pass_;
};

}  // namespace stoa::storage::embedded
