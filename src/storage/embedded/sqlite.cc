#include "storage/embedded/sqlite.h"

#include "base/json_text.h"

namespace stoa::storage::embedded {
namespace {

// Texts vary with the conditions of queries; beyond this many, the idle ones are given up.
constexpr std::size_t kPreparedMax = 160;

Error error_of(int code, std::string_view message) {
  const auto make = [&](Code kind, std::string_view reason) {
    return error(kind, "sqlite: {} (code {})", message, code).because(reason);
  };
  switch (code & 0xff) {
    case SQLITE_FULL: return make(Code::unavailable, "storage-full");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return make(Code::unavailable, "storage-io");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return make(Code::unavailable, "storage-busy");
    case SQLITE_NOMEM: return make(Code::unavailable, "out-of-memory");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return make(Code::corrupt, "storage-corrupt");
    case SQLITE_CONSTRAINT: return make(Code::conflict, "already-there");
    case SQLITE_TOOBIG: return make(Code::invalid, "too-large");
    default: return make(Code::bug, "");
  }
}

void configure_library() {
  // No global memory statistics: their lock would be shared by all stores.
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  STOA_CHECK(done == SQLITE_OK, "sqlite was used before it was configured");
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Hash Statement::hash(int column) const {
  Hash hash{};
  const auto bytes = text(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

void Statement::check(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}
void Statement::bind_one(std::nullptr_t) { check(sqlite3_bind_null(statement_, next_++)); }
void Statement::bind_one(std::int64_t value) { check(sqlite3_bind_int64(statement_, next_++, value)); }
void Statement::bind_one(const Hash& value) {
  check(sqlite3_bind_blob64(statement_, next_++, value.data(), value.size(), SQLITE_TRANSIENT));
}
void Statement::bind_one(Borrowed value) {
  check(sqlite3_bind_text64(statement_, next_++, value.text.data(), value.text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind_one(std::string_view value) {
  // A null pointer would bind NULL, not the empty text.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(statement_, next_++, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Statement::bind_one(const model::IndexValue& value) {
  std::visit(
      [this]<class T>(const T& held) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          bind_one(nullptr);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          bind_one(json_list(held));
        } else {
          bind_one(held);
        }
      },
      value);
}

Result<bool> Statement::next() {
  if (code_ == SQLITE_OK) {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    code_ = code;
  }
  return fail(error_of(code_, sqlite3_errmsg(db_)));
}

Result<> Statement::run() {
  for (;;) {
    STOA_TRY_ASSIGN(const bool row, next());
    if (!row) return {};
  }
}

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes == nullptr ? "" : bytes, size(column)};
}

Result<Connection> Connection::open(const std::filesystem::path& path, Mode mode) {
  configure_library();
  const int flags = SQLITE_OPEN_NOMUTEX | (mode == Mode::reader   ? SQLITE_OPEN_READONLY
                                           : mode == Mode::memory ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY
                                                                  : SQLITE_OPEN_READWRITE);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(mode == Mode::memory ? ":memory:" : path.c_str(), &db, flags, nullptr);
  Connection connection(db);
  if (code != SQLITE_OK) return fail(error_of(code, sqlite3_errstr(code)).in(path.filename().string()));
  sqlite3_extended_result_codes(db, 1);
  if (mode == Mode::writer) {
    // Synchronous NORMAL never damages the file; a commit that must outlive a power cut raises it
    // (Database::commit_together). Dirty pages stay in memory until the commit: a batch is bounded, and spilling them
    // would write them twice.
    STOA_TRY(
        connection.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192;"
                        "PRAGMA cache_spill=OFF; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216;"));
  } else if (mode == Mode::reader) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    STOA_TRY(connection.exec("PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON; PRAGMA cache_size=-256;"));
  }
  return connection;
}

Statement Connection::query(std::string_view sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) {
    STOA_CHECK(sqlite3_stmt_busy(found->second.get()) == 0, "a statement is used twice at once");
    return {db_.get(), found->second.get(), SQLITE_OK};
  }
  if (prepared_.size() >= kPreparedMax)
    std::erase_if(prepared_, [](const auto& entry) { return sqlite3_stmt_busy(entry.second.get()) == 0; });
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code == SQLITE_OK) prepared_.emplace(sql, statement);
  return {db_.get(), statement, code};
}

Result<> Connection::exec(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(code, sqlite3_errmsg(db_.get())));
  return {};
}

Result<std::string> Connection::image() {
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> bytes(sqlite3_serialize(db_.get(), "main", &size, 0),
                                                              sqlite3_free);
  if (!bytes) return fail(Code::unavailable, "sqlite: database image: no memory");
  return std::string(reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
}

std::string json_list(std::span<const std::string> texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    json::append_string(out, text);
  }
  return out += ']';
}

}  // namespace stoa::storage::embedded
