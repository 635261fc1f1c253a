#include "sync/shared_fixture.h"

#include "base/pause.h"

namespace stoa::sync {
namespace {

using namespace storage;

std::unexpected<Error> gone() { return fail(Code::unavailable, "storage: away"); }

// The store as one process sees it: nothing while that is cut off, no writes for jobs once it has lost the lease.
class SharedStore final : public StoreHandle {
 public:
  SharedStore(std::shared_ptr<StoreHandle> inner, SharedRegistry& registry)
      : inner_(std::move(inner)), registry_(registry) {}

  const ClientKey& key() const override { return inner_->key(); }
  std::shared_ptr<const StoreEntry> entry() const override { return inner_->entry(); }
  FetchClock& fetch_clock() override { return inner_->fetch_clock(); }
  Result<Version> version() override { return inner_->version(); }
  Result<std::optional<Stored>> get(model::Kind kind, const std::string& id) override { return inner_->get(kind, id); }
  Result<std::vector<Stored>> get_many(model::Kind kind, std::span<const std::string> ids) override {
    return inner_->get_many(kind, ids);
  }
  Result<std::vector<std::optional<Hash>>> raw_hashes(model::Kind kind, std::span<const std::string> ids) override {
    return inner_->raw_hashes(kind, ids);
  }
  Result<storage::Page> query(const Query& query) override { return inner_->query(query); }
  Result<std::vector<KindStatus>> kinds() override {
    STOA_TRY(registry_.reachable());
    return inner_->kinds();
  }
  Result<Boundary> boundary(model::Kind kind, const std::string& field, Time now) override {
    return inner_->boundary(kind, field, now);
  }
  Result<std::optional<Tombstone>> tombstone(const std::string& id) override { return inner_->tombstone(id); }
  Result<Applied> apply(const Batch& batch) override {
    STOA_TRY(registry_.may_write(key()));
    if (registry_.before_apply) registry_.before_apply();
    return inner_->apply(batch);
  }
  Result<std::int64_t> erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                             const std::optional<Pass>& pass) override {
    STOA_TRY(registry_.may_write(key()));
    return inner_->erase(kind, ids, fetched_at, pass);
  }
  Result<std::optional<Pass>> pass(const std::string& job, model::Kind kind) override {
    STOA_TRY(registry_.reachable());
    return inner_->pass(job, kind);
  }
  Result<> each_unseen(const Pass& pass, const std::function<bool(std::string_view id)>& each) override {
    return inner_->each_unseen(pass, each);
  }
  Result<std::optional<Draft>> next_draft(const Pass& pass) override { return inner_->next_draft(pass); }
  Result<std::vector<DraftPart>> draft_parts(const Pass& pass, const std::string& id) override {
    return inner_->draft_parts(pass, id);
  }
  Result<std::filesystem::path> spool() override { return inner_->spool(); }
  Result<> put_blob(const std::string& sha256, const std::filesystem::path& file) override {
    return inner_->put_blob(sha256, file);
  }
  Result<std::optional<storage::BlobInfo>> blob(const std::string& sha256) override { return inner_->blob(sha256); }
  Result<std::string> read_blob(const std::string& sha256, std::int64_t offset, std::size_t bytes_max) override {
    return inner_->read_blob(sha256, offset, bytes_max);
  }
  Result<std::vector<storage::BlobInfo>> blobs(const std::string& after, std::size_t limit) override {
    return inner_->blobs(after, limit);
  }
  Result<> erase_blob(const std::string& sha256) override { return inner_->erase_blob(sha256); }
  Result<std::vector<std::string>> lost_blobs(std::span<const std::string> names) override {
    return inner_->lost_blobs(names);
  }
  Result<> forget_cut_uploads(Time begun_before) override { return inner_->forget_cut_uploads(begun_before); }
  Result<> end_passes(const std::string& job) override {
    STOA_TRY(registry_.may_write(key()));
    return inner_->end_passes(job);
  }
  Result<> set_kind_status(const KindStatus& status) override {
    STOA_TRY(registry_.may_write(key()));
    return inner_->set_kind_status(status);
  }
  Result<bool> append_event(const Event& event) override { return inner_->append_event(event); }
  Result<std::optional<Event>> event(const std::string& id) override { return inner_->event(id); }
  Result<std::vector<Event>> events(const EventQuery& query) override { return inner_->events(query); }
  Result<> update_event(const Event& event) override { return inner_->update_event(event); }
  Result<> forget_tombstones(Time before) override { return inner_->forget_tombstones(before); }
  Result<> forget_events(Time before) override { return inner_->forget_events(before); }

