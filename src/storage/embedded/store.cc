#include "storage/embedded/store.h"

#include "storage/embedded/schema.h"

namespace stoa::storage::embedded {
namespace {

// More commits than a power cut can take back: the last ones since the file was synced, never hours of them.
constexpr std::int64_t kVersionLeap = 1'000'000;

struct Meta {
  std::int64_t version = 0;
  Time fetched_at{};
  std::string incarnation, boot;
};

Result<Meta> read_meta(Database& file) {
  STOA_TRY_ASSIGN(auto db, file.read());
  Meta meta;
  auto rows = db->query("SELECT name, value FROM meta");
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return meta;
    const auto name = rows.text(0);
    if (name == "version") meta.version = rows.number(1);
    if (name == "fetched_at") meta.fetched_at = rows.time(1);
    if (name == "incarnation") meta.incarnation = rows.string(1);
    if (name == "boot") meta.boot = rows.string(1);
  }
}

// The tables of further kinds that the file was made without.
Result<> add_kinds(Database& file, std::span<const model::Kind> kinds) {
  std::string ddl;
  {
    STOA_TRY_ASSIGN(auto db, file.read());
    for (const auto kind : kinds) {
      auto row = db->query("SELECT 1 FROM kinds WHERE kind = ?").bind(model::to_string(kind));
      STOA_TRY_ASSIGN(const bool there, row.next());
      if (!there) ddl += kind_ddl(kind);
    }
  }
  if (ddl.empty()) return {};
  return file.commit_together([&](Connection& db) { return db.exec(ddl); });
}

}  // namespace

EmbeddedStore::EmbeddedStore(std::shared_ptr<Shelf> shelf, StoreEntry entry)
    : shelf_(std::move(shelf)),
      key_(entry.client.key),
      clock_(shelf_->clock),
      entry_(std::make_shared<const StoreEntry>(std::move(entry))) {}

// ---- what the Registry knows

std::shared_ptr<const StoreEntry> EmbeddedStore::entry() const {
  const std::lock_guard lock(entry_mutex_);
  return entry_;
}

void EmbeddedStore::set_entry(StoreEntry entry) {
  auto snapshot = std::make_shared<const StoreEntry>(std::move(entry));
  const std::lock_guard lock(entry_mutex_);
  entry_.swap(snapshot);
}

// ---- opening and closing

EmbeddedStore::Use::~Use() {
  if (store_ == nullptr) return;
  const std::lock_guard lock(store_->mutex_);
  if (--store_->users_ == 0 && store_->shut_) store_->idle_.notify_all();
}

Result<EmbeddedStore::Use> EmbeddedStore::use() {
  bool opened = false;
  {
    const std::lock_guard lock(mutex_);
    if (shut_) return fail(error(Code::not_found, "store {}: it was removed", key_.str()).because("store-not-found"));
    if (!file_) {
      if (auto done = open_file(); !done) return fail(std::move(done).error().in(fmt::format("store {}", key_.str())));
      opened = true;
    }
    ++users_;
  }
  used_.store(true, std::memory_order_relaxed);
  Use use(*this);
  if (opened) shelf_->open.opened(shared_from_this());
  return use;
}

Result<std::unique_ptr<Database>> EmbeddedStore::open_database(const ShopRecord& shop) {
  if (!shop.database_made)
    return fail(error(Code::unavailable, "its database is not made yet").because("database-not-made"));
  return Database::open(shelf_->file_of(shop.database), kStoreFormat, shelf_->readers_per_store);
}

Result<> EmbeddedStore::open_file() {
  const auto known = entry();
  STOA_TRY_ASSIGN(auto file, open_database(known->shop));
  STOA_TRY_ASSIGN(auto meta, read_meta(*file));
  if (!meta.incarnation.empty() && meta.incarnation != known->shop.incarnation)
    return fail(
        error(Code::conflict, "its file is of incarnation {}, wanted {}", meta.incarnation, known->shop.incarnation)
            .because(kStoreFormat.not_ours));
  if (meta.incarnation.empty() || meta.boot != shelf_->boot) {
    // A power cut may have taken the last commits back, and their version numbers were handed out: after a boot the
    // numbers start beyond them, so that one number never means two contents.
    if (!meta.incarnation.empty()) meta.version += kVersionLeap;
    meta.incarnation = known->shop.incarnation;
    const Database::Work work = [&](Connection& db) -> Result<> {
      constexpr auto kSet = "UPDATE meta SET value = ? WHERE name = ?";
      STOA_TRY(db.query(kSet).bind(meta.version, "version").run());
      STOA_TRY(db.query(kSet).bind(meta.incarnation, "incarnation").run());
      return db.query(kSet).bind(shelf_->boot, "boot").run();
    };
    STOA_TRY(file->commit_together(work));
  }
  STOA_TRY(add_kinds(*file, shelf_->kinds));
  clock_.not_before(meta.fetched_at);
  {
    const std::lock_guard lock(version_mutex_);
    version_ = Version{meta.incarnation, meta.version};
  }
  file_ = std::move(file);
  return {};
}

bool EmbeddedStore::close_if_idle() {
  const std::lock_guard lock(mutex_);
  if (users_ > 0) return false;
  file_.reset();
  return true;
}

void EmbeddedStore::shut() {
  {
    std::unique_lock lock(mutex_);
    shut_ = true;
    idle_.wait(lock, [this] { return users_ == 0; });
    file_.reset();
  }
  shelf_->open.closed(*this);
}

// ---- version

Result<Version> EmbeddedStore::version() {
  {
    const std::lock_guard lock(mutex_);
    if (shut_) return fail(error(Code::not_found, "store {}: it was removed", key_.str()).because("store-not-found"));
  }
  {
    const std::lock_guard lock(version_mutex_);
    if (version_) return *version_;
  }
  STOA_TRY(use());
  const std::lock_guard lock(version_mutex_);
  return *version_;
}

void EmbeddedStore::publish_version(std::int64_t number) {
  const std::lock_guard lock(version_mutex_);
  version_->number = number;
}

// ---- status of the kinds

Result<std::vector<KindStatus>> EmbeddedStore::kinds() {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  std::vector<KindStatus> all;
  for (const auto kind : model::all_kinds()) all.push_back({.kind = kind});
  auto rows = db->query("SELECT kind, count, complete, as_of, state, error FROM kinds");
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    if (const auto kind = model::kind_from(rows.text(0))) {
      auto& status = all[static_cast<std::size_t>(*kind)];
      status.count = rows.number(1);
      status.complete = rows.number(2) != 0;
      status.as_of = rows.maybe_time(3);
      status.state = rows.text(4);
      status.error = rows.text(5);
    }
  }
}

Result<> EmbeddedStore::set_kind_status(const KindStatus& status) {
  STOA_TRY_ASSIGN(const auto file, use());
  // On the disk at once, and with it all that the pass wrote before: what is called current outlives a power cut.
  return file->commit_together([&](Connection& db) {
    return db.query("UPDATE kinds SET complete = ?, as_of = ?, state = ?, error = ? WHERE kind = ?")
        .bind(status.complete, status.as_of, status.state, status.error, model::to_string(status.kind))
        .run();
  });
}

}  // namespace stoa::storage::embedded
