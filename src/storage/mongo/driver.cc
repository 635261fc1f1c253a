#include "storage/mongo/driver.h"

#include <thread>

#include "base/log.h"
#include "base/pause.h"
#include "base/text.h"
#include "storage/mongo/mongo.h"

namespace stoa::storage::mongo {
namespace {
using std::chrono::milliseconds;

constexpr std::int64_t kWireVersionLeast = 13;  // MongoDB 5.0
constexpr int kCommitTries = 3;
// A transaction that met another is tried again for so long; those that meet must not meet again, hence the jitter.
constexpr milliseconds kTransactionPatience{3'000};
constexpr int kLongestPauseBits = 6;

milliseconds jittered(int attempt, Tick now) {
  const auto ceiling = std::int64_t{1} << std::min(attempt, kLongestPauseBits);
  return milliseconds(1 + now.time_since_epoch().count() % ceiling);
}

// ---- the library

void on_log(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  if (level <= MONGOC_LOG_LEVEL_WARNING) log::warn("mongodb driver", {{"domain", domain}, {"message", message}});
}

struct Library {
  Library() {
    mongoc_log_set_handler(&on_log, nullptr);
    mongoc_init();
  }
  ~Library() { mongoc_cleanup(); }
};
void start_library() { static const Library library; }

// ---- errors

// Codes of MongoDB's error_codes.yml that mean: not this server, not now.
bool passing(std::uint32_t code) {
  switch (code) {
    case 6:      // HostUnreachable
    case 7:      // HostNotFound
    case 89:     // NetworkTimeout
    case 91:     // ShutdownInProgress
    case 112:    // WriteConflict
    case 189:    // PrimarySteppedDown
    case 246:    // SnapshotUnavailable
    case 251:    // NoSuchTransaction
    case 262:    // ExceededTimeLimit
    case 9001:   // SocketException
    case 10107:  // NotWritablePrimary
    case 11600:  // InterruptedAtShutdown
    case 11602:  // InterruptedDueToReplStateChange
    case 13435:  // NotPrimaryNoSecondaryOk
    case 13436:  // NotPrimaryOrSecondary
    case 64:     // WriteConcernFailed
    case 50:     // MaxTimeMSExpired
    case 24:     // LockTimeout
    case 46:     // LockBusy
    case 14031:  // OutOfDiskSpace
    case 43:     // CursorNotFound: its server is another now
      return true;
    default: return false;
  }
}

Error server_error(std::uint32_t code, std::string_view message) {
  const auto text = message.substr(0, 300);
  if (passing(code)) return error(Code::unavailable, "mongodb: {} ({})", text, code).because("storage-unavailable");
  switch (code) {
    case 11000: return error(Code::conflict, "mongodb: {}", text).because("duplicate-key");
    case 13297: return error(Code::conflict, "mongodb: {}", text).because("database-name-case");
    case 26: return error(Code::not_found, "mongodb: {}", text).because("namespace-not-found");
    case 48: return error(Code::conflict, "mongodb: {}", text).because("namespace-exists");
    case 11: return error(Code::not_found, "mongodb: {}", text).because("user-not-found");
    case 51003: return error(Code::conflict, "mongodb: {}", text).because("user-exists");
    case 10334:  // BSONObjectTooLarge
    case 17419:  // resulting document after update is too large
    case 17420:  // document to upsert is larger than …
      return error(Code::invalid, "mongodb: {}", text).because("document-too-large");
    case 13:  // Unauthorized
    case 18:  // AuthenticationFailed
      return error(Code::denied, "mongodb: {}: the account of storage.url lacks a role (docs/operating.md)", text)
          .because("storage-denied");
    case 59:  // CommandNotFound: `hello`, by servers older than 4.4.2
      return error(Code::invalid, "mongodb: {}; stoa needs MongoDB 5.0 or later", text).because("storage-unsuitable");
    case 20:  // IllegalOperation: transaction numbers on a standalone
      return error(Code::invalid, "mongodb: {}", text).because("storage-unsuitable");
    default: return error(Code::bug, "mongodb: {} ({})", text, code);
  }
}

Error driver_error(const bson_error_t& error) {
  switch (error.domain) {
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_WRITE_CONCERN: return server_error(error.code, error.message);
    case MONGOC_ERROR_CLIENT:
    case MONGOC_ERROR_SCRAM:
    case MONGOC_ERROR_SASL:
      if (error.domain != MONGOC_ERROR_CLIENT || error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
        return stoa::error(Code::denied, "mongodb: {}", error.message).because("storage-denied");
      return stoa::error(Code::unavailable, "mongodb: {}", error.message).because("storage-unavailable");
    case MONGOC_ERROR_SERVER_SELECTION:
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_POOL:
      return stoa::error(Code::unavailable, "mongodb: {}", error.message)
          .because("storage-unavailable")
          .after(milliseconds(1000));
    case MONGOC_ERROR_PROTOCOL:
      return stoa::error(Code::invalid, "mongodb: {}; stoa needs MongoDB 5.0 or later", error.message)
          .because("storage-unsuitable");
    default: return stoa::error(Code::bug, "mongodb: {} ({}/{})", error.message, error.domain, error.code);
  }
}

struct Options {
  bson_t* bson = bson_new();
  Options() = default;
  Options(const Options&) = delete;
  ~Options() { bson_destroy(bson); }
};

bson_t borrowed(Bson document) {
  bson_t bson;
  STOA_CHECK(bson_init_static(&bson, document.data(), document.size()), "a command is a whole BSON document");
  return bson;
}

}  // namespace

// ---- Session

Session::Session(Session&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      client_(std::exchange(other.client_, nullptr)),
      clock_(other.clock_),
      session_(std::exchange(other.session_, nullptr)) {}

Session::~Session() {
  if (session_ != nullptr) mongoc_client_session_destroy(session_);
  if (client_ != nullptr) mongoc_client_pool_push(pool_, client_);
}

Result<Reply> Session::read(std::string_view database, Bson command) { return send(database, command, Way::read); }
Result<Reply> Session::run(std::string_view database, Bson command) { return send(database, command, Way::raw); }

Result<Reply> Session::write(std::string_view database, Bson command) {
  STOA_TRY_ASSIGN(auto reply, send(database, command, Way::write));
  if (const auto first = document_at(document_at(reply.bson(), "writeErrors"), "0"); !first.empty())
    return fail(server_error(static_cast<std::uint32_t>(number_at(first, "code")), text_at(first, "errmsg")));
  if (const auto concern = document_at(reply.bson(), "writeConcernError"); !concern.empty())
    return fail(server_error(static_cast<std::uint32_t>(number_at(concern, "code")), text_at(concern, "errmsg")));
  return reply;
}

Result<Reply> Session::send(std::string_view database, Bson command, Way way) {
  const auto bson = borrowed(command);
  const std::string name(database);
  const Options options;
  bson_error_t error{};
  if (session_ != nullptr && !mongoc_client_session_append(session_, options.bson, &error))
    return fail(driver_error(error));
  if (server_ != 0) BSON_APPEND_INT32(options.bson, "serverId", static_cast<std::int32_t>(server_));
  bson_t answer;
  bool ok = false;
  switch (way) {
    case Way::read:
      ok = mongoc_client_read_command_with_opts(client_, name.c_str(), &bson, nullptr, options.bson, &answer, &error);
      break;
    case Way::write:
      ok = mongoc_client_write_command_with_opts(client_, name.c_str(), &bson, options.bson, &answer, &error);
      break;
    case Way::raw:
      ok = mongoc_client_command_with_opts(client_, name.c_str(), &bson, nullptr, options.bson, &answer, &error);
      break;
  }
  Reply reply;
  bson_steal(reply.raw(), &answer);
  if (ok) return reply;
  return failed(error, reply.raw());
}

std::unexpected<Error> Session::failed(const bson_error_t& error, const bson_t* reply) {
  transient_ = mongoc_error_has_label(reply, "TransientTransactionError");
  unknown_ = mongoc_error_has_label(reply, "UnknownTransactionCommitResult");
  return fail(driver_error(error));
}

Result<Row> Session::find_one(std::string_view database, std::string_view collection, std::string_view field,
                              std::string_view value) {
  BsonWriter command;
  command.utf8("find", collection).begin_document("filter").utf8(field, value).end();
  command.int32("limit", 1).boolean("singleBatch", true);
  STOA_TRY_ASSIGN(auto reply, read(database, command.finish()));
  return Row(std::move(reply));
}

Result<> Session::find(std::string_view database, Bson command, const std::function<Result<bool>(Bson)>& each) {
  if (session_ != nullptr) return walk_cursor(database, command, each);
  STOA_TRY(begin_session());
  bson_error_t error{};
  auto* server = mongoc_client_select_server(client_, false, nullptr, &error);
  Result<> done = server == nullptr ? fail(driver_error(error)) : Result<>();
  if (done) {
    server_ = mongoc_server_description_id(server);
    mongoc_server_description_destroy(server);
    done = walk_cursor(database, command, each);
  }
  server_ = 0;
  end_session();
  return done;
}

// A cursor lives on one server, and in the session that opened it: commands of a walk must name both.
Result<> Session::walk_cursor(std::string_view database, Bson command, const std::function<Result<bool>(Bson)>& each) {
  const auto collection =
      std::string(text_at(command, "find").empty() ? text_at(command, "aggregate") : text_at(command, "find"));
  STOA_TRY_ASSIGN(auto reply, read(database, command));
  std::string_view batch = "cursor.firstBatch";
  for (;;) {
    const auto cursor = number_at(reply.bson(), "cursor.id");
    const auto documents = document_at(reply.bson(), batch);
    bool more = true;
    Result<> failure;
    if (!documents.empty()) {
      BsonReader reader(documents);
      while (more && failure)
        if (const auto element = reader.next()) {
          auto wanted = each(element->value.document().value_or(Bson()));
          if (wanted)
            more = *wanted;
          else
            failure = std::unexpected(std::move(wanted).error());
        } else {
          break;
        }
    }
    if (cursor == 0) return failure;
    BsonWriter next;
    if (!more || !failure) {
      next.utf8("killCursors", collection).begin_array("cursors").int64(kItem, cursor).end();
      (void)run(database, next.finish());  // the server ends it by itself after ten minutes
      return failure;
    }
    next.int64("getMore", cursor).utf8("collection", collection);
    STOA_TRY_ASSIGN(reply, run(database, next.finish()));
    batch = "cursor.nextBatch";
  }
}

// ---- transactions

Result<> Session::begin_session() {
  bson_error_t error{};
  const std::unique_ptr<mongoc_session_opt_t, void (*)(mongoc_session_opt_t*)> options(mongoc_session_opts_new(),
                                                                                       &mongoc_session_opts_destroy);
  mongoc_session_opts_set_causal_consistency(options.get(), false);
  session_ = mongoc_client_start_session(client_, options.get(), &error);
  if (session_ == nullptr) return fail(driver_error(error));
  return {};
}
void Session::end_session() { mongoc_client_session_destroy(std::exchange(session_, nullptr)); }

Result<> Session::transaction(const std::function<Result<>()>& body) {
  STOA_CHECK(session_ == nullptr, "a transaction inside a transaction");
  STOA_TRY(begin_session());
  bson_error_t error{};
  Result<> done;
  const auto patience = clock_.mono() + kTransactionPatience;
  for (int attempt = 1;; ++attempt) {
    transient_ = unknown_ = false;
    if (!mongoc_client_session_start_transaction(session_, nullptr, &error)) {
      done = fail(driver_error(error));
      break;
    }
    done = body();
    if (done) done = commit();
    if (mongoc_client_session_in_transaction(session_)) mongoc_client_session_abort_transaction(session_, nullptr);
    if (done || !transient_) break;
    const auto now = clock_.mono();
    if (now > patience) break;
    pause(jittered(attempt, now));
  }
  end_session();
  return done;
}

Result<> Session::commit() {
  for (int attempt = 1;; ++attempt) {
    bson_t answer;
    bson_error_t error{};
    const bool ok = mongoc_client_session_commit_transaction(session_, &answer, &error);
    Reply reply;
    bson_steal(reply.raw(), &answer);
    if (ok) return {};
    auto failure = failed(error, reply.raw());
    if (!unknown_ || attempt == kCommitTries) return failure;
  }
}

// ---- Cell

// Counts commands by name and end, from the driver's monitoring.
struct Cell::Counters {
  static constexpr std::array<std::string_view, 8> kNames{
      "find", "insert", "update", "delete", "getMore", "findAndModify", "commitTransaction", "other"};
  std::array<std::array<Metrics::Counter*, 2>, kNames.size()> commands{};  // failed, ok
  std::array<Metrics::Counter*, kNames.size()> seconds{};

  Counters(Metrics& metrics, const std::string& cell) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      for (const bool ok : {false, true})
        commands[i][ok] = &metrics.counter("stoa_mongodb_commands_total", "Commands sent to MongoDB.",
                                           {{"cell", cell}, {"command", kNames[i]}, {"outcome", ok ? "ok" : "failed"}});
      seconds[i] = &metrics.counter("stoa_mongodb_seconds_total", "Time spent waiting for MongoDB's answers.",
                                    {{"cell", cell}, {"command", kNames[i]}});
    }
  }
  void add(std::string_view command, bool ok, std::int64_t micros) {
    std::size_t at = 0;
    while (at + 1 < kNames.size() && kNames[at] != command) ++at;
    commands[at][ok]->add();
    seconds[at]->add(static_cast<double>(micros) / 1e6);
  }
};

Cell::Cell(std::string name, Metrics& metrics, const Clock& clock)
    : name_(std::move(name)), clock_(clock), counters_(std::make_unique<Counters>(metrics, name_)) {}

// A pool takes leave of its deployment (endSessions) when it is destroyed, and waits for one that is away as long as
// server selection does. One that is away is not taken leave of: it forgets idle sessions by itself.
Cell::~Cell() {
  for (auto& pool : pools_) {
    if (!pool.pool || pool.primary == Pool::Primary::known) continue;
    auto* client = mongoc_client_pool_pop(pool.pool.get());
    if (client == nullptr) continue;
    mongoc_client_reset(client);  // clears the sessions of its whole pool
    mongoc_client_pool_push(pool.pool.get(), client);
  }
}

void Cell::on_topology(const mongoc_apm_topology_changed_t* event) {
  auto& pool = *static_cast<Pool*>(mongoc_apm_topology_changed_get_context(event));
  std::size_t count = 0;
  auto** servers =
      mongoc_topology_description_get_servers(mongoc_apm_topology_changed_get_new_description(event), &count);
  bool writable = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view type = mongoc_server_description_type(servers[i]);
    writable = writable || type == "RSPrimary" || type == "Mongos" || type == "Standalone" || type == "LoadBalancer";
  }
  mongoc_server_descriptions_destroy_all(servers, count);
  const auto now = writable ? Pool::Primary::known : Pool::Primary::missing;
  const auto before = pool.primary.exchange(now);
  if (before == now || &pool != pool.cell->pools_.data()) return;  // one pool's word is enough
  if (before == Pool::Primary::known) log::warn("mongodb: no primary", {{"cell", pool.cell->name()}});
  if (writable && pool.lost) log::info("mongodb: a primary is there again", {{"cell", pool.cell->name()}});
  pool.lost = before == Pool::Primary::known;
}

Result<> Cell::open(Pool& pool, const CellOptions& options, Lane lane) {
  bson_error_t error{};
  const std::unique_ptr<mongoc_uri_t, void (*)(mongoc_uri_t*)> uri(
      mongoc_uri_new_with_error(options.url.c_str(), &error), &mongoc_uri_destroy);
  if (!uri)
    return fail(Code::invalid, "storage: cell {}: {}: {}", options.name, url_for_show(options.url), error.message);
  const bool bulk = lane == Lane::bulk;
  const auto at_least = [&](const char* name, std::int32_t value) {
    if (!mongoc_uri_has_option(uri.get(), name)) mongoc_uri_set_option_as_int32(uri.get(), name, value);
  };
  at_least(MONGOC_URI_CONNECTTIMEOUTMS, 2'000);
  at_least(MONGOC_URI_SOCKETTIMEOUTMS, bulk ? 60'000 : 10'000);
  at_least(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, bulk ? 5'000 : 2'000);
  at_least(MONGOC_URI_HEARTBEATFREQUENCYMS, 1'000);
  at_least(MONGOC_URI_WAITQUEUETIMEOUTMS, bulk ? 10'000 : 1'000);
  at_least(MONGOC_URI_MAXPOOLSIZE, static_cast<std::int32_t>(bulk ? options.bulk_max : options.interactive_max));
  if (mongoc_uri_get_appname(uri.get()) == nullptr) mongoc_uri_set_appname(uri.get(), "stoa");
  // What Stoa promises rests on these, whatever the URL says.
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_RETRYWRITES, true);
  const std::unique_ptr<mongoc_write_concern_t, void (*)(mongoc_write_concern_t*)> majority(
      mongoc_write_concern_new(), &mongoc_write_concern_destroy);
  mongoc_write_concern_set_wmajority(majority.get(), 0);
  mongoc_uri_set_write_concern(uri.get(), majority.get());
  const std::unique_ptr<mongoc_read_prefs_t, void (*)(mongoc_read_prefs_t*)> primary(
      mongoc_read_prefs_new(MONGOC_READ_PRIMARY), &mongoc_read_prefs_destroy);
  mongoc_uri_set_read_prefs_t(uri.get(), primary.get());

  pool.cell = this;
  pool.pool.reset(mongoc_client_pool_new_with_error(uri.get(), &error));
  if (!pool.pool)
    return fail(Code::invalid, "storage: cell {}: {}: {}", options.name, url_for_show(options.url), error.message);
  mongoc_client_pool_set_error_api(pool.pool.get(), MONGOC_ERROR_API_VERSION_2);
  const std::unique_ptr<mongoc_apm_callbacks_t, void (*)(mongoc_apm_callbacks_t*)> callbacks(
      mongoc_apm_callbacks_new(), &mongoc_apm_callbacks_destroy);
  mongoc_apm_set_topology_changed_cb(callbacks.get(), &Cell::on_topology);
  mongoc_apm_set_command_succeeded_cb(callbacks.get(), [](const mongoc_apm_command_succeeded_t* event) {
    static_cast<Pool*>(mongoc_apm_command_succeeded_get_context(event))
        ->cell->counters_->add(mongoc_apm_command_succeeded_get_command_name(event), true,
                               mongoc_apm_command_succeeded_get_duration(event));
  });
  mongoc_apm_set_command_failed_cb(callbacks.get(), [](const mongoc_apm_command_failed_t* event) {
    static_cast<Pool*>(mongoc_apm_command_failed_get_context(event))
        ->cell->counters_->add(mongoc_apm_command_failed_get_command_name(event), false,
                               mongoc_apm_command_failed_get_duration(event));
  });
  mongoc_client_pool_set_apm_callbacks(pool.pool.get(), callbacks.get(), &pool);
  return {};
}

Result<std::unique_ptr<Cell>> Cell::make(const CellOptions& options, Metrics& metrics, const Clock& clock) {
  start_library();
  std::unique_ptr<Cell> cell(new Cell(options.name, metrics, clock));
  for (const auto lane : {Lane::interactive, Lane::bulk})
    STOA_TRY(cell->open(cell->pools_[static_cast<std::size_t>(lane)], options, lane));
  return cell;
}

Result<Session> Cell::session(Lane lane) {
  auto& pool = pools_[static_cast<std::size_t>(lane)];
  if (pool.primary == Pool::Primary::missing)
    return fail(error(Code::unavailable, "mongodb: cell {}: no primary is known", name_)
                    .because("storage-unavailable")
                    .after(milliseconds(1000)));
  auto* client = mongoc_client_pool_pop(pool.pool.get());
  if (client == nullptr)
    return fail(error(Code::unavailable, "mongodb: cell {}: all connections are in use", name_)
                    .because("storage-unavailable")
                    .after(milliseconds(1000)));
  return Session(pool.pool.get(), client, clock_);
}

Result<> Cell::probe() {
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  BsonWriter hello;
  hello.int32("hello", 1);
  auto reply = session.read("admin", hello.finish());
  if (!reply) {
    // From now on calls fail at once, until the monitor finds a primary.
    for (auto& pool : pools_) {
      // A pool's monitor begins with the first client that is taken; without it none would ever be found.
      if (auto* client = mongoc_client_pool_pop(pool.pool.get())) mongoc_client_pool_push(pool.pool.get(), client);
      auto asked = Pool::Primary::not_asked;
      pool.primary.compare_exchange_strong(asked, Pool::Primary::missing);
    }
    return fail(std::move(reply).error().in(fmt::format("storage: cell {}", name_)));
  }
  return check_suitable(name_, reply->bson());
}

Result<> check_suitable(const std::string& cell, Bson hello) {
  if (const auto wire = number_at(hello, "maxWireVersion"); wire < kWireVersionLeast)
    return fail(error(Code::invalid,
                      "storage: cell {}: a MongoDB older than 5.0 (it speaks wire version {}, wanted {} or later):"
                      " upgrade it",
                      cell, wire, kWireVersionLeast)
                    .because("storage-unsuitable"));
  const bool replicated = !text_at(hello, "setName").empty() || text_at(hello, "msg") == "isdbgrid";
  if (!replicated)
    return fail(error(Code::invalid,
                      "storage: cell {}: a standalone mongod, wanted a replica set (one node is enough: start it with"
                      " --replSet and run rs.initiate()) or a mongos",
                      cell)
                    .because("storage-unsuitable"));
  return {};
}

}  // namespace stoa::storage::mongo

namespace stoa::storage {

std::string url_for_show(const std::string& url) {
  const auto scheme = url.find("://");
  const auto at = url.rfind('@', url.find('/', scheme == std::string::npos ? 0 : scheme + 3));
  if (scheme == std::string::npos || at == std::string::npos || at < scheme) return url.substr(0, url.find('?'));
  return url.substr(0, scheme + 3) + "…@" + url.substr(at + 1, url.find('?', at) - at - 1);
}

}  // namespace stoa::storage