 private:
  const std::shared_ptr<StoreHandle> inner_;  // shared with the registry below
  SharedRegistry& registry_;
};

}  // namespace

// ---- leases

Result<std::int64_t> LeaseTable::take(const std::string& process, const ClientKey& key,
                                      std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  auto& held = held_[key];
  const auto now = clock_.mono();
  if (held.process != process) {
    if (!held.process.empty() && now < held.until)
      return fail(error(Code::conflict, "{}: another process works on it", key.str()).because("leased"));
    held.process = process;
    ++held.holding;
  }
  held.until = now + time;
  return held.holding;
}

void LeaseTable::release(const std::string& process, const ClientKey& key) {
  const std::lock_guard lock(mutex_);
  if (held_[key].process == process) held_[key].process.clear();
}

std::int64_t LeaseTable::holding(const ClientKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(key);
  return found == held_.end() ? 0 : found->second.holding;
}

std::string LeaseTable::holder(const ClientKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(key);
  return found == held_.end() || clock_.mono() >= found->second.until ? "" : found->second.process;
}

// ---- the registry

Result<> SharedRegistry::reachable() const { return away ? Result<>(gone()) : Result<>(); }

Result<> SharedRegistry::may_write(const ClientKey& key) {
  STOA_TRY(reachable());
  const std::lock_guard lock(mutex_);
  const auto mine = mine_.find(key);
  if (mine == mine_.end() || mine->second == leases_.holding(key)) return {};
  ++refused;
  return fail(error(Code::conflict, "{}: another process works on it now", key.str()).because("lease-lost"));
}

Result<std::shared_ptr<StoreHandle>> SharedRegistry::resolve(const StoreRef& ref) {
  STOA_TRY_ASSIGN(auto store, inner_.resolve(ref));
  return std::make_shared<SharedStore>(std::move(store), *this);
}

std::vector<std::shared_ptr<StoreHandle>> SharedRegistry::stores() {
  std::vector<std::shared_ptr<StoreHandle>> out;
  for (auto& store : inner_.stores()) out.push_back(std::make_shared<SharedStore>(std::move(store), *this));
  return out;
}

Result<JobRecord> SharedRegistry::job(const std::string& id) {
  STOA_TRY(reachable());
  return inner_.job(id);
}

Result<std::vector<JobRecord>> SharedRegistry::jobs(const JobQuery& query) {
  STOA_TRY(reachable());
  return inner_.jobs(query);
}

Result<std::vector<JobRecord>> SharedRegistry::open_jobs() {
  ++looks;
  STOA_TRY(reachable());
  if (open_jobs_away) return gone();
  return inner_.open_jobs();
}

Result<Enqueued> SharedRegistry::enqueue(const JobRecord& job) {
  STOA_TRY(reachable());
  return inner_.enqueue(job);
}

Result<> SharedRegistry::update_job(const JobRecord& job) {
  STOA_TRY(may_write(job.store));
  if (rows_away) return gone();
  return inner_.update_job(job);
}

Result<JobRecord> SharedRegistry::request_cancel(const std::string& id) {
  STOA_TRY(reachable());
  return inner_.request_cancel(id);
}

Result<> SharedRegistry::lease(const ClientKey& key, std::chrono::milliseconds time) {
  STOA_TRY(reachable());
  STOA_TRY_ASSIGN(const auto holding, leases_.take(process_, key, time));
  const std::lock_guard lock(mutex_);
  mine_[key] = holding;
  return {};
}

Result<> SharedRegistry::release(const ClientKey& key) {
  STOA_TRY(reachable());
  leases_.release(process_, key);
  return {};
}

// ---- the shop

