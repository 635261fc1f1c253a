// The Registry's stores: finding, registering, changing, removing them.
#include <filesystem>

#include "base/text.h"
#include "storage/embedded/appconfig.h"
#include "storage/embedded/schema.h"

namespace stoa::storage::embedded {
namespace {

Result<> insert_key(Connection& db, const KeyRecord& key) {
  return db.query("INSERT INTO keys(id, client, name, hash, last4, created_at) VALUES(?, ?, ?, ?, ?, ?)")
      .bind(key.id, key.client_key.str(), key.name, key.hash, key.last4, key.created_at)
      .run();
}

KeyRecord key_from(Statement& row) {
  return {.id = row.string(0),
          .client_key = ClientKey(row.string(1)),
          .name = row.string(2),
          .hash = row.string(3),
          .last4 = row.string(4),
          .created_at = row.time(5)};
}
constexpr std::string_view kKeyColumns = "SELECT id, client, name, hash, last4, created_at FROM keys";

}  // namespace

// ---- registering

Result<> EmbeddedRegistry::check_free(const ShopRecord& shop) const {
  const auto& key = shop.client_key;
  if (const auto held = map_.find(key)) return key_taken(key, held->entry()->shop.domain);
  for (const auto& domain : {shop.domain.str(), shop.posted_domain})
    if (const auto held = domain.empty() ? nullptr : map_.find_domain(domain))
      return shop_taken(key, domain, held->key().str());
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    auto path = shelf_->file_of(shop.database);
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path += suffix, ignored)))
      return fail(error(Code::conflict, "store {}: {}: there is a file already that stoa did not make", key.str(),
                        path.string())
                      .because("database-not-ours"));
  }
  if (const auto media = shelf_->media_of(shop.database);
      std::filesystem::exists(std::filesystem::symlink_status(media)))
    return fail(error(Code::conflict, "store {}: {}: there is a folder already that stoa did not make", key.str(),
                      media.string())
                    .because("database-not-ours"));
  return {};
}

Result<> EmbeddedRegistry::insert_records(const StoreEntry& entry, const KeyRecord& key, const JobRecord& job) {
  return file_->commit_together([&](Connection& db) -> Result<> {
    STOA_TRY(db.query("INSERT INTO clients(id, record) VALUES(?, ?)")
                 .bind(entry.client.key.str(), json::write(to_json(entry.client)))
                 .run());
    STOA_TRY(
        db.query("INSERT INTO shops(id, client, generation, record) VALUES(?, ?, ?, ?)")
            .bind(entry.shop.domain.str(), entry.client.key.str(), entry.generation, json::write(to_json(entry.shop)))
            .run());
    STOA_TRY(insert_key(db, key));
    return insert_job(db, job);
  });
}

Result<> EmbeddedRegistry::make_database(StoreEntry& entry) {
  const auto& image = store_image();
  if (!image) return fail(image.error());
  STOA_TRY(make_file(shelf_->file_of(entry.shop.database), *image, kStoreFormat.not_ours));
  entry.shop.database_made = true;
  return save_entry(entry);
}

Result<std::shared_ptr<StoreHandle>> EmbeddedRegistry::create(const ClientRecord& client, const ShopRecord& shop,
                                                              const KeyRecord& key, const JobRecord& job) {
  STOA_TRY_ASSIGN(auto entry, new_entry(client, shop, random_));
  const std::lock_guard records(records_mutex_);
  STOA_TRY(check_free(entry.shop));
  STOA_TRY(insert_records(entry, key, with_id(job, shelf_->clock, random_)));
  if (auto made = make_database(entry); !made) {
    // Nothing is left of a refusal. A file that was made is ours until its rows go, so it goes first.
    std::error_code ignored;
    if (made.error().reason != kStoreFormat.not_ours)
      std::filesystem::remove(shelf_->file_of(entry.shop.database), ignored);
    (void)delete_records(client.key, "");
    return fail(std::move(made).error());
  }
  auto store = std::make_shared<EmbeddedStore>(shelf_, std::move(entry));
  map_.enter(store);
  map_.add_key(key);
  return store;
}

