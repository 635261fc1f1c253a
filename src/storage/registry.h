// `appconfig`: who the stores are, and the way to each one's database. Thread-safe. Calls block on disk or network
// unless marked "memory". One per process and deployment; it owns the engines' handles. What it records as its own is
// all that it ever opens, writes or drops.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store_handle.h"

namespace stoa::storage {

// A store by its clientKey, by a shop domain, or by both, which must agree.
struct StoreRef {
  std::string client_key = {};
  std::string shop_domain = {};
};

struct JobQuery {
  std::string store;  // empty: all
  std::optional<JobState> state;
  std::string after;  // a job id: older ones only
  std::size_t limit = 50;
};

// One deployment that holds stores: the data folder, or a MongoDB deployment.
struct CellStatus {
  std::string name, engine;
  bool up = false;
  std::int64_t stores = 0;           // placed there
  std::optional<std::int64_t> room;  // for how many more; nothing when not known
  std::string limit = {};            // what bounds it, and the setting that moves it
};

// A database user that grant_access() made: it may read its store's database, and nothing else.
struct DatabaseUser {
  std::string name;
  std::string database;  // the store's; also where the user is known: authSource of its URL
};

struct Enqueued {
  JobRecord job;
  bool joined = false;  // that very work was under way already: `job` is it
};

class Registry {
 public:
  virtual ~Registry() = default;

  // ---- stores, from memory
  // not_found (reason "store-not-found") for a name that is unknown, and for two names that do not agree. ASCII case is
  // ignored.
  virtual Result<std::shared_ptr<StoreHandle>> resolve(const StoreRef& ref) = 0;
  virtual std::vector<std::shared_ptr<StoreHandle>> stores() = 0;  // by clientKey
  virtual std::optional<KeyRecord> find_key(const std::string& hash_hex) = 0;

  // The kinds that this deployment mirrors, in the order that a full sync takes them; every store has a collection for
  // each. As long as the Registry.
  virtual std::span<const model::Kind> mirrored() const = 0;

  // ---- registration
  // Records the store (client, shop, first key, first job) in one step, then makes its database. conflict, with reason:
  // "client-key-taken" (bound to another shop), "shop-taken" (bound to another clientKey), "database-not-ours".
  // Nothing is left behind by a refusal; a crash in between is finished by the next open.
  virtual Result<std::shared_ptr<StoreHandle>> create(const ClientRecord& client, const ShopRecord& shop,
                                                      const KeyRecord& key, const JobRecord& job) = 0;
  // Change one record by a function of its current value, atomically; not_found when the store is gone. The function
  // may be called more than once, each time with the value of that moment.
  virtual Result<> update_client(const ClientKey& key, const std::function<Result<>(ClientRecord&)>& change) = 0;
  virtual Result<> update_shop(const ClientKey& key, const std::function<Result<>(ShopRecord&)>& change) = 0;
  // Drops the store's database, keys, jobs (but `keep_job`), client and shop rows: rule T4. Idempotent.
  virtual Result<> remove(const ClientKey& key, const std::string& keep_job) = 0;

  // ---- read keys
  virtual Result<> add_key(const KeyRecord& key) = 0;
  virtual Result<std::vector<KeyRecord>> keys(const ClientKey& key) = 0;
  virtual Result<> revoke_key(const ClientKey& key, const std::string& id) = 0;  // not_found

  // ---- database users, for whoever looks at a store with a MongoDB client. They go with the store.
  // Not of an engine without users (invalid, reason "mongodb-only"); unavailable, reason "storage-denied": the server's
  // account may not manage users. The caller has checked the name and the password.
  // conflict, reason "user-exists".
  virtual Result<DatabaseUser> grant_access(const ClientKey& key, const std::string& user,
                                            const std::string& password) = 0;
  virtual Result<> revoke_access(const ClientKey& key, const std::string& user) = 0;   // not_found "user-not-found"
  virtual Result<std::vector<DatabaseUser>> database_users(const ClientKey& key) = 0;  // by name; none without users

  // ---- jobs
  // Adds the job, or answers the open one of the same store with the same `work`.
  virtual Result<Enqueued> enqueue(const JobRecord& job) = 0;
  virtual Result<JobRecord> job(const std::string& id) = 0;                // not_found
  virtual Result<std::vector<JobRecord>> jobs(const JobQuery& query) = 0;  // newest first
  virtual Result<std::vector<JobRecord>> open_jobs() = 0;                  // not ended, oldest first
  // Writes all but cancel_requested and confirmed.
  virtual Result<> update_job(const JobRecord& job) = 0;
  virtual Result<JobRecord> request_cancel(const std::string& id) = 0;
  virtual Result<JobRecord> confirm_sweep(const std::string& id, model::Kind kind, std::int64_t deletes) = 0;
  // Ended jobs older than `before` go, but for the newest `keep` of each store.
  virtual Result<> forget_jobs(Time before, std::size_t keep) = 0;

  // ---- leases: the right to work on a store's jobs, held by one process at a time (rule S11)
  // Takes the lease or renews it for `time` from now. conflict, reason "leased": another process holds it; not_found.
  // From then on what this process writes for the store's jobs (apply, erase, set_kind_status, end_passes, update_job)
  // is conflict, reason "lease-lost", once another process has taken the lease.
  virtual Result<> lease(const ClientKey& key, std::chrono::milliseconds time) = 0;
  virtual Result<> release(const ClientKey& key) = 0;  // hands it back at once; nothing when it is not held

  // ---- the rest
  virtual Result<> audit(std::string_view actor, std::string_view action, std::string_view store,
                         std::string_view outcome) = 0;
  virtual Result<bool>
  has_sealed_values() = 0;  // whether any secret is stored: then a missing master key must not be replaced (rule K1)
  virtual Result<> ping() = 0;                  // can reads be served: /readyz
  virtual std::string_view engine() const = 0;  // "sqlite", "mongodb"
  // The deployments, that of `appconfig` first: from memory, or asked now how much room they have.
  virtual std::vector<CellStatus> cells(bool ask) = 0;
};

}  // namespace stoa::storage
