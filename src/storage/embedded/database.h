// One SQLite file in use: one connection that writes and checkpoints, a few that read. Thread-safe; owned by whoever
// opened it. Two connections that write or checkpoint could meet SQLite's WAL-reset bug (fixed in 3.51.3), so there is
// never a second one: writers take turns, readers neither write nor checkpoint, and the data folder is locked against
// other processes.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/embedded/sqlite.h"

namespace stoa::storage::embedded {

// What a file must be to be opened.
struct Format {
  std::int32_t application_id = 0;  // whose it is: in the file's header
  int version = 0;                  // user_version; a newer one is refused
  std::string_view not_ours;        // reason of the conflict when it is another's
};

// The connection that writes, for one transaction: exclusive until destroyed, undone unless committed.
class Writing {
 public:
  Writing(Writing&&) = default;
  ~Writing();
  Connection& db() { return *db_; }
  // The lock is kept: what must be seen together with the commit can still be published.
  Result<> commit();

 private:
  friend class Database;
  Writing(std::unique_lock<std::mutex> lock, Connection& db) : lock_(std::move(lock)), db_(&db) {}

  std::unique_lock<std::mutex> lock_;
  Connection* db_;
};

class Database {
 public:
  // conflict (format.not_ours): not a file of that application, which is then not touched; corrupt "format-too-new".
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, const Format& format,
                                                std::size_t readers_max);
  ~Database();

  // A deferred transaction: where nothing is written, nothing reaches the file. Survives a killed process, not a power
  // cut.
  Result<Writing> write();

  // Runs `work` in a transaction that is on the disk when this returns. Calls that meet share one commit, and so one
  // fsync; work that fails is undone alone.
  using Work = std::function<Result<>(Connection&)>;
  Result<> commit_together(const Work& work);

  // A reading connection, returned when destroyed. Waits while all are in use: never take two in one thread.
  class Reading {
   public:
    Reading(Reading&& other) noexcept : database_(std::exchange(other.database_, nullptr)), db_(std::move(other.db_)) {}
    Reading& operator=(Reading&&) = delete;
    ~Reading();
    Connection* operator->() { return db_.get(); }
    Connection& operator*() { return *db_; }

   private:
    friend class Database;
    Reading(Database& database, std::unique_ptr<Connection> db) : database_(&database), db_(std::move(db)) {}
    Database* database_;
    std::unique_ptr<Connection> db_;
  };
  Result<Reading> read();

  // Brings everything into the file and empties its log.
  Result<> truncate_log();
  // Gives cached pages back, for a file that will be idle.
  void release_memory();

 private:
  struct Waiting {
    const Work& work;
    Result<> result = {};
    bool done = false;
  };
  Database(std::filesystem::path path, Connection writer, std::size_t readers_max)
      : path_(std::move(path)), readers_max_(readers_max), writer_(std::move(writer)) {}
  void commit_group(std::span<Waiting* const> group);
  Result<> run_group(std::span<Waiting* const> group);

  const std::filesystem::path path_;
  const std::size_t readers_max_;
  std::mutex write_mutex_;
  Connection writer_;
  std::mutex waiting_mutex_;  // taken after write_mutex_ where both are held
  std::condition_variable committed_;
  bool committing_ = false;
  std::vector<Waiting*> waiting_;
  std::mutex read_mutex_;
  std::condition_variable reader_back_;
  std::vector<std::unique_ptr<Connection>> readers_;  // idle ones
  std::size_t readers_open_ = 0;
};

// Makes a new file of these bytes, durably and whole or not at all; conflict `taken` when something bears that name
// already.
Result<> make_file(const std::filesystem::path& path, std::string_view bytes, std::string_view taken);

}  // namespace stoa::storage::embedded