// ---- changing

Result<> EmbeddedRegistry::save_entry(const StoreEntry& entry) {
  return file_->commit_together([&](Connection& db) -> Result<> {
    STOA_TRY(db.query("UPDATE clients SET record = ? WHERE id = ?")
                 .bind(json::write(to_json(entry.client)), entry.client.key.str())
                 .run());
    return db.query("UPDATE shops SET id = ?, generation = ?, record = ? WHERE client = ?")
        .bind(entry.shop.domain.str(), entry.generation, json::write(to_json(entry.shop)), entry.client.key.str())
        .run();
  });
}

Result<> EmbeddedRegistry::change_entry(const ClientKey& key, const std::function<Result<>(StoreEntry&)>& change) {
  const std::lock_guard records(records_mutex_);
  const auto store = map_.find(key);
  if (!store) return no_such_store();
  const auto before = store->entry();
  auto entry = *before;
  STOA_TRY(change(entry));
  STOA_TRY(check_same_store(*before, entry));
  ++entry.generation;
  STOA_TRY(save_entry(entry));
  store->set_entry(std::move(entry));
  return {};
}

Result<> EmbeddedRegistry::update_client(const ClientKey& key, const std::function<Result<>(ClientRecord&)>& change) {
  return change_entry(key, [&](StoreEntry& entry) { return change(entry.client); });
}
Result<> EmbeddedRegistry::update_shop(const ClientKey& key, const std::function<Result<>(ShopRecord&)>& change) {
  return change_entry(key, [&](StoreEntry& entry) { return change(entry.shop); });
}

// ---- removing

Result<> EmbeddedRegistry::delete_records(const ClientKey& key, const std::string& keep_job) {
  return file_->commit_together([&](Connection& db) -> Result<> {
    STOA_TRY(db.query("DELETE FROM jobs WHERE store = ? AND id <> ?").bind(key.str(), keep_job).run());
    STOA_TRY(db.query("DELETE FROM keys WHERE client = ?").bind(key.str()).run());
    STOA_TRY(db.query("DELETE FROM shops WHERE client = ?").bind(key.str()).run());
    return db.query("DELETE FROM clients WHERE id = ?").bind(key.str()).run();
  });
}

Result<> EmbeddedRegistry::remove(const ClientKey& key, const std::string& keep_job) {
  const std::lock_guard records(records_mutex_);
  if (const auto store = map_.find(key)) {
    // Marked first: after a crash in between, the next open neither makes the database again nor misses it.
    auto entry = *store->entry();
    entry.shop.state = StoreState::deleting;
    entry.shop.database_made = false;
    ++entry.generation;
    STOA_TRY(save_entry(entry));
    const auto file = shelf_->file_of(entry.shop.database);
    const auto media = shelf_->media_of(entry.shop.database);
    store->set_entry(std::move(entry));
    store->shut();
    std::error_code kept;
    if (std::filesystem::remove_all(media, kept); kept)
      return fail(error(Code::unavailable, "store {}: remove {}: {}", key.str(), media.string(), kept.message())
                      .because("storage-io"));
    for (const auto* suffix : {"", "-wal", "-shm", ".new"}) {
      std::error_code failed;
      if (std::filesystem::remove(std::filesystem::path(file).concat(suffix), failed); failed)
        return fail(
            error(Code::unavailable, "store {}: remove {}{}: {}", key.str(), file.string(), suffix, failed.message())
                .because("storage-io"));
    }
  }
  STOA_TRY(delete_records(key, keep_job));
  map_.leave(key);
  {
    const std::lock_guard lock(unsaved_mutex_);
    std::erase_if(unsaved_jobs_, [&](const auto& item) { return item.second.store == key && item.first != keep_job; });
  }
  // Sealed tokens stood in the log too: it is emptied, and what the file freed is overwritten (secure_delete).
  STOA_TRY(file_->truncate_log());
  return {};
}

