// SQLite in C++ words: a connection and its prepared statements. The only include of sqlite3.h besides sqlite.cc.
// A Connection is used by one thread at a time (its owner locks); it prepares each text once and keeps it.
// Errors: SQLITE_FULL is unavailable "storage-full", failing I/O unavailable "storage-io", damage corrupt
// "storage-corrupt".
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"
#include "model/document.h"

namespace stoa::storage::embedded {

// Text that outlives the statement's use: bound without a copy.
struct Borrowed {
  std::string_view text;
};

// One use of a prepared statement: bind, step, read; reset when it goes. At most one use of a text at a time.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* statement, int prepared) : db_(db), statement_(statement), code_(prepared) {}
  Statement(Statement&& other) noexcept
      : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)), code_(other.code_), next_(other.next_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds the next parameters in order.
  template <class... Values>
  Statement&& bind(const Values&... values) && {
    (bind_one(values), ...);
    return std::move(*this);
  }
  template <class... Values>
  Statement& bind(const Values&... values) & {
    (bind_one(values), ...);
    return *this;
  }

  Result<bool> next();  // true: positioned at a row
  Result<> run();       // to the end, rows ignored

  bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  Time time(int column) const { return from_micros(number(column)); }
  std::string_view text(int column) const;  // until the next step
  std::string string(int column) const { return std::string(text(column)); }
  Hash hash(int column) const;  // zeros behind what is shorter
  std::optional<Time> maybe_time(int column) const { return null(column) ? std::nullopt : std::optional(time(column)); }
  // Bytes the row's text has, without reading it.
  std::size_t size(int column) const { return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)); }

 private:
  void bind_one(std::nullptr_t);
  void bind_one(std::int64_t value);
  void bind_one(int value) { bind_one(std::int64_t{value}); }
  void bind_one(std::size_t value) { bind_one(static_cast<std::int64_t>(value)); }
  void bind_one(bool value) { bind_one(std::int64_t{value}); }
  void bind_one(Time value) { bind_one(micros(value)); }
  void bind_one(const Hash& value);
  void bind_one(Borrowed value);
  void bind_one(std::string_view value);
  void bind_one(const std::string& value) { bind_one(std::string_view(value)); }
  void bind_one(const char* value) { bind_one(std::string_view(value)); }
  void bind_one(const model::IndexValue& value);
  template <class T>
  void bind_one(const std::optional<T>& value) {
    value ? bind_one(*value) : bind_one(nullptr);
  }
  void check(int code);

  sqlite3* db_;
  sqlite3_stmt* statement_;
  int code_;  // first failure of preparing or binding, told by next()
  int next_ = 1;
};

struct SqliteClose {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
template <class T>
using Owned = std::unique_ptr<T, SqliteClose>;

class Connection {
 public:
  enum class Mode { writer, reader, memory };
  // An existing file. A reader never writes and never checkpoints, not even on close (SQLite's WAL-reset bug
  // before 3.51.3: shared/reference/mongodb.md 5.4); the writer must be open before it.
  static Result<Connection> open(const std::filesystem::path& path, Mode mode);

  // Prepared once for each text. A text that does not compile is told by the statement's first step.
  Statement query(std::string_view sql);
  Result<> exec(const std::string& sql);  // one or more statements, not kept: schema and pragmas
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  std::int64_t last_rid() const { return sqlite3_last_insert_rowid(db_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  void release_memory() { sqlite3_db_release_memory(db_.get()); }
  Result<std::string> image();  // the whole database as a file's bytes

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  explicit Connection(sqlite3* db) : db_(db) {}

  Owned<sqlite3> db_;
  std::unordered_map<std::string, Owned<sqlite3_stmt>, TextHash, std::equal_to<>> prepared_;
};

// JSON text of an array of strings, as json_each() reads it.
std::string json_list(std::span<const std::string> texts);

}  // namespace stoa::storage::embedded
