// Opening `appconfig`, and hearing what other processes do to it.
#include "storage/mongo/registry.h"

#include <set>

#include "base/log.h"
#include "storage/mongo/change.h"
#include "storage/mongo/layout.h"

namespace stoa::storage {
namespace mongo {
namespace {
using std::chrono::milliseconds;

constexpr std::int64_t kFormat = 1;
// Rows changed this long before the latest known one are looked at again: writes do not become visible in the order of
// their clock readings, and a new primary's clock may be behind.
constexpr milliseconds kOverlap{10'000}, kEverything{60'000};

struct Unique {
  std::string_view collection, name;
  std::vector<std::pair<std::string_view, int>> keys;
  bool unique = false, of_open = false;
};
const std::vector<Unique>& appconfig_indexes() {
  static const std::vector<Unique> all{
      {"shops", "clientKey_1", {{"clientKey", 1}}, true},
      {"shops", "domains_1", {{"domains", 1}}, true},  // canonical and posted domain
      {"shops", "changedAt_1", {{"changedAt", 1}}},
      {"keys", "hash_1", {{"hash", 1}}, true},
      {"keys", "clientKey_1", {{"clientKey", 1}}},
      {"jobs", "store_1__id_-1", {{"store", 1}, {"_id", -1}}},
      {"jobs", "store_1_work_1", {{"store", 1}, {"work", 1}}, true, true},
      {"jobs", "open_1__id_1", {{"open", 1}, {"_id", 1}}, false, true},
      {"audit", "at_1", {{"at", 1}}},
  };
  return all;
}

Result<StoreEntry> entry_from(Bson client_row, Bson shop_row) {
  STOA_TRY_ASSIGN(auto client, client_from_json(to_json(client_row)));
  auto members = to_json(shop_row);
  for (const auto* ours : {"generation", "keysVersion", "version", "changedAt", "domains", "lease", "leaseTerm"})
    members.erase(ours);
  STOA_TRY_ASSIGN(auto shop, shop_from_json(members));
  return StoreEntry{std::move(client), std::move(shop), number_at(shop_row, "generation")};
}

}  // namespace

MongoRegistry::MongoRegistry(MongoOptions options, std::shared_ptr<Shelf> shelf, Random& random)
    : options_(std::move(options)), shelf_(std::move(shelf)), random_(random) {}

MongoRegistry::~MongoRegistry() {
  {
    const std::lock_guard lock(beat_mutex_);
    stopping_ = true;
  }
  stop_beat_.notify_all();
  if (beat_.joinable()) beat_.join();
  for (const auto& store : map_.all()) store->shut();
}

// ---- opening

Result<> MongoRegistry::open() {
  STOA_TRY(home().probe());
  for (const auto& [name, cell] : shelf_->cells)
    if (auto there = cell->probe(); !there) {
      if (there.error().code != Code::unavailable) return there;
      log::warn("mongodb: a cell is down; its stores are, too", {{"cell", name}, {"error", there.error().what}});
    }
  {
    STOA_TRY_ASSIGN(auto session, this->session());
    STOA_TRY(check_ours(session));
    STOA_TRY(make_collections(session));
  }
  STOA_TRY(load());
  beat_ = std::thread([this] { beat(); });
  return {};
}

// An appconfig that holds anything without Stoa's mark is another system's.
Result<> MongoRegistry::check_ours(Session& session) {
  STOA_TRY_ASSIGN(const auto mark, session.find_one(kAppconfig, kDeployment, "_id", "stoa"));
  const auto format = number_at(mark.bson(), "format");
  if (format > kFormat)
    return fail(error(Code::corrupt, "storage: appconfig is of format {}, this stoa knows up to {}: use a newer one",
                      format, kFormat)
                    .because("format-too-new"));
  if (format > 0) return {};
  BsonWriter command;
  command.int32("listCollections", 1).boolean("nameOnly", true).boolean("authorizedCollections", true);
  STOA_TRY_ASSIGN(const auto reply, session.read(kAppconfig, command.finish()));
  BsonReader there(document_at(reply.bson(), "cursor.firstBatch"));
  if (const auto first = there.next())
    return fail(error(Code::conflict,
                      "storage: the database appconfig of {} is another system's (it has a collection {} and no mark"
                      " of stoa): point storage.url at another deployment, or move that database away",
                      url_for_show(options_.cells.front().url),
                      text_at(first->value.document().value_or(Bson()), "name"))
                    .because("appconfig-not-ours"));
  command.reset();
  command.utf8("insert", kDeployment).begin_array("documents").begin_document(kItem);
  command.utf8("_id", "stoa").int64("format", kFormat).date("createdAt", shelf_->clock.wall());
  command.end().end();
  auto marked = session.write(kAppconfig, command.finish());
  if (!marked && marked.error().reason != "duplicate-key") return fail(std::move(marked).error());
  return {};
}

Result<> MongoRegistry::make_collections(Session& session) {
  BsonWriter command;
  for (const auto* name : {"clients", "shops", "jobs", "keys", "audit"}) {
    command.reset();
    command.utf8("create", name);
    auto made = session.write(kAppconfig, command.finish());
    if (!made && made.error().reason != "namespace-exists") return fail(std::move(made).error());
  }
  for (const auto& index : appconfig_indexes()) {
    command.reset();
    command.utf8("createIndexes", index.collection).begin_array("indexes").begin_document(kItem);
    command.utf8("name", index.name).begin_document("key");
    for (const auto& [path, direction] : index.keys) command.int32(path, direction);
    command.end();
    if (index.unique) command.boolean("unique", true);
    if (index.of_open) command.begin_document("partialFilterExpression").boolean("open", true).end();
    command.end().end();
    STOA_TRY(session.write(kAppconfig, command.finish()));
  }
  return {};
}

Result<> MongoRegistry::load() {
  STOA_TRY(hear(true));
  // A process that ended between recording a store and making its database left it to the next one.
  for (const auto& handle : stores()) {
    auto entry = *handle->entry();
    if (entry.shop.database_made || entry.shop.state == StoreState::deleting) continue;
    if (auto made = make_store_database(entry); !made)
      log::warn("mongodb: a store's database could not be made",
                {{"store", entry.client.key.str()}, {"error", made.error().what}});
    else
      map_.find(entry.client.key)->set_entry(std::move(entry));
  }
  return {};
}

Result<std::optional<StoreEntry>> MongoRegistry::read_entry(Session& session, const ClientKey& key) {
  STOA_TRY_ASSIGN(const auto client, session.find_one(kAppconfig, "clients", "_id", key.str()));
  STOA_TRY_ASSIGN(const auto shop, session.find_one(kAppconfig, "shops", "clientKey", key.str()));
  if (!client || !shop) return std::nullopt;
  STOA_TRY_ASSIGN(auto entry, entry_from(client.bson(), shop.bson()));
  return entry;
}

// All keys, or those of one store, into memory.
Result<> MongoRegistry::read_keys(Session& session, const ClientKey* of) {
  BsonWriter command;
  command.utf8("find", "keys").begin_document("filter");
  if (of != nullptr) command.utf8("clientKey", of->str());
  command.end();
  std::vector<KeyRecord> found;
  const auto read = [&](Bson row) -> Result<bool> {
    found.push_back(key_from(row));
    return true;
  };
  STOA_TRY(session.find(kAppconfig, command.finish(), read));
  map_.set_keys(of, found);
  return {};
}

// ---- news

void MongoRegistry::beat() {
  pthread_setname_np(pthread_self(), "mongodb-beat");
  auto everything = shelf_->clock.mono() + kEverything;
  bool well = true;
  std::unique_lock lock(beat_mutex_);
  while (!stop_beat_.wait_for(lock, options_.beat, [this] { return stopping_; })) {
    lock.unlock();
    const bool all = shelf_->clock.mono() >= everything;
    auto done = tell_versions();
    if (done) done = hear(all);
    if (done && all) everything = shelf_->clock.mono() + kEverything;
    if (!done && well) log::warn("mongodb: news of other processes cannot be had", {{"error", done.error().what}});
    well = done.has_value();
    lock.lock();
  }
}

// What this process has written is told to the others by the shops' rows.
Result<> MongoRegistry::tell_versions() {
  std::map<ClientKey, std::int64_t> moved;
  {
    const std::lock_guard lock(shelf_->moved_mutex);
    moved.swap(shelf_->moved);
  }
  if (moved.empty()) return {};
  BsonWriter command;
  command.utf8("update", "shops").boolean("ordered", false).begin_array("updates");
  for (const auto& [key, number] : moved) {
    const auto store = map_.find(key);
    command.begin_document(kItem).begin_document("q").utf8("clientKey", key.str());
    command.utf8("incarnation", store ? store->entry()->shop.incarnation : "");
    command.begin_document("version").int64("$lt", number).end().end();
    command.begin_document("u").begin_document("$set").int64("version", number).end();
    command.begin_document("$currentDate").boolean("changedAt", true).end().end().end();
  }
  command.end();
  auto told = [&]() -> Result<> {
    STOA_TRY_ASSIGN(auto session, this->session());
    STOA_TRY(session.write(kAppconfig, command.finish()));
    return {};
  }();
  if (told) return {};
  const std::lock_guard lock(shelf_->moved_mutex);
  for (const auto& [key, number] : moved) {
    auto& again = shelf_->moved[key];
    again = std::max(again, number);
  }
  return told;
}

// The rows that changed lately, or all of them; with all, stores whose rows are gone leave.
Result<> MongoRegistry::hear(bool everything) {
  STOA_TRY_ASSIGN(auto session, this->session());
  STOA_TRY_ASSIGN(const auto removals, count_removals(session));
  everything = everything || removals != removals_heard_;  // rows that are gone do not say so
  if (everything) STOA_TRY(read_keys(session, nullptr));
  // Taken before the rows are read: a store that is registered meanwhile must not look as if its row were gone.
  const auto before = everything ? map_.all() : decltype(map_.all())();
  BsonWriter command;
  command.utf8("find", "shops").begin_document("filter");
  if (!everything) command.begin_document("changedAt").date("$gte", heard_until_ - kOverlap.count()).end();
  command.end().begin_document("projection");
  for (const auto* field :
       {"clientKey", "generation", "keysVersion", "version", "incarnation", "state", "databaseMade", "changedAt"})
    command.int32(field, 1);
  command.end();
  std::vector<std::vector<std::uint8_t>> rows;  // first all of them: what they lead to asks again
  const auto keep = [&](Bson row) -> Result<bool> {
    rows.emplace_back(row.begin(), row.end());
    return true;
  };
  STOA_TRY(session.find(kAppconfig, command.finish(), keep));
  for (const auto& row : rows) {
    STOA_TRY(hear_row(session, row));
    if (const auto at = find(row, "changedAt")) heard_until_ = std::max(heard_until_, at->date().value_or(0));
  }
  if (!everything) return {};
  std::set<ClientKey> there;
  for (const auto& row : rows) there.insert(ClientKey(std::string(text_at(row, "clientKey"))));
  for (const auto& store : before)
    if (!there.contains(store->key())) {
      STOA_TRY_ASSIGN(const auto entry, read_entry(session, store->key()));
      if (!entry) leave(store->key());
    }
  removals_heard_ = removals;
  return {};
}

// How many stores were ever removed, by whichever process.
Result<std::int64_t> MongoRegistry::count_removals(Session& session) {
  STOA_TRY_ASSIGN(const auto mark, session.find_one(kAppconfig, kDeployment, "_id", "stoa"));
  return number_at(mark.bson(), "removals");
}

Result<> MongoRegistry::hear_row(Session& session, Bson row) {
  const ClientKey key(std::string(text_at(row, "clientKey")));
  auto store = map_.find(key);
  // Another process is dropping its database: nothing may be asked of it any more.
  if (text_at(row, "state") == "deleting" && !truth_at(row, "databaseMade")) {
    if (store) leave(key);
    return {};
  }
  const auto incarnation = text_at(row, "incarnation");
  if (store && store->entry()->shop.incarnation != incarnation) {
    leave(key);
    store = nullptr;
  }
  if (!store || store->entry()->generation < number_at(row, "generation")) {
    STOA_TRY_ASSIGN(auto entry, read_entry(session, key));
    if (!entry) return {};
    if (!store) {
      if (!shelf_->cells.contains(entry->shop.cell)) {
        log::warn("mongodb: a store is in a cell that is not configured",
                  {{"store", key.str()}, {"cell", entry->shop.cell}});
        return {};
      }
      store = std::make_shared<MongoStore>(shelf_, std::move(*entry));
      map_.enter(store);
    } else if (store->entry()->generation < entry->generation) {
      store->set_entry(std::move(*entry));
    }
  }
  store->heard({std::string(incarnation), number_at(row, "version")});
  const auto keys_version = number_at(row, "keysVersion");
  if (store->keys_heard() >= keys_version) return {};
  STOA_TRY(read_keys(session, &key));
  store->hear_keys(keys_version);
  return {};
}

}  // namespace mongo

Result<> MongoOptions::validate() const {
  if (cells.empty()) return fail(Code::invalid, "storage: no cell, wanted at least storage.url");
  std::set<std::string> names;
  for (const auto& cell : cells) {
    if (cell.name.empty() || !names.insert(cell.name).second)
      return fail(Code::invalid, "storage.cells: name {:?}: wanted one for each cell, and no name twice", cell.name);
    if (!cell.url.starts_with("mongodb://") && !cell.url.starts_with("mongodb+srv://"))
      return fail(Code::invalid, "storage.cells: {}: url: wanted mongodb://… or mongodb+srv://…", cell.name);
  }
  return {};
}

Result<std::unique_ptr<Registry>> open_mongo(const MongoOptions& options, const Clock& clock, Random& random,
                                             Metrics& metrics) {
  using namespace mongo;
  STOA_TRY(options.validate());
  std::map<std::string, std::unique_ptr<Cell>> cells;
  for (const auto& cell : options.cells) {
    STOA_TRY_ASSIGN(cells[cell.name], Cell::make({.name = cell.name,
                                                  .url = cell.url,
                                                  .interactive_max = options.connections_max,
                                                  .bulk_max = options.connections_max},
                                                 metrics, clock));
  }
  const std::shared_ptr<Shelf> shelf(
      new Shelf{.clock = clock, .media = options.media, .kinds = options.kinds, .cells = std::move(cells)});
  auto registry = std::make_unique<MongoRegistry>(options, shelf, random);
  STOA_TRY(registry->open());
  return registry;
}

}  // namespace stoa::storage