// ---- read keys

Result<> EmbeddedRegistry::add_key(const KeyRecord& key) {
  const std::lock_guard records(records_mutex_);
  if (!map_.find(key.client_key)) return no_such_store();
  STOA_TRY(file_->commit_together([&](Connection& db) { return insert_key(db, key); }));
  map_.add_key(key);
  return {};
}

Result<std::vector<KeyRecord>> EmbeddedRegistry::keys(const ClientKey& key) {
  if (!map_.find(key)) return no_such_store();
  STOA_TRY_ASSIGN(auto db, file_->read());
  auto rows = db->query(fmt::format("{} WHERE client = ? ORDER BY id", kKeyColumns)).bind(key.str());
  std::vector<KeyRecord> all;
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.push_back(key_from(rows));
  }
}

Result<> EmbeddedRegistry::revoke_key(const ClientKey& key, const std::string& id) {
  const std::lock_guard records(records_mutex_);
  const Database::Work work = [&](Connection& db) -> Result<> {
    STOA_TRY(db.query("DELETE FROM keys WHERE client = ? AND id = ?").bind(key.str(), id).run());
    if (db.changes() == 0) return fail(Code::not_found, "key {}: no such key of store {}", id, key.str());
    return {};
  };
  STOA_TRY(file_->commit_together(work));
  map_.forget_key(key, id);
  return {};
}

// ---- database users

namespace {
std::unexpected<Error> mongodb_only() {
  return fail(error(Code::invalid,
                    "database users are for stores kept in MongoDB (storage.url): these are kept in SQLite, which has"
                    " none")
                  .because("mongodb-only"));
}
}  // namespace

Result<DatabaseUser> EmbeddedRegistry::grant_access(const ClientKey&, const std::string&, const std::string&) {
  return mongodb_only();
}
Result<> EmbeddedRegistry::revoke_access(const ClientKey&, const std::string&) { return mongodb_only(); }
Result<std::vector<DatabaseUser>> EmbeddedRegistry::database_users(const ClientKey&) {
  return std::vector<DatabaseUser>();
}

// ---- loading

Result<> EmbeddedRegistry::load() {
  STOA_TRY(load_stores());
  return load_keys();
}

Result<> EmbeddedRegistry::load_stores() {
  std::vector<StoreEntry> entries;
  {
    STOA_TRY_ASSIGN(auto db, file_->read());
    auto rows = db->query(
        "SELECT clients.record, shops.record, shops.generation FROM clients JOIN shops ON shops.client = clients.id");
    for (;;) {
      STOA_TRY_ASSIGN(const bool more, rows.next());
      if (!more) break;
      STOA_TRY_ASSIGN(const auto client_json, json::parse(rows.text(0)));
      STOA_TRY_ASSIGN(const auto shop_json, json::parse(rows.text(1)));
      STOA_TRY_ASSIGN(auto client, client_from_json(client_json));
      STOA_TRY_ASSIGN(auto shop, shop_from_json(shop_json));
      entries.push_back({std::move(client), std::move(shop), rows.number(2)});
    }
  }
  for (auto& entry : entries) {
    if (!entry.shop.database_made && entry.shop.state != StoreState::deleting) {
      // The last process ended between recording the store and making its file, or between that and saying so. A file
      // that stands there has come after the record, so it is ours if it looks it: opening it checks.
      auto made = make_database(entry);
      if (!made && made.error().reason == kStoreFormat.not_ours) {
        entry.shop.database_made = true;
        made = save_entry(entry);
      }
      if (!made) return made;
    }
    map_.enter(std::make_shared<EmbeddedStore>(shelf_, std::move(entry)));
  }
  return {};
}

Result<> EmbeddedRegistry::load_keys() {
  STOA_TRY_ASSIGN(auto db, file_->read());
  auto rows = db->query(kKeyColumns);
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    map_.add_key(key_from(rows));
  }
}

}  // namespace stoa::storage::embedded
