// The Registry on MongoDB: `appconfig`, and in memory what every request asks of it. Thread-safe; owned by app/. What
// other processes change is heard by a beat: a thread that looks for news a few times a second.
#pragma once

#include <condition_variable>
#include <thread>

#include "storage/mongo/mongo.h"
#include "storage/mongo/placement.h"
#include "storage/mongo/store.h"
#include "storage/store_map.h"

namespace stoa::storage::mongo {

inline constexpr std::string_view kAppconfig = "appconfig";

class MongoRegistry final : public Registry {
 public:
  MongoRegistry(MongoOptions options, std::shared_ptr<Shelf> shelf, Random& random);
  ~MongoRegistry() override;
  // Checks or makes `appconfig`, reads everything into memory, finishes what a crash interrupted, starts the beat.
  Result<> open();

  Result<std::shared_ptr<StoreHandle>> resolve(const StoreRef& ref) override { return map_.resolve(ref); }
  std::vector<std::shared_ptr<StoreHandle>> stores() override { return map_.handles(); }
  std::optional<KeyRecord> find_key(const std::string& hash_hex) override { return map_.find_key(hash_hex); }

  std::span<const model::Kind> mirrored() const override { return shelf_->kinds; }

  Result<std::shared_ptr<StoreHandle>> create(const ClientRecord& client, const ShopRecord& shop, const KeyRecord& key,
                                              const JobRecord& job) override;
  Result<> update_client(const ClientKey& key, const std::function<Result<>(ClientRecord&)>& change) override;
  Result<> update_shop(const ClientKey& key, const std::function<Result<>(ShopRecord&)>& change) override;
  Result<> remove(const ClientKey& key, const std::string& keep_job) override;

  Result<> add_key(const KeyRecord& key) override;
  Result<std::vector<KeyRecord>> keys(const ClientKey& key) override;
  Result<> revoke_key(const ClientKey& key, const std::string& id) override;

  Result<DatabaseUser> grant_access(const ClientKey& key, const std::string& user,
                                    const std::string& password) override;
  Result<> revoke_access(const ClientKey& key, const std::string& user) override;
  Result<std::vector<DatabaseUser>> database_users(const ClientKey& key) override;

  Result<Enqueued> enqueue(const JobRecord& job) override;
  Result<JobRecord> job(const std::string& id) override;
  Result<std::vector<JobRecord>> jobs(const JobQuery& query) override;
  Result<std::vector<JobRecord>> open_jobs() override;
  Result<> update_job(const JobRecord& job) override;
  Result<JobRecord> request_cancel(const std::string& id) override;
  Result<JobRecord> confirm_sweep(const std::string& id, model::Kind kind, std::int64_t deletes) override;
  Result<> forget_jobs(Time before, std::size_t keep) override;

  Result<> lease(const ClientKey& key, std::chrono::milliseconds time) override;
  Result<> release(const ClientKey& key) override;

  Result<> audit(std::string_view actor, std::string_view action, std::string_view store,
                 std::string_view outcome) override;
  Result<bool> has_sealed_values() override { return map_.has_sealed_values(); }
  Result<> ping() override;
  std::string_view engine() const override { return "mongodb"; }
  std::vector<CellStatus> cells(bool ask) override;

 private:
  // What a shop's row says besides its record.
  struct Row {
    ShopRecord shop;
    std::int64_t generation = 0, keys_version = 0, version = 0;
  };

  Cell& home() const { return *shelf_->cells.at(options_.cells.front().name); }
  Result<Session> session(Lane lane = Lane::interactive) { return home().session(lane); }

  // ---- registry.cc: opening, news
  Result<> check_ours(Session& session);
  Result<> make_collections(Session& session);
  Result<> load();
  Result<std::optional<StoreEntry>> read_entry(Session& session, const ClientKey& key);
  Result<> read_keys(Session& session, const ClientKey* of);
  void beat();
  Result<> tell_versions();
  Result<> hear(bool everything);
  Result<> hear_row(Session& session, Bson row);
  Result<std::int64_t> count_removals(Session& session);

  // ---- registry_stores.cc
  std::map<std::string, std::int64_t> stores_by_cell() const;
  Result<std::string> place(const ShopRecord& shop);
  Result<> check_database(Session& session, const std::string& database);
  Result<> insert_records(Session& session, const StoreEntry& entry, const KeyRecord& key, const JobRecord& job);
  Result<> make_store_database(StoreEntry& entry);
  Result<> drop_database(const ShopRecord& shop);
  void drop_spool(const std::string& database) const;
  Result<> delete_records(const ClientKey& key, const std::string& keep_job);
  Result<> change_entry(const ClientKey& key, const std::function<Result<>(StoreEntry&)>& change);
  void leave(const ClientKey& key);

  // ---- registry_access.cc
  Result<Session> session_of(const StoreEntry& entry);

  // ---- registry_jobs.cc
  Result<std::vector<JobRecord>> find_jobs(BsonWriter& command);
  Result<JobRecord> change_job(const std::string& id, const std::function<void(BsonWriter&)>& append_update);

  const MongoOptions options_;
  const std::shared_ptr<Shelf> shelf_;  // shared with the stores
  Random& random_;

  std::mutex create_mutex_;  // one database is made at a time: mongod copies its catalog for each (mongodb.md 8.2)
  StoreMap<MongoStore> map_;

  std::mutex beat_mutex_;
  std::condition_variable stop_beat_;
  bool stopping_ = false;
  std::int64_t heard_until_ = 0;  // milliseconds of the server's clock: the latest change that was heard
  std::int64_t removals_heard_ = 0;
  std::thread beat_;
};

// The collection of one row that says that an appconfig is Stoa's, and since when.
inline constexpr std::string_view kDeployment = "deployment";

// ---- rows of appconfig, and back
void append_shop(BsonWriter& out, const ShopRecord& shop);  // all members but _id
void append_key(BsonWriter& out, const KeyRecord& key);
KeyRecord key_from(Bson row);
Result<JobRecord> job_from(Bson row);
// Appends a job's row: its record, and what the engine finds it by.
void append_job(BsonWriter& out, const JobRecord& job);

// Drops the users of a store of that name that was removed while the account could not manage them: they must not see
// the new one. Nothing when it still cannot.
Result<> drop_left_users(Session& session, const std::string& database);

}  // namespace stoa::storage::mongo
