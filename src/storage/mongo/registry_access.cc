// Database users of one store, for whoever looks at its data with a MongoDB client. Each is known in the store's own
// database (its authSource) and has MongoDB's role `read` there. Those that Stoa made bear `customData.madeBy: "stoa"`;
// others are never listed or dropped here.
#include "base/log.h"
#include "storage/mongo/registry.h"

namespace stoa::storage::mongo {
namespace {

// The server's account is at fault, not whoever asked.
Error told(Error error, const ClientKey& key) {
  if (error.reason == "storage-denied") {
    error.code = Code::unavailable;
    error.what += ": give the account of storage.url the role userAdminAnyDatabase on admin";
  }
  return std::move(error).in(fmt::format("store {}", key.str()));
}

Result<> make_user(Session& session, const std::string& database, const std::string& user,
                   const std::string& password) {
  BsonWriter command;
  command.utf8("createUser", user).utf8("pwd", password);
  command.begin_array("roles").utf8(kItem, "read").end();  // of this database
  command.begin_array("mechanisms").utf8(kItem, "SCRAM-SHA-256").end();
  command.begin_document("customData").utf8("madeBy", "stoa").end();
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

Result<std::vector<std::string>> granted_users(Session& session, const std::string& database) {
  BsonWriter command;
  command.int32("usersInfo", 1).begin_document("filter").utf8("customData.madeBy", "stoa").end();
  STOA_TRY_ASSIGN(const auto reply, session.read(database, command.finish()));
  std::vector<std::string> names;
  BsonReader users(document_at(reply.bson(), "users"));
  while (const auto one = users.next()) names.emplace_back(text_at(one->value.document().value_or(Bson()), "user"));
  std::ranges::sort(names);
  return names;
}

Result<> drop_user(Session& session, const std::string& database, const std::string& user) {
  BsonWriter command;
  command.utf8("dropUser", user);
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

}  // namespace

Result<> drop_left_users(Session& session, const std::string& database) {
  const auto left = granted_users(session, database);
  if (!left && left.error().code == Code::denied) return {};
  if (!left) return fail(left.error());
  for (const auto& user : *left) STOA_TRY(drop_user(session, database, user));
  return {};
}

// To the cell of a store that has its database.
Result<Session> MongoRegistry::session_of(const StoreEntry& entry) {
  if (!entry.shop.database_made || entry.shop.state == StoreState::deleting) return no_such_store();
  return shelf_->cells.at(entry.shop.cell)->session(Lane::interactive);
}

Result<DatabaseUser> MongoRegistry::grant_access(const ClientKey& key, const std::string& user,
                                                 const std::string& password) {
  const auto store = map_.find(key);
  if (!store) return no_such_store();
  const auto entry = store->entry();
  const auto& database = entry->shop.database;
  STOA_TRY_ASSIGN(auto session, session_of(*entry));
  if (auto made = make_user(session, database, user, password); !made) return fail(told(std::move(made).error(), key));
  // A removal that ran meanwhile may have dropped the users before this one was there.
  STOA_TRY_ASSIGN(auto home, this->session());
  STOA_TRY_ASSIGN(const auto now, read_entry(home, key));
  if (!now || !now->shop.database_made || now->shop.incarnation != entry->shop.incarnation) {
    STOA_TRY(drop_user(session, database, user));
    return no_such_store();
  }
  log::info("mongodb: access to a store's database granted", {{"store", key.str()}, {"user", user}});
  return DatabaseUser{user, database};
}

Result<> MongoRegistry::revoke_access(const ClientKey& key, const std::string& user) {
  const auto store = map_.find(key);
  if (!store) return no_such_store();
  const auto entry = store->entry();
  STOA_TRY_ASSIGN(auto session, session_of(*entry));
  const auto users = granted_users(session, entry->shop.database);
  if (!users) return fail(told(users.error(), key));
  if (!std::ranges::binary_search(*users, user))
    return fail(error(Code::not_found, "store {}: no database user {} that stoa made", key.str(), user)
                    .because("user-not-found"));
  if (auto dropped = drop_user(session, entry->shop.database, user); !dropped)
    return fail(told(std::move(dropped).error(), key));
  log::info("mongodb: access to a store's database revoked", {{"store", key.str()}, {"user", user}});
  return {};
}

Result<std::vector<DatabaseUser>> MongoRegistry::database_users(const ClientKey& key) {
  const auto store = map_.find(key);
  if (!store) return no_such_store();
  const auto entry = store->entry();
  STOA_TRY_ASSIGN(auto session, session_of(*entry));
  const auto names = granted_users(session, entry->shop.database);
  if (!names) return fail(told(names.error(), key));
  std::vector<DatabaseUser> users;
  for (const auto& name : *names) users.push_back({name, entry->shop.database});
  return users;
}

}  // namespace stoa::storage::mongo
