// Several processes on one database, for the tests of leases: each sees the same embedded registry through a
// SharedRegistry of its own, which keeps leases as the MongoDB engine does and can be cut off from its storage.
#pragma once

#include <atomic>
#include <set>

#include "sync/scheduler.h"
#include "sync/walk_fixture.h"

namespace stoa::sync {

// Who has which store's lease. Thread-safe.
class LeaseTable {
 public:
  explicit LeaseTable(const Clock& clock) : clock_(clock) {}
  // The number of this holding: it rises whenever another process takes the lease. conflict "leased".
  Result<std::int64_t> take(const std::string& process, const ClientKey& key, std::chrono::milliseconds time);
  void release(const std::string& process, const ClientKey& key);
  std::int64_t holding(const ClientKey& key) const;
  std::string holder(const ClientKey& key) const;  // "": nobody

 private:
  struct Held {
    std::string process;
    Tick until{};
    std::int64_t holding = 0;
  };
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<ClientKey, Held> held_;
};

// One process's way to the database. Thread-safe.
class SharedRegistry final : public storage::Registry {
 public:
  SharedRegistry(storage::Registry& inner, LeaseTable& leases, std::string process)
      : inner_(inner), leases_(leases), process_(std::move(process)) {}

  std::function<void()> before_apply;       // runs before each batch is stored; set before any thread has the store
  std::atomic<bool> away{false};            // nothing answers
  std::atomic<bool> rows_away{false};       // update_job alone fails
  std::atomic<bool> open_jobs_away{false};  // open_jobs alone fails
  std::atomic<int> refused{0};              // writes refused because the lease was lost
  std::atomic<int> looks{0};                // calls of open_jobs

  Result<std::shared_ptr<storage::StoreHandle>> resolve(const storage::StoreRef& ref) override;
  std::vector<std::shared_ptr<storage::StoreHandle>> stores() override;
  Result<storage::JobRecord> job(const std::string& id) override;
  Result<std::vector<storage::JobRecord>> jobs(const storage::JobQuery& query) override;
  Result<std::vector<storage::JobRecord>> open_jobs() override;
  Result<storage::Enqueued> enqueue(const storage::JobRecord& job) override;
  Result<> update_job(const storage::JobRecord& job) override;
  Result<storage::JobRecord> request_cancel(const std::string& id) override;
  Result<> lease(const ClientKey& key, std::chrono::milliseconds time) override;
  Result<> release(const ClientKey& key) override;
  std::string_view engine() const override { return "shared"; }
  std::vector<storage::CellStatus> cells(bool) override { return {}; }

  std::span<const model::Kind> mirrored() const override { return inner_.mirrored(); }

  // Not used by a scheduler that mirrors: as they are.
  std::optional<storage::KeyRecord> find_key(const std::string& hash) override { return inner_.find_key(hash); }
  Result<std::shared_ptr<storage::StoreHandle>> create(const storage::ClientRecord& client,
                                                       const storage::ShopRecord& shop, const storage::KeyRecord& key,
                                                       const storage::JobRecord& job) override {
    return inner_.create(client, shop, key, job);
  }
  Result<> update_client(const ClientKey& key, const std::function<Result<>(storage::ClientRecord&)>& change) override {
    return inner_.update_client(key, change);
  }
  Result<> update_shop(const ClientKey& key, const std::function<Result<>(storage::ShopRecord&)>& change) override {
    return inner_.update_shop(key, change);
  }
  Result<> remove(const ClientKey& key, const std::string& job) override { return inner_.remove(key, job); }
  Result<> add_key(const storage::KeyRecord& key) override { return inner_.add_key(key); }
  Result<std::vector<storage::KeyRecord>> keys(const ClientKey& key) override { return inner_.keys(key); }
  Result<> revoke_key(const ClientKey& key, const std::string& id) override { return inner_.revoke_key(key, id); }
  Result<storage::DatabaseUser> grant_access(const ClientKey& key, const std::string& user,
                                             const std::string& password) override {
    return inner_.grant_access(key, user, password);
  }
  Result<> revoke_access(const ClientKey& key, const std::string& user) override {
    return inner_.revoke_access(key, user);
  }
  Result<std::vector<storage::DatabaseUser>> database_users(const ClientKey& key) override {
    return inner_.database_users(key);
  }
  Result<storage::JobRecord> confirm_sweep(const std::string& id, model::Kind kind, std::int64_t count) override {
    return inner_.confirm_sweep(id, kind, count);
  }
  Result<> forget_jobs(Time before, std::size_t keep) override { return inner_.forget_jobs(before, keep); }
  Result<> audit(std::string_view actor, std::string_view action, std::string_view store,
                 std::string_view outcome) override {
    return inner_.audit(actor, action, store, outcome);
  }
  Result<bool> has_sealed_values() override { return inner_.has_sealed_values(); }
  Result<> ping() override { return inner_.ping(); }

  Result<> reachable() const;
  Result<> may_write(const ClientKey& key);

 private:
  storage::Registry& inner_;
  LeaseTable& leases_;
  const std::string process_;
  std::mutex mutex_;
  std::map<ClientKey, std::int64_t> mine_;  // the holding this process was last granted
};

// FakeShop over HTTP, as a process sees it. Thread-safe. While `held`, calls do not come back.
class ShopClient final : public http::Client {
 public:
  explicit ShopClient(FakeShop& shop, std::mutex& mutex) : shop_(shop), mutex_(mutex) {}
  Result<http::ClientResponse> send(const http::ClientRequest& request) override;
  void stop() override { let_go(); }

  void hold_after(int calls);  // so many calls more are answered, the next ones are held
  void let_go();
  bool waits_for_ever() const { return waiting_ > 0; }  // a call is being held

 private:
  FakeShop& shop_;
  std::mutex& mutex_;  // the shop's
  std::mutex gate_mutex_;
  std::condition_variable gate_;
  int free_ = -1;  // calls that still pass; -1: all
  std::atomic<int> waiting_{0};
};

class SharedFixture {
 public:
  struct Process {
    Process(SharedFixture& fixture, const std::string& name, SyncOptions options);
    SharedRegistry registry;
    ShopClient client;
    Metrics metrics;
    tenant::Connections connections;
    Scheduler scheduler;
  };

  SharedFixture();
  std::unique_ptr<Process> process(const std::string& name) { return std::make_unique<Process>(*this, name, options); }
  ClientKey add_store(const std::string& name);
  std::string enqueue(const ClientKey& store);
  storage::JobRecord job(const std::string& id);
  storage::StoreHandle& store(const ClientKey& key) { return **registry->resolve({.client_key = key.str()}); }
  // Waits up to ten seconds.
  bool eventually(const std::function<bool()>& holds);
  bool ended(const std::string& job);
  // "A B": who worked on the job, in order; "!" after an attempt without an end or before the end of the one before.
  std::string attempts(const std::string& job);

  SyncOptions options{.lease_time = std::chrono::milliseconds(600), .lease_heartbeat = std::chrono::milliseconds(100)};
  SystemClock clock;
  testing::SeededRandom random{7};
  testing::TempDir folder;
  std::unique_ptr<storage::Registry> registry;
  LeaseTable leases{clock};
  FakeShop shop;
  std::mutex shop_mutex;
  std::unique_ptr<Sealer> sealer;
  tenant::Vault vault;
};

}  // namespace stoa::sync
