// The Registry on SQLite: appconfig.sqlite, and in memory what every request asks of it. Thread-safe; owned by app/.
// Every write is on the disk when its call returns; writes that meet share one fsync.
#pragma once

#include <unordered_map>

#include "base/random.h"
#include "storage/embedded/embedded.h"
#include "storage/embedded/store.h"
#include "storage/store_map.h"

namespace stoa::storage::embedded {

// The data folder's lock, held while this lives: at most one process uses a folder.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::filesystem::path& folder);  // unavailable, reason "data-in-use"
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

class EmbeddedRegistry final : public Registry {
 public:
  EmbeddedRegistry(FolderLock lock, std::unique_ptr<Database> file, std::shared_ptr<Shelf> shelf, Random& random);
  ~EmbeddedRegistry() override;
  // Reads everything into memory, and finishes what a crash interrupted.
  Result<> load();

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

  // The folder's lock is every store's lease.
  Result<> lease(const ClientKey& key, std::chrono::milliseconds time) override;
  Result<> release(const ClientKey&) override { return {}; }

  Result<> audit(std::string_view actor, std::string_view action, std::string_view store,
                 std::string_view outcome) override;
  Result<bool> has_sealed_values() override { return map_.has_sealed_values(); }
  Result<> ping() override;
  std::string_view engine() const override { return "sqlite"; }
  std::vector<CellStatus> cells(bool ask) override;

 private:
  Result<> check_free(const ShopRecord& shop) const;
  Result<> insert_records(const StoreEntry& entry, const KeyRecord& key, const JobRecord& job);
  Result<> delete_records(const ClientKey& key, const std::string& keep_job);
  Result<> save_entry(const StoreEntry& entry);
  Result<> make_database(StoreEntry& entry);
  Result<> load_stores();
  Result<> load_keys();
  Result<> change_entry(const ClientKey& key, const std::function<Result<>(StoreEntry&)>& change);
  JobRecord as_told(JobRecord row);

  const FolderLock lock_;  // released last
  const std::unique_ptr<Database> file_;
  const std::shared_ptr<Shelf> shelf_;  // shared with the stores
  Random& random_;

  // Held while a client or shop changes, through the write: what is in memory follows the file's order.
  std::mutex records_mutex_;
  StoreMap<EmbeddedStore> map_;

  std::mutex unsaved_mutex_;
  // Open jobs whose row could not be written (a full disk), by id, as their workers last gave them.
  std::unordered_map<std::string, JobRecord> unsaved_jobs_;
};

// Adds a job; conflict when that very work is open already.
Result<> insert_job(Connection& db, const JobRecord& job);

}  // namespace stoa::storage::embedded
