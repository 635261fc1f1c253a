#include "storage/mongo/placement.h"

#include <algorithm>

#include "storage/mongo/layout.h"

namespace stoa::storage::mongo {
namespace {

// Handles that are closed so soon free their files between two syncs of a store; later ones are all counted as open.
constexpr std::int64_t kSoonSeconds = 60;

// One number of an answer; 0 when the account may not ask, or the server (a mongos) has none.
Result<std::int64_t> ask(Session& session, BsonWriter& command, std::string_view path, bool& may_look) {
  const auto reply = session.run("admin", command.finish());
  if (reply) return number_at(reply->bson(), path);
  if (reply.error().code == Code::unavailable) return fail(reply.error());
  if (reply.error().code == Code::denied) may_look = false;
  return 0;
}

}  // namespace

namespace {
std::int64_t by_tables(const Room& room) {
  return std::max<std::int64_t>(0, (room.tables_max - room.tables) / room.per_store);
}
// A tenth stays free: connections take descriptors too.
std::int64_t by_files(const Room& room) {
  return std::max<std::int64_t>(0, (room.files_max - room.files_max / 10 - room.files) / room.per_store);
}
}  // namespace

std::int64_t Room::stores() const {
  return files_max == 0 ? by_tables(*this) : std::min(by_tables(*this), by_files(*this));
}

std::string Room::limit() const {
  if (!may_look)
    return fmt::format(
        "{} of {} tables are used; what mongod may open is not known: give stoa's account the role"
        " clusterMonitor",
        tables, tables_max);
  if (files_max == 0 || by_tables(*this) <= by_files(*this))
    return fmt::format("{} of {} tables are used: add a cell ([[storage.cells]]) or raise storage.tables_max", tables,
                       tables_max);
  const bool soon = idle_seconds > 0 && idle_seconds <= kSoonSeconds;
  return fmt::format(
      "mongod may open {} files and {} {}; it aborts when it runs out: raise its limit (ulimit -n, LimitNOFILE), close"
      " idle files sooner (--setParameter wiredTigerFileHandleCloseIdleTime=30; now {}), or add a cell"
      " ([[storage.cells]])",
      files_max, soon ? "has open" : "its stores, in use together, need", files,
      idle_seconds == 0 ? "not known" : std::to_string(idle_seconds));
}

Result<Room> measure(Session& session, std::int64_t stores_there, std::int64_t tables_max, std::int64_t per_store) {
  Room room{.tables = stores_there * per_store, .tables_max = tables_max, .per_store = per_store};
  BsonWriter command;
  command.int32("hostInfo", 1);
  STOA_TRY_ASSIGN(room.files_max, ask(session, command, "extra.extra.maxOpenFiles", room.may_look));  // as 6.0 nests it
  if (room.files_max == 0) {
    STOA_TRY_ASSIGN(room.files_max, ask(session, command, "extra.maxOpenFiles", room.may_look));
  }
  command.reset();
  command.int32("getParameter", 1).int32("wiredTigerFileHandleCloseIdleTime", 1);
  STOA_TRY_ASSIGN(room.idle_seconds, ask(session, command, "wiredTigerFileHandleCloseIdleTime", room.may_look));
  command.reset();
  command.int32("serverStatus", 1);
  for (const auto* section : {"repl", "metrics", "locks", "opLatencies", "tcmalloc", "mirroredReads"})
    command.int32(section, 0);
  STOA_TRY_ASSIGN(room.files, ask(session, command, "wiredTiger.connection.files currently open", room.may_look));
  if (room.idle_seconds == 0 || room.idle_seconds > kSoonSeconds) room.files = std::max(room.files, room.tables);
  return room;
}

}  // namespace stoa::storage::mongo
