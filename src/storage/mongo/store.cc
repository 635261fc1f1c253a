#include "storage/mongo/store.h"

#include "base/log.h"
#include "storage/mongo/change.h"
#include "storage/mongo/layout.h"

namespace stoa::storage::mongo {
namespace {

std::unexpected<Error> removed(const ClientKey& key) {
  return fail(error(Code::not_found, "store {}: it was removed", key.str()).because("store-not-found"));
}

// The collections of further kinds that the database was made without.
Result<> add_kinds(Session& session, const std::string& database, const State& state,
                   std::span<const model::Kind> kinds) {
  for (const auto kind : kinds.subspan(model::standard_kinds().size())) {
    if (state.told[static_cast<std::size_t>(kind)]) continue;
    STOA_TRY(make_kind(session, database, kind));
    STOA_TRY(write_made(session, database, kind));
  }
  return {};
}

}  // namespace

MongoStore::MongoStore(std::shared_ptr<Shelf> shelf, StoreEntry entry)
    : shelf_(std::move(shelf)),
      key_(entry.client.key),
      database_(entry.shop.database),
      cell_(*shelf_->cells.at(entry.shop.cell)),
      clock_(shelf_->clock),
      entry_(std::make_shared<const StoreEntry>(std::move(entry))) {}

std::shared_ptr<const StoreEntry> MongoStore::entry() const {
  const std::lock_guard lock(entry_mutex_);
  return entry_;
}

void MongoStore::set_entry(StoreEntry entry) {
  auto snapshot = std::make_shared<const StoreEntry>(std::move(entry));
  const std::lock_guard lock(entry_mutex_);
  if (entry_->generation <= snapshot->generation) entry_.swap(snapshot);  // news may come out of order
}

Result<MongoStore::Use> MongoStore::use() {
  if (shut_) return removed(key_);  // before the lock: readers that keep coming must not hold up a removal
  Use use(life_);
  if (shut_) return removed(key_);
  {
    const std::lock_guard lock(version_mutex_);
    if (version_) return use;
  }
  STOA_TRY(load());
  return use;
}

void MongoStore::shut() {
  shut_ = true;
  const std::unique_lock wait_for_calls(life_);
}

// ---- version

Result<> MongoStore::load() {
  const auto known = entry();
  if (!known->shop.database_made)
    return fail(
        error(Code::unavailable, "store {}: its database is not made yet", key_.str()).because("database-not-made"));
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  STOA_TRY_ASSIGN(const auto state, read_state(session, database_));
  if (state.incarnation != known->shop.incarnation)
    return fail(error(Code::conflict, "store {}: its database is of incarnation {}, wanted {}", key_.str(),
                      state.incarnation.empty() ? "(none)" : state.incarnation, known->shop.incarnation)
                    .because("database-not-ours"));
  STOA_TRY(add_kinds(session, database_, state, shelf_->kinds));
  clock_.not_before(state.fetched_at);
  const std::lock_guard lock(version_mutex_);
  if (!version_ || version_->number < state.version) version_ = Version{state.incarnation, state.version};
  return {};
}

Result<Version> MongoStore::version() {
  if (shut_) return removed(key_);
  {
    const std::lock_guard lock(version_mutex_);
    if (version_) return *version_;
  }
  STOA_TRY(use());
  const std::lock_guard lock(version_mutex_);
  return *version_;
}

void MongoStore::publish_version(std::int64_t number) {
  {
    const std::lock_guard lock(version_mutex_);
    if (version_ && version_->number < number) version_->number = number;
  }
  const std::lock_guard lock(shelf_->moved_mutex);
  auto& moved = shelf_->moved[key_];
  moved = std::max(moved, number);
}

void MongoStore::heard(const Version& version) {
  const std::lock_guard lock(version_mutex_);
  if (version_ && version_->incarnation == version.incarnation && version_->number < version.number) version_ = version;
}

Result<> MongoStore::hold(std::int64_t term) {
  if (term == 0) {
    term_ = 0;
    return {};
  }
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY(raise_term(session, database_, term));
  term_ = term;
  STOA_TRY(load());
  // An earlier holder may have died before it told the others.
  STOA_TRY_ASSIGN(const auto now, version());
  publish_version(now.number);
  return {};
}

// ---- the state of the kinds

Result<std::vector<KindStatus>> MongoStore::kinds() {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  STOA_TRY_ASSIGN(auto state, read_state(session, database_));
  return std::move(state.kinds);
}

Result<> MongoStore::set_kind_status(const KindStatus& status) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  const std::lock_guard writing(write_mutex_);
  STOA_TRY(write_kind_status(session, database_, term_, status));
  if (status.state != "current") return {};
  // Reads stay right without them, only slow: the next pass tries again.
  if (auto indexed = index_if_large(session, status.kind); !indexed)
    log::warn("mongodb: the indexes of a large collection could not be made",
              {{"store", key_.str()}, {"kind", std::string(to_string(status.kind))}, {"error", indexed.error().what}});
  return {};
}

Result<> MongoStore::index_if_large(Session& session, model::Kind kind) {
  STOA_TRY_ASSIGN(const auto state, read_state(session, database_));
  const auto at = static_cast<std::size_t>(kind);
  if (state.kinds[at].count <= kLargeCollection || state.indexed[at] >= kIndexVersion) return {};
  STOA_TRY(make_large_indexes(session, database_, kind));
  return write_indexed(session, database_, kind, kIndexVersion);
}

}  // namespace stoa::storage::mongo
