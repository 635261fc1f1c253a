// The Registry's stores: finding, registering, changing, removing them.
#include <filesystem>

#include "base/text.h"
#include "storage/embedded/appconfig.h"
#include "storage/embedded/schema.h"

namespace stoa::storage::embedded {
namespace {

std::unexpected<Error> no_such_store() {
  return fail(error(Code::not_found, "store: no store of that name").because("store-not-found"));
}

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

// ---- from memory

Result<std::shared_ptr<StoreHandle>> EmbeddedRegistry::resolve(const StoreRef& ref) {
  const std::shared_lock lock(maps_mutex_);
  StorePtr by_key, by_domain;
  if (!ref.client_key.empty()) {
    const auto found = by_key_.find(ascii_lower(ref.client_key));
    if (found == by_key_.end()) return no_such_store();
    by_key = found->second;
  }
  if (!ref.shop_domain.empty()) {
    const auto found = by_domain_.find(ascii_lower(ref.shop_domain));
    if (found == by_domain_.end()) return no_such_store();
    by_domain = found->second;
  }
  if (by_key && by_domain && by_key != by_domain) return no_such_store();
  auto store = by_key ? by_key : by_domain;
  if (!store) return no_such_store();
  return store;
}

std::vector<std::shared_ptr<StoreHandle>> EmbeddedRegistry::stores() {
  const std::shared_lock lock(maps_mutex_);
  std::vector<std::shared_ptr<StoreHandle>> all;
  all.reserve(by_key_.size());
  for (const auto& [key, store] : by_key_) all.push_back(store);
  return all;
}

std::optional<KeyRecord> EmbeddedRegistry::find_key(const std::string& hash_hex) {
  const std::shared_lock lock(maps_mutex_);
  const auto found = keys_.find(hash_hex);
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

EmbeddedRegistry::StorePtr EmbeddedRegistry::find(const ClientKey& key) const {
  const std::shared_lock lock(maps_mutex_);
  const auto found = by_key_.find(key.str());
  return found == by_key_.end() ? nullptr : found->second;
}

Result<bool> EmbeddedRegistry::has_sealed_values() {
  for (const auto& store : stores()) {
    const auto entry = store->entry();
    if (!entry->shop.access_token.empty() || !entry->shop.refresh_token.empty()) return true;
    for (const auto& [name, value] : entry->client.fields)
      if (looks_sealed(value)) return true;
  }
  return false;
}

// ---- registering

Result<> EmbeddedRegistry::check_free(const ClientRecord& client, const ShopRecord& shop) const {
  STOA_TRY(parse_client_key(client.key.str()));
  STOA_TRY(parse_client_key(shop.database));  // it names the file
  if (shop.client_key != client.key)
    return fail(Code::bug, "store {}: its shop is of {}, wanted the same", client.key.str(), shop.client_key.str());
  const std::shared_lock lock(maps_mutex_);
  if (const auto held = by_key_.find(client.key.str()); held != by_key_.end())
    return fail(error(Code::conflict, "store {}: the clientKey is bound to {} already", client.key.str(),
                      held->second->entry()->shop.domain.str())
                    .because("client-key-taken"));
  for (const auto& domain : {shop.domain.str(), shop.posted_domain})
    if (const auto held = by_domain_.find(domain); !domain.empty() && held != by_domain_.end())
      return fail(error(Code::conflict, "store {}: the shop {} is bound to the clientKey {} already", client.key.str(),
                        domain, held->second->key().str())
                      .because("shop-taken"));
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    auto path = shelf_->file_of(shop.database);
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path += suffix, ignored)))
      return fail(error(Code::conflict, "store {}: {}: there is a file already that stoa did not make",
                        client.key.str(), path.string())
                      .because("database-not-ours"));
  }
  if (const auto media = shelf_->media_of(shop.database);
      std::filesystem::exists(std::filesystem::symlink_status(media)))
    return fail(error(Code::conflict, "store {}: {}: there is a folder already that stoa did not make",
                      client.key.str(), media.string())
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
  StoreEntry entry{client, shop, 1};
  if (entry.shop.database.empty()) entry.shop.database = client.key.str();
  if (entry.shop.incarnation.empty()) entry.shop.incarnation = random_.hex(8);
  entry.shop.database_made = false;

  const std::lock_guard records(records_mutex_);
  STOA_TRY(check_free(entry.client, entry.shop));
  STOA_TRY(insert_records(entry, key, with_id(job)));
  if (auto made = make_database(entry); !made) {
    // Nothing is left of a refusal. A file that was made is ours until its rows go, so it goes first.
    std::error_code ignored;
    if (made.error().reason != kStoreFormat.not_ours)
      std::filesystem::remove(shelf_->file_of(entry.shop.database), ignored);
    (void)delete_records(client.key, "");
    return fail(std::move(made).error());
  }
  auto store = std::make_shared<EmbeddedStore>(shelf_, std::move(entry));
  enter(store);
  const std::unique_lock lock(maps_mutex_);
  keys_[key.hash] = key;
  return store;
}

void EmbeddedRegistry::enter(const StorePtr& store) {
  const auto entry = store->entry();
  const std::unique_lock lock(maps_mutex_);
  by_key_[entry->client.key.str()] = store;
  by_domain_[entry->shop.domain.str()] = store;
  if (!entry->shop.posted_domain.empty()) by_domain_[entry->shop.posted_domain] = store;
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
  const auto store = find(key);
  if (!store) return no_such_store();
  const auto before = store->entry();
  auto entry = *before;
  STOA_TRY(change(entry));
  // What finds the store and its file is decided once, at its registration.
  if (entry.client.key != key || entry.shop.client_key != key || entry.shop.domain != before->shop.domain ||
      entry.shop.posted_domain != before->shop.posted_domain || entry.shop.database != before->shop.database)
    return fail(Code::bug, "store {}: a change of its clientKey, shop or database, wanted none", key.str());
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

void EmbeddedRegistry::leave(const ClientKey& key) {
  const std::unique_lock lock(maps_mutex_);
  const auto is_its = [&](const auto& item) { return item.second->key() == key; };
  std::erase_if(by_key_, is_its);
  std::erase_if(by_domain_, is_its);
  std::erase_if(keys_, [&](const auto& item) { return item.second.client_key == key; });
}

Result<> EmbeddedRegistry::remove(const ClientKey& key, const std::string& keep_job) {
  const std::lock_guard records(records_mutex_);
  if (const auto store = find(key)) {
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
  leave(key);
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
  if (!find(key.client_key)) return no_such_store();
  STOA_TRY(file_->commit_together([&](Connection& db) { return insert_key(db, key); }));
  const std::unique_lock lock(maps_mutex_);
  keys_[key.hash] = key;
  return {};
}

Result<std::vector<KeyRecord>> EmbeddedRegistry::keys(const ClientKey& key) {
  if (!find(key)) return no_such_store();
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
  const std::unique_lock lock(maps_mutex_);
  std::erase_if(keys_, [&](const auto& item) { return item.second.id == id && item.second.client_key == key; });
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
    enter(std::make_shared<EmbeddedStore>(shelf_, std::move(entry)));
  }
  return {};
}

Result<> EmbeddedRegistry::load_keys() {
  STOA_TRY_ASSIGN(auto db, file_->read());
  auto rows = db->query(kKeyColumns);
  const std::unique_lock lock(maps_mutex_);
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    auto key = key_from(rows);
    keys_[key.hash] = std::move(key);
  }
}

}  // namespace stoa::storage::embedded
