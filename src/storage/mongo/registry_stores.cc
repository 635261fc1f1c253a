// The Registry's stores and their read keys: finding, registering, changing, removing.
#include "base/log.h"
#include "base/text.h"
#include "storage/mongo/change.h"
#include "storage/mongo/layout.h"
#include "storage/mongo/registry.h"

namespace stoa::storage::mongo {

// ---- rows

void append_shop(BsonWriter& out, const ShopRecord& shop) {
  const auto record = to_json(shop);
  for (const auto& [name, value] : record.as_object())
    if (name != "_id") append_json(out, name, value);
}

void append_key(BsonWriter& out, const KeyRecord& key) {
  out.utf8("_id", key.id).utf8("clientKey", key.client_key.str()).utf8("name", key.name).utf8("hash", key.hash);
  out.utf8("last4", key.last4).utf8("createdAt", iso_micros(key.created_at));
}

KeyRecord key_from(Bson row) {
  return {.id = std::string(text_at(row, "_id")),
          .client_key = ClientKey(std::string(text_at(row, "clientKey"))),
          .name = std::string(text_at(row, "name")),
          .hash = std::string(text_at(row, "hash")),
          .last4 = std::string(text_at(row, "last4")),
          .created_at = parse_iso(text_at(row, "createdAt")).value_or(Time{})};
}

void MongoRegistry::leave(const ClientKey& key) {
  if (const auto store = map_.find(key)) {
    store->shut();
    drop_spool(store->entry()->shop.database);
  }
  map_.leave(key);
}

// ---- registering

std::map<std::string, std::int64_t> MongoRegistry::stores_by_cell() const {
  std::map<std::string, std::int64_t> there;
  for (const auto& store : map_.all()) ++there[store->cell().name()];
  return there;
}

std::vector<CellStatus> MongoRegistry::cells(bool ask) {
  auto there = stores_by_cell();
  std::vector<CellStatus> all;
  for (const auto& cell : options_.cells) {
    auto& at = *shelf_->cells.at(cell.name);
    CellStatus status{.name = cell.name, .engine = "mongodb", .up = at.up(), .stores = there[cell.name]};
    if (ask && status.up) {
      auto session = at.session(Lane::interactive);
      if (const auto room = session ? measure(*session, status.stores, cell.tables_max, tables_per_store(shelf_->kinds))
                                    : fail(session.error())) {
        status.room = room->stores();
        status.limit = room->limit();
      }
    }
    all.push_back(std::move(status));
  }
  return all;
}

// The cell with most room for one more store.
Result<std::string> MongoRegistry::place(const ShopRecord& shop) {
  auto there = stores_by_cell();
  std::string best;
  std::int64_t most = 0;
  Error why =
      error(Code::unavailable, "store {}: no cell answers", shop.client_key.str()).because("storage-unavailable");
  for (const auto& cell : options_.cells) {
    auto session = shelf_->cells.at(cell.name)->session(Lane::interactive);
    if (!session) continue;
    const auto room = measure(*session, there[cell.name], cell.tables_max, tables_per_store(shelf_->kinds));
    if (!room) continue;
    if (room->stores() > most) best = cell.name, most = room->stores();
    if (room->stores() == 0)
      why = error(Code::unavailable, "store {}: cell {} has no room for it: {}", shop.client_key.str(), cell.name,
                  room->limit())
                .because("no-room");
  }
  if (most == 0) return fail(std::move(why));
  return best;
}

// Nothing of that name may be there, in any case: MongoDB confuses names that differ in case only (error 13297).
Result<> MongoRegistry::check_database(Session& session, const std::string& database) {
  BsonWriter command;
  command.int32("listDatabases", 1).boolean("nameOnly", true);
  STOA_TRY_ASSIGN(const auto reply, session.read("admin", command.finish()));
  BsonReader names(document_at(reply.bson(), "databases"));
  while (const auto one = names.next()) {
    const auto name = text_at(one->value.document().value_or(Bson()), "name");
    if (ascii_lower(name) == ascii_lower(database))
      return fail(error(Code::conflict,
                        "store {}: there is a database {} already that stoa did not make: choose another clientKey, or"
                        " rename that database",
                        database, name)
                      .because("database-not-ours"));
  }
  return {};
}

Result<> MongoRegistry::insert_records(Session& session, const StoreEntry& entry, const KeyRecord& key,
                                       const JobRecord& job) {
  const auto& shop = entry.shop;
  return session.transaction([&]() -> Result<> {
    STOA_TRY_ASSIGN(const auto held, read_entry(session, entry.client.key));
    if (held) return key_taken(entry.client.key, held->shop.domain);
    BsonWriter command;
    command.utf8("find", "shops").begin_document("filter").begin_document("domains").begin_array("$in");
    command.utf8(kItem, shop.domain.str());
    if (!shop.posted_domain.empty()) command.utf8(kItem, shop.posted_domain);
    command.end().end().end().int32("limit", 1);
    const auto taken = [&](Bson row) -> Result<bool> {
      return shop_taken(entry.client.key, text_at(row, "_id"), text_at(row, "clientKey"));
    };
    STOA_TRY(session.find(kAppconfig, command.finish(), taken));

    const auto insert = [&](std::string_view collection, const std::function<void()>& append) -> Result<> {
      command.reset();
      command.utf8("insert", collection).begin_array("documents").begin_document(kItem);
      append();
      command.end().end();
      STOA_TRY(session.write(kAppconfig, command.finish()));
      return {};
    };
    const auto append_client = [&] { append_members(command, to_json(entry.client).as_object()); };
    STOA_TRY(insert("clients", append_client));
    const auto append_its_shop = [&] {
      command.utf8("_id", shop.domain.str());
      append_shop(command, shop);
      command.begin_array("domains").utf8(kItem, shop.domain.str());
      if (!shop.posted_domain.empty() && shop.posted_domain != shop.domain.str())
        command.utf8(kItem, shop.posted_domain);
      command.end().int64("generation", entry.generation).int64("keysVersion", 1).int64("version", 0);
      command.int64("leaseTerm", 0).null("lease").date("changedAt", shelf_->clock.wall());
    };
    STOA_TRY(insert("shops", append_its_shop));
    STOA_TRY(insert("keys", [&] { append_key(command, key); }));
    return insert("jobs", [&] { append_job(command, job); });
  });
}

// The recorded database: made, or made whole. Afterwards the record says so.
Result<> MongoRegistry::make_store_database(StoreEntry& entry) {
  STOA_TRY_ASSIGN(auto session, shelf_->cells.at(entry.shop.cell)->session(Lane::bulk));
  // Its state first: what bears Stoa's mark is Stoa's, whatever comes next.
  STOA_TRY(make_state(session, entry.shop.database, entry.shop.incarnation));
  STOA_TRY(make_database(session, entry.shop.database));
  STOA_TRY(drop_left_users(session, entry.shop.database));
  STOA_TRY(change_entry(entry.client.key, [&](StoreEntry& now) -> Result<> {
    now.shop.database_made = true;
    entry = now;
    return {};
  }));
  ++entry.generation;
  return {};
}

Result<std::shared_ptr<StoreHandle>> MongoRegistry::create(const ClientRecord& client, const ShopRecord& shop,
                                                           const KeyRecord& key, const JobRecord& job) {
  STOA_TRY_ASSIGN(auto entry, new_entry(client, shop, random_));
  const std::lock_guard creating(create_mutex_);
  STOA_TRY_ASSIGN(auto session, this->session());
  // What is taken is said before anything about room or databases.
  STOA_TRY_ASSIGN(const auto held, read_entry(session, client.key));
  if (!held) {
    STOA_TRY_ASSIGN(entry.shop.cell, place(entry.shop));
    STOA_TRY_ASSIGN(auto cell, shelf_->cells.at(entry.shop.cell)->session(Lane::interactive));
    STOA_TRY(check_database(cell, entry.shop.database));
  }
  STOA_TRY(insert_records(session, entry, key, with_id(job, shelf_->clock, random_)));
  if (auto made = make_store_database(entry); !made) {
    // Nothing is left of a refusal.
    (void)drop_database(entry.shop);
    (void)delete_records(client.key, "");
    leave(client.key);
    return fail(std::move(made).error());
  }
  auto store = map_.find(client.key);  // the beat may have been here first
  if (!store) {
    store = std::make_shared<MongoStore>(shelf_, entry);
    map_.enter(store);
  }
  store->set_entry(std::move(entry));
  map_.add_key(key);
  return store;
}

// ---- changing

Result<> MongoRegistry::change_entry(const ClientKey& key, const std::function<Result<>(StoreEntry&)>& change) {
  StoreEntry entry;
  STOA_TRY_ASSIGN(auto session, this->session());
  const auto all_or_nothing = [&]() -> Result<> {
    STOA_TRY_ASSIGN(auto before, read_entry(session, key));
    if (!before) return no_such_store();
    entry = *before;
    STOA_TRY(change(entry));
    STOA_TRY(check_same_store(*before, entry));
    ++entry.generation;
    BsonWriter command;
    command.utf8("update", "clients").begin_array("updates").begin_document(kItem);
    command.begin_document("q").utf8("_id", key.str()).end().begin_document("u");
    append_members(command, to_json(entry.client).as_object());
    command.end().end().end();
    STOA_TRY(session.write(kAppconfig, command.finish()));
    command.reset();
    command.utf8("update", "shops").begin_array("updates").begin_document(kItem);
    command.begin_document("q").utf8("clientKey", key.str()).end().begin_document("u").begin_document("$set");
    append_shop(command, entry.shop);
    command.int64("generation", entry.generation).end();
    command.begin_document("$currentDate").boolean("changedAt", true).end().end().end().end();
    STOA_TRY(session.write(kAppconfig, command.finish()));
    return {};
  };
  STOA_TRY(session.transaction(all_or_nothing));
  if (const auto store = map_.find(key)) store->set_entry(std::move(entry));
  return {};
}

Result<> MongoRegistry::update_client(const ClientKey& key, const std::function<Result<>(ClientRecord&)>& change) {
  return change_entry(key, [&](StoreEntry& entry) { return change(entry.client); });
}
Result<> MongoRegistry::update_shop(const ClientKey& key, const std::function<Result<>(ShopRecord&)>& change) {
  return change_entry(key, [&](StoreEntry& entry) { return change(entry.shop); });
}

// ---- removing

// Only what bears the incarnation that was recorded: a database of another is someone else's.
Result<> MongoRegistry::drop_database(const ShopRecord& shop) {
  const auto cell = shelf_->cells.find(shop.cell);
  if (cell == shelf_->cells.end())
    return fail(error(Code::unavailable, "store {}: its cell {} is not configured", shop.client_key.str(), shop.cell)
                    .because("storage-unavailable"));
  STOA_TRY_ASSIGN(auto session, cell->second->session(Lane::bulk));
  STOA_TRY_ASSIGN(const auto state, read_state(session, shop.database));
  if (state.incarnation != shop.incarnation) return {};
  BsonWriter command;
  command.int32("dropAllUsersFromDatabase", 1);
  if (auto dropped = session.write(shop.database, command.finish()); !dropped) {
    if (dropped.error().code != Code::denied) return fail(std::move(dropped).error());
    // Without the role that manages users there are none of ours, unless it was taken away.
    log::info("mongodb: a removed store's database users, if it had any, could not be dropped",
              {{"database", shop.database}, {"error", dropped.error().what}});
  }
  command.reset();
  command.int32("dropDatabase", 1);
  STOA_TRY(session.write(shop.database, command.finish()));
  return {};
}

// Downloads under way, of this process. What cannot be removed is only said: the store's own are gone with its
// database.
void MongoRegistry::drop_spool(const std::string& database) const {
  if (shelf_->media.empty() || database.empty()) return;
  std::error_code kept;
  std::filesystem::remove_all(shelf_->media / database, kept);
  if (kept) log::warn("mongodb: a spool folder stays", {{"database", database}, {"error", kept.message()}});
}

Result<> MongoRegistry::delete_records(const ClientKey& key, const std::string& keep_job) {
  STOA_TRY_ASSIGN(auto session, this->session());
  return session.transaction([&]() -> Result<> {
    BsonWriter command;
    for (const auto& [collection, field] : std::vector<std::pair<std::string_view, std::string_view>>{
             {"jobs", "store"}, {"keys", "clientKey"}, {"shops", "clientKey"}, {"clients", "_id"}}) {
      command.reset();
      command.utf8("delete", collection).begin_array("deletes").begin_document(kItem);
      command.begin_document("q").utf8(field, key.str());
      if (collection == "jobs") command.begin_document("_id").utf8("$ne", keep_job).end();
      command.end().int32("limit", 0).end().end();
      STOA_TRY(session.write(kAppconfig, command.finish()));
    }
    command.reset();
    command.utf8("update", kDeployment).begin_array("updates").begin_document(kItem);
    command.begin_document("q").utf8("_id", "stoa").end();
    command.begin_document("u").begin_document("$inc").int64("removals", 1).end().end().end().end();
    STOA_TRY(session.write(kAppconfig, command.finish()));
    return {};
  });
}

Result<> MongoRegistry::remove(const ClientKey& key, const std::string& keep_job) {
  std::optional<StoreEntry> recorded;
  {
    STOA_TRY_ASSIGN(auto session, this->session());
    STOA_TRY_ASSIGN(recorded, read_entry(session, key));
  }
  if (recorded) {
    // Marked first: other processes stop asking its database, and after a crash nobody makes it again.
    STOA_TRY(change_entry(key, [](StoreEntry& entry) -> Result<> {
      entry.shop.state = StoreState::deleting;
      entry.shop.database_made = false;
      return {};
    }));
    if (const auto store = map_.find(key)) store->shut();
    STOA_TRY(drop_database(recorded->shop));
    drop_spool(recorded->shop.database);
  }
  STOA_TRY(delete_records(key, keep_job));
  leave(key);
  return {};
}

// ---- read keys

namespace {

// Other processes read the store's keys again.
Result<> touch_keys(Session& session, const ClientKey& key) {
  BsonWriter command;
  command.utf8("update", "shops").begin_array("updates").begin_document(kItem);
  command.begin_document("q").utf8("clientKey", key.str()).end().begin_document("u");
  command.begin_document("$inc").int64("keysVersion", 1).end();
  command.begin_document("$currentDate").boolean("changedAt", true).end().end().end().end();
  STOA_TRY_ASSIGN(const auto reply, session.write(kAppconfig, command.finish()));
  if (number_at(reply.bson(), "n") == 0) return no_such_store();
  return {};
}

}  // namespace

Result<> MongoRegistry::add_key(const KeyRecord& key) {
  STOA_TRY_ASSIGN(auto session, this->session());
  const auto all_or_nothing = [&]() -> Result<> {
    STOA_TRY(touch_keys(session, key.client_key));
    BsonWriter command;
    command.utf8("insert", "keys").begin_array("documents").begin_document(kItem);
    append_key(command, key);
    command.end().end();
    STOA_TRY(session.write(kAppconfig, command.finish()));
    return {};
  };
  STOA_TRY(session.transaction(all_or_nothing));
  map_.add_key(key);
  return {};
}

Result<std::vector<KeyRecord>> MongoRegistry::keys(const ClientKey& key) {
  if (!map_.find(key)) return no_such_store();
  STOA_TRY_ASSIGN(auto session, this->session());
  BsonWriter command;
  command.utf8("find", "keys").begin_document("filter").utf8("clientKey", key.str()).end();
  command.begin_document("sort").int32("_id", 1).end();
  std::vector<KeyRecord> all;
  const auto read = [&](Bson row) -> Result<bool> {
    all.push_back(key_from(row));
    return true;
  };
  STOA_TRY(session.find(kAppconfig, command.finish(), read));
  return all;
}

Result<> MongoRegistry::revoke_key(const ClientKey& key, const std::string& id) {
  STOA_TRY_ASSIGN(auto session, this->session());
  const auto all_or_nothing = [&]() -> Result<> {
    BsonWriter command;
    command.utf8("delete", "keys").begin_array("deletes").begin_document(kItem);
    command.begin_document("q").utf8("_id", id).utf8("clientKey", key.str()).end().int32("limit", 1).end().end();
    STOA_TRY_ASSIGN(const auto reply, session.write(kAppconfig, command.finish()));
    if (number_at(reply.bson(), "n") == 0)
      return fail(Code::not_found, "key {}: no such key of store {}", id, key.str());
    return touch_keys(session, key);
  };
  STOA_TRY(session.transaction(all_or_nothing));
  map_.forget_key(key, id);
  return {};
}

}  // namespace stoa::storage::mongo
