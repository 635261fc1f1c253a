// libmongoc, wrapped: a Cell is one MongoDB deployment with its pools, a Session is one borrowed connection that runs
// commands. Commands are BSON documents as MongoDB's manual has them; nothing here knows what they mean.
//
// A Cell is thread-safe; a Session belongs to one thread and goes back to its pool when destroyed. Calls block on the
// network, within the timeouts below. Errors: unavailable (no primary, network, pool empty, a conflict that is worth a
// retry), conflict "duplicate-key" and "database-name-case", denied "storage-denied", else bug with the server's text.
#pragma once

#include <mongoc/mongoc.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "storage/mongo/bson_get.h"

namespace stoa::storage::mongo {

// Two pools, so that syncs never take an app's connections.
enum class Lane : std::uint8_t { interactive, bulk };

struct CellOptions {
  std::string name = "default";
  std::string url;                                  // mongodb://…; what it says of timeouts and TLS stands
  std::size_t interactive_max = 32, bulk_max = 32;  // connections
};

// An answer of the server.
class Reply {
 public:
  Bson bson() const { return {bson_get_data(&held_->bson), held_->bson.len}; }

 private:
  friend class Session;
  struct Held {
    bson_t bson = BSON_INITIALIZER;
    Held() = default;
    Held(const Held&) = delete;
    ~Held() { bson_destroy(&bson); }
  };
  bson_t* raw() { return &held_->bson; }
  std::unique_ptr<Held> held_ = std::make_unique<Held>();
};

// What find_one() found, if anything.
class Row {
 public:
  explicit Row(Reply reply) : reply_(std::move(reply)) {}
  Bson bson() const { return document_at(document_at(reply_.bson(), "cursor.firstBatch"), "0"); }
  explicit operator bool() const { return !bson().empty(); }

 private:
  Reply reply_;
};

class Session {
 public:
  Session(Session&& other) noexcept;
  Session& operator=(Session&&) = delete;
  ~Session();

  Result<Reply> read(std::string_view database, Bson command);
  // With majority, and retried once by the driver where the server allows that. An entry of writeErrors is an error.
  Result<Reply> write(std::string_view database, Bson command);
  // Commands that are neither: createIndexes, dropDatabase, hostInfo.
  Result<Reply> run(std::string_view database, Bson command);
  // The document whose `field` is `value`.
  Result<Row> find_one(std::string_view database, std::string_view collection, std::string_view field,
                       std::string_view value);
  // Runs a find or an aggregate and hands out its documents, batch by batch, until `each` answers false or fails.
  Result<> find(std::string_view database, Bson command, const std::function<Result<bool>(Bson)>& each);

  // All of `body`'s commands, or none. Done again from its beginning when the server says that another transaction came
  // between; so `body` must be able to run more than once.
  Result<> transaction(const std::function<Result<>()>& body);

 private:
  friend class Cell;
  enum class Way : std::uint8_t { read, write, raw };
  Session(mongoc_client_pool_t* pool, mongoc_client_t* client, const Clock& clock)
      : pool_(pool), client_(client), clock_(clock) {}
  Result<Reply> send(std::string_view database, Bson command, Way way);
  Result<> walk_cursor(std::string_view database, Bson command, const std::function<Result<bool>(Bson)>& each);
  Result<> begin_session();
  void end_session();
  Result<> commit();
  std::unexpected<Error> failed(const bson_error_t& error, const bson_t* reply);

  mongoc_client_pool_t* pool_;
  mongoc_client_t* client_;
  const Clock& clock_;
  mongoc_client_session_t* session_ = nullptr;  // while a transaction or a cursor is open
  std::uint32_t server_ = 0;                    // while a cursor is open: where
  bool transient_ = false, unknown_ = false;    // the last error's labels: see transaction()
};

class Cell {
 public:
  // invalid: the URL, or an option of it, and why. Does not wait for the deployment.
  static Result<std::unique_ptr<Cell>> make(const CellOptions& options, Metrics& metrics, const Clock& clock);
  ~Cell();

  const std::string& name() const { return name_; }
  // unavailable at once while no primary is known, or after a second when all connections are in use.
  Result<Session> session(Lane lane);
  // Waits for the deployment's first answer, at most as long as server selection does, and checks that it can do what
  // Stoa needs: check_suitable.
  Result<> probe();
  bool up() const { return pools_[0].primary == Pool::Primary::known; }

 private:
  // One pool and what its monitor last said of the deployment.
  struct Pool {
    struct Destroy {
      void operator()(mongoc_client_pool_t* pool) const { mongoc_client_pool_destroy(pool); }
    };
    enum class Primary : std::uint8_t { not_asked, known, missing };
    std::atomic<Primary> primary = Primary::not_asked;
    bool lost = false;  // the monitor's alone: there was a primary, and it went
    Cell* cell = nullptr;
    std::unique_ptr<mongoc_client_pool_t, Destroy> pool;  // destroyed first: its monitor calls back
  };
  struct Counters;

  Cell(std::string name, Metrics& metrics, const Clock& clock);
  Result<> open(Pool& pool, const CellOptions& options, Lane lane);
  static void on_topology(const mongoc_apm_topology_changed_t* event);

  const std::string name_;
  const Clock& clock_;
  std::unique_ptr<Counters> counters_;
  std::array<Pool, 2> pools_;  // by Lane
};

// What a deployment answered to `hello`. invalid, reason "storage-unsuitable": it is older than MongoDB 5.0, or a
// standalone, which has no transactions. Pure.
Result<> check_suitable(const std::string& cell, Bson hello);

}  // namespace stoa::storage::mongo