Result<http::ClientResponse> ShopClient::send(const http::ClientRequest& request) {
  // What a sync asks of the shop itself it does not say; those calls are not counted.
  if (request.body.contains("InstallationScopes"))
    return http::ClientResponse{200, {{"x-shopify-api-version", shop_.version}}, R"({"errors":[{"message":"no"}]})"};
  {
    std::unique_lock lock(gate_mutex_);
    ++waiting_;
    gate_.wait(lock, [this] { return free_ != 0; });
    --waiting_;
    if (free_ > 0) --free_;
  }
  STOA_TRY_ASSIGN(const auto asked, json::parse(request.body));
  const auto query = json::string_or(asked, "query");
  shopify::Call call{.operation = query.contains("query ProductsCount") ? "ProductsCount" : "ProductsPage",
                     .document = {},
                     .variables = json::find(asked, "variables")->as_object()};
  const std::lock_guard lock(mutex_);
  STOA_TRY_ASSIGN(const auto answer, shop_.call(call));
  return http::ClientResponse{
      200,
      {{"x-shopify-api-version", shop_.version}},
      fmt::format(R"({{"data":{},"extensions":{{"cost":{{"actualQueryCost":1}}}}}})", answer.body)};
}

void ShopClient::hold_after(int calls) {
  const std::lock_guard lock(gate_mutex_);
  free_ = calls;
}

void ShopClient::let_go() {
  {
    const std::lock_guard lock(gate_mutex_);
    free_ = -1;
  }
  gate_.notify_all();
}

// ---- the fixture

SharedFixture::Process::Process(SharedFixture& fixture, const std::string& name, SyncOptions options)
    : registry(*fixture.registry, fixture.leases, name),
      client(fixture.shop, fixture.shop_mutex),
      connections(registry, fixture.vault, client, fixture.clock, metrics, {}),
      scheduler({registry, connections, fixture.clock, fixture.random, name}, options) {}

SharedFixture::SharedFixture()
    : registry([this] {
        crypto_init();
        return *storage::open_embedded({.folder = folder.path()}, clock, random);
      }()),
      sealer(make_sealer(Secret(std::string(32, 'k')), random)),
      vault(*sealer) {}

ClientKey SharedFixture::add_store(const std::string& name) {
  const ClientKey key(name);
  ShopRecord record{.domain = ShopDomain(name + ".myshopify.com"), .client_key = key};
  record.database = name;
  record.incarnation = "one";
  ClientRecord client{.key = key};
  client.settings = {{"kinds", json::Array{"products"}}};
  client.fields = {{"apiBaseUrl", fmt::format("https://{}.myshopify.com", name)},
                   {"adminShopToken", vault.seal(key, "adminShopToken", Secret("shpat_test"))}};
  auto first = tenant::sync_job(key, {.kinds = {model::Kind::products}, .ids = {}}, clock, random);
  first.state = JobState::cancelled;
  first.work = "registered";
  STOA_CHECK(
      registry->create(client, record, {.id = "key_" + name, .client_key = key, .hash = name}, first).has_value(),
      "the store is made");
  return key;
}

std::string SharedFixture::enqueue(const ClientKey& store) {
  return registry->enqueue(tenant::sync_job(store, {.kinds = {model::Kind::products}, .ids = {}}, clock, random))
      ->job.id;
}

JobRecord SharedFixture::job(const std::string& id) { return *registry->job(id); }
bool SharedFixture::ended(const std::string& id) { return storage::ended(job(id).state); }

bool SharedFixture::eventually(const std::function<bool()>& holds) {
  for (const auto until = clock.mono() + std::chrono::seconds(10); clock.mono() < until;) {
    if (holds()) return true;
    pause(std::chrono::milliseconds(10));
  }
  return holds();
}

std::string SharedFixture::attempts(const std::string& id) {
  std::string out;
  std::optional<Time> before;
  for (const auto& attempt : job(id).attempts) {
    out += (out.empty() ? "" : " ") + attempt.process;
    if (!attempt.ended_at || (before && attempt.started_at < *before)) out += '!';
    before = attempt.ended_at;
  }
  return out;
}

}  // namespace stoa::sync
