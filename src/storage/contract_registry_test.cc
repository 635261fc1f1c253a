// Contract: stores found, registered, changed, removed (rules T1, T2, T4); read keys (K3); jobs.
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RegistryContract : public StorageContract {
 protected:
  std::string found(const StoreRef& ref) {
    const auto store = registry_->resolve(ref);
    return store ? (*store)->key().str() : refusal(store);
  }
  std::string jobs_of(const JobQuery& query) {
    std::string out;
    for (const auto& job : must(registry_->jobs(query))) out += job.id + " ";
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, RegistryContract, ::testing::ValuesIn(engines_under_test()), engine_name);

// ---- finding

TEST_P(RegistryContract, AStoreIsFoundByKeyByDomainByPostedDomainOrByBoth) {
  must(try_create("acme", "acme.myshopify.com", "old-acme.myshopify.com"));
  create("other", "other.myshopify.com");
  for (const bool again : {false, true}) {
    EXPECT_EQ(found({.client_key = "acme"}), "acme");
    EXPECT_EQ(found({.client_key = "ACME"}), "acme");
    EXPECT_EQ(found({.shop_domain = "Acme.MyShopify.com"}), "acme");
    EXPECT_EQ(found({.shop_domain = "old-acme.myshopify.com"}), "acme");
    EXPECT_EQ(found({.client_key = "acme", .shop_domain = "acme.myshopify.com"}), "acme");
    EXPECT_EQ(found({.client_key = "acme", .shop_domain = "other.myshopify.com"}), "not-found/store-not-found");
    EXPECT_EQ(found({.client_key = "acme", .shop_domain = "nobody.myshopify.com"}), "not-found/store-not-found");
    EXPECT_EQ(found({.client_key = "nobody"}), "not-found/store-not-found");
    EXPECT_EQ(found({}), "not-found/store-not-found");
    EXPECT_EQ(registry_->stores().size(), 2u);
    if (!again) reopen();
  }
}

// ---- registering

TEST_P(RegistryContract, ARegistrationIsKeptWhole) {
  auto client = client_record("acme", at(1));
  client.fields = {{"apiBaseUrl", "https://acme.myshopify.com"}, {"adminShopToken", "v1.k.sealed"}};
  client.settings = {{"paused", true}, {"metafields", json::Array{"custom.care"}}};
  auto shop = shop_record("acme", "acme.myshopify.com", at(1));
  shop.info = {{"name", "Acme \"Shop\""}, {"currencyCode", "GBP"}};
  shop.scopes = {"read_products"};
  shop.access_token = "v1.k.other";
  shop.cause = Cause{.code = "c", .detail = "d"};
  must(registry_->create(client, shop, key_record("acme", "key_1", at(1)), job_record("acme", "job_1", at(1))));
  reopen();
  const auto entry = store().entry();
  EXPECT_EQ(entry->client.fields, client.fields);
  EXPECT_EQ(entry->client.settings, client.settings);
  EXPECT_EQ(entry->client.created_at, at(1));
  EXPECT_EQ(entry->shop.info, shop.info);
  EXPECT_EQ(entry->shop.scopes, shop.scopes);
  EXPECT_EQ(entry->shop.access_token, shop.access_token);
  EXPECT_EQ(entry->shop.database, "acme");
  EXPECT_TRUE(entry->shop.database_made);
  EXPECT_EQ(entry->shop.cause->detail, "d");
  EXPECT_EQ(entry->shop.incarnation, must(store().version()).incarnation);
  EXPECT_EQ(must(registry_->job("job_1")).store, ClientKey("acme"));
  EXPECT_EQ(registry_->find_key("hash-key_1")->client_key, ClientKey("acme"));
}

TEST_P(RegistryContract, ATakenKeyOrShopIsRefusedAndLeavesNothing) {
  must(try_create("acme", "acme.myshopify.com", "posted.myshopify.com"));
  const auto databases = deployment_->databases();
  EXPECT_EQ(refusal(try_create("acme", "new.myshopify.com")), "conflict/client-key-taken");
  EXPECT_EQ(refusal(try_create("new", "acme.myshopify.com")), "conflict/shop-taken");
  EXPECT_EQ(refusal(try_create("new", "posted.myshopify.com")), "conflict/shop-taken");
  EXPECT_EQ(refusal(try_create("new", "new.myshopify.com", "acme.myshopify.com")), "conflict/shop-taken");
  EXPECT_EQ(refusal(try_create("admin", "new.myshopify.com")).substr(0, 7), "invalid");
  EXPECT_EQ(refusal(try_create("../x", "new.myshopify.com")).substr(0, 7), "invalid");
  EXPECT_EQ(deployment_->databases(), databases);
  EXPECT_EQ(registry_->stores().size(), 1u);
  EXPECT_EQ(jobs_of({}), "job_acme ");
  EXPECT_FALSE(registry_->find_key("hash-key_new"));
  create("new", "new.myshopify.com");
}

TEST_P(RegistryContract, ADatabaseThatStoaDidNotMakeIsNeverTaken) {
  deployment_->make_foreign("acme");
  const auto databases = deployment_->databases();
  EXPECT_EQ(refusal(try_create("acme", "acme.myshopify.com")), "conflict/database-not-ours");
  EXPECT_EQ(deployment_->databases(), databases);
  EXPECT_EQ(found({.client_key = "acme"}), "not-found/store-not-found");
  EXPECT_EQ(jobs_of({}), "");
  reopen();
  EXPECT_EQ(found({.client_key = "acme"}), "not-found/store-not-found");
}

TEST_P(RegistryContract, OfManyRegistrationsAtOnceOneWins) {
  std::atomic<int> won = 0, taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&, t] {
      const auto made = try_create("acme", fmt::format("acme-{}.myshopify.com", t));
      won += made.has_value();
      taken += refusal(made) == "conflict/client-key-taken";
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(taken, 15);
  EXPECT_EQ(registry_->stores().size(), 1u);
}

// ---- changing

TEST_P(RegistryContract, AChangeIsAtomicKeptAndSeenAtOnce) {
  store();
  const auto before = store().entry();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      must(registry_->update_shop(ClientKey("acme"), [](ShopRecord& shop) -> Result<> {
        shop.scopes.push_back("s");
        return {};
      }));
    });
  for (auto& thread : threads) thread.join();
  must(registry_->update_client(ClientKey("acme"), [](ClientRecord& client) -> Result<> {
    client.settings["paused"] = true;
    return {};
  }));
  EXPECT_EQ(store().entry()->generation, before->generation + 9);
  EXPECT_TRUE(before->client.settings.empty()) << "a snapshot does not change";
  reopen();
  EXPECT_EQ(store().entry()->shop.scopes.size(), 8u);
  EXPECT_TRUE(store().entry()->client.settings.at("paused").as_bool());
  EXPECT_GE(store().entry()->generation, before->generation + 9);
}

TEST_P(RegistryContract, ARefusedChangeChangesNothing) {
  store();
  const auto refused = registry_->update_shop(ClientKey("acme"), [](ShopRecord& shop) -> Result<> {
    shop.scopes = {"x"};
    return fail(Code::invalid, "no");
  });
  EXPECT_EQ(refusal(refused), "invalid/");
  EXPECT_THAT(store().entry()->shop.scopes, IsEmpty());
  const auto moved = registry_->update_shop(ClientKey("acme"), [](ShopRecord& shop) -> Result<> {
    shop.database = "elsewhere";
    return {};
  });
  EXPECT_EQ(refusal(moved), "bug/");
  EXPECT_EQ(store().entry()->shop.database, "acme");
  const auto nobody = registry_->update_client(ClientKey("nobody"), [](ClientRecord&) -> Result<> { return {}; });
  EXPECT_EQ(refusal(nobody), "not-found/store-not-found");
}

TEST_P(RegistryContract, SealedValuesAreNoticedWhereverTheyStand) {
  EXPECT_FALSE(must(registry_->has_sealed_values()));
  store();
  EXPECT_FALSE(must(registry_->has_sealed_values()));
  must(registry_->update_shop(ClientKey("acme"), [](ShopRecord& shop) -> Result<> {
    shop.access_token = "v1.k.x";
    return {};
  }));
  EXPECT_TRUE(must(registry_->has_sealed_values()));
}

TEST_P(RegistryContract, ListsLongerThanABatchAreReadByManyAtOnce) {
  store();
  const auto before = must(registry_->keys(ClientKey("acme"))).size();
  constexpr int kKeys = 300;  // MongoDB hands out 101 rows first, and the others to whom it gave those
  for (int i = 0; i < kKeys; ++i) must(registry_->add_key(key_record("acme", fmt::format("key_{}", i), at(i))));
  std::atomic<int> whole = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 8; ++i)
      readers.emplace_back([&] {
        for (int turn = 0; turn < 20; ++turn)
          if (const auto keys = registry_->keys(ClientKey("acme")); keys && keys->size() == kKeys + before) ++whole;
      });
  }
  EXPECT_EQ(whole, 8 * 20);
}

// ---- removing

TEST_P(RegistryContract, ARemovedStoreLeavesNothingAndTouchesNothingElse) {
  create("other", "other.myshopify.com");
  const auto databases = deployment_->databases();
  apply({product(1, 1)});
  must(registry_->add_key(key_record("acme", "key_2", at(1))));
  must(registry_->enqueue(job_record("acme", "job_remove", at(2), "remove")));
  auto held = store_;
  store_.reset();
  must(registry_->remove(ClientKey("acme"), "job_remove"));
  EXPECT_EQ(deployment_->databases(), databases);
  EXPECT_EQ(found({.client_key = "acme"}), "not-found/store-not-found");
  EXPECT_EQ(found({.shop_domain = "acme.myshopify.com"}), "not-found/store-not-found");
  EXPECT_FALSE(registry_->find_key("hash-key_2"));
  EXPECT_EQ(jobs_of({.store = "acme"}), "job_remove ");
  EXPECT_EQ(jobs_of({.store = "other"}), "job_other ");
  EXPECT_EQ(refusal(held->get(Kind::products, gid(1))), "not-found/store-not-found");
  EXPECT_EQ(refusal(held->version()), "not-found/store-not-found");
  EXPECT_EQ(refusal(held->apply({})), "not-found/store-not-found");
  EXPECT_EQ(held->key().str(), "acme");
  EXPECT_TRUE(held->entry());
  must(registry_->remove(ClientKey("acme"), "job_remove"));
  must(registry_->remove(ClientKey("never-was"), ""));
  reopen();
  EXPECT_EQ(deployment_->databases(), databases);
  EXPECT_EQ(found({.client_key = "other"}), "other");
}

TEST_P(RegistryContract, ARemovedStoreCanBeRegisteredAgainAndIsAnotherIncarnation) {
  apply({product(1, 1)});
  const auto before = must(store().version());
  must(registry_->remove(ClientKey("acme"), ""));
  store_.reset();
  EXPECT_FALSE(get(1));
  EXPECT_NE(must(store().version()).incarnation, before.incarnation);
}

TEST_P(RegistryContract, ARemovalWaitsForCallsUnderWayAndRefusesLaterOnes) {
  store();
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, held = store_] {
      while (held->get(Kind::products, gid(1))) {
      }
      ++refused;
    });
  must(registry_->remove(ClientKey("acme"), ""));
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 4);
}

// ---- read keys

TEST_P(RegistryContract, KeysAreFoundByHashListedAndRevoked) {
  create("other", "other.myshopify.com");
  store();
  must(registry_->add_key(key_record("acme", "key_2", at(5))));
  for (const bool again : {false, true}) {
    const auto found = registry_->find_key("hash-key_2");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, "key_2");
    EXPECT_EQ(found->client_key.str(), "acme");
    EXPECT_EQ(found->last4, "abcd");
    EXPECT_EQ(found->created_at, at(5));
    EXPECT_EQ(must(registry_->keys(ClientKey("acme"))).size(), 2u);
    if (!again) reopen();
  }
  EXPECT_EQ(refusal(registry_->revoke_key(ClientKey("other"), "key_2")).substr(0, 9), "not-found");
  EXPECT_TRUE(registry_->find_key("hash-key_2"));
  must(registry_->revoke_key(ClientKey("acme"), "key_2"));
  EXPECT_FALSE(registry_->find_key("hash-key_2"));
  EXPECT_EQ(refusal(registry_->revoke_key(ClientKey("acme"), "key_2")).substr(0, 9), "not-found");
  EXPECT_EQ(refusal(registry_->add_key(key_record("nobody", "key_3", at(5)))), "not-found/store-not-found");
  reopen();
  EXPECT_FALSE(registry_->find_key("hash-key_2"));
}

// ---- jobs

TEST_P(RegistryContract, TheSameWorkIsJoinedWhileItIsOpen) {
  store();
  const auto first = must(registry_->enqueue(job_record("acme", "job_b", at(1), "w")));
  EXPECT_FALSE(first.joined);
  const auto second = must(registry_->enqueue(job_record("acme", "job_c", at(2), "w")));
  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.job.id, "job_b");
  EXPECT_FALSE(must(registry_->enqueue(job_record("acme", "job_d", at(2), "w2"))).joined);
  EXPECT_FALSE(must(registry_->enqueue(job_record("other", "job_e", at(2), "w"))).joined);
  auto done = first.job;
  done.state = JobState::succeeded;
  done.finished_at = at(3);
  must(registry_->update_job(done));
  EXPECT_FALSE(must(registry_->enqueue(job_record("acme", "job_f", at(4), "w"))).joined);
}

TEST_P(RegistryContract, OfEqualWorkQueuedAtOnceOneJobIsMade) {
  store();
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&, t] {
      made += !must(registry_->enqueue(job_record("acme", fmt::format("job_x{}", t), at(1), "w"))).joined;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST_P(RegistryContract, AWorkersUpdateLeavesWhatOthersSet) {
  store();
  auto job = must(registry_->job("job_acme"));
  EXPECT_FALSE(job.cancel_requested);
  EXPECT_TRUE(must(registry_->request_cancel("job_acme")).cancel_requested);
  EXPECT_EQ(must(registry_->confirm_sweep("job_acme", Kind::products, 412)).confirmed.at(Kind::products), 412);
  job.state = JobState::running;
  job.started_at = at(3);
  job.waiting = JobWait{.reason = "throttled", .until = at(9), .detail = "d"};
  job.kinds = {{.kind = Kind::products, .state = KindState::fetching, .seen = 4, .written = 4, .total = 9}};
  job.log = {{.at = at(3), .level = "info", .text = "started"}};
  must(registry_->update_job(job));
  reopen();
  const auto stored = must(registry_->job("job_acme"));
  EXPECT_TRUE(stored.cancel_requested);
  EXPECT_EQ(stored.confirmed.at(Kind::products), 412);
  job.cancel_requested = true;
  job.confirmed = stored.confirmed;
  EXPECT_EQ(to_json(stored), to_json(job));
  EXPECT_EQ(refusal(registry_->update_job(job_record("acme", "job_none", at(1)))), "not-found/job-not-found");
  EXPECT_EQ(refusal(registry_->request_cancel("job_none")), "not-found/job-not-found");
  EXPECT_EQ(refusal(registry_->confirm_sweep("job_none", Kind::products, 1)), "not-found/job-not-found");
  EXPECT_EQ(refusal(registry_->job("job_none")), "not-found/job-not-found");
}

TEST_P(RegistryContract, JobsAreListedNewestFirstBySelectionInPages) {
  for (const char* id : {"job_1", "job_2", "job_3", "job_4"})
    must(registry_->enqueue(job_record(id[4] == '3' ? "other" : "acme", id, at(1), id)));
  auto done = must(registry_->job("job_2"));
  done.state = JobState::failed;
  must(registry_->update_job(done));
  EXPECT_EQ(jobs_of({}), "job_4 job_3 job_2 job_1 ");
  EXPECT_EQ(jobs_of({.store = "acme"}), "job_4 job_2 job_1 ");
  EXPECT_EQ(jobs_of({.store = "acme", .state = JobState::queued}), "job_4 job_1 ");
  EXPECT_EQ(jobs_of({.after = "job_3"}), "job_2 job_1 ");
  EXPECT_EQ(jobs_of({.limit = 1}), "job_4 ");
  std::string open;
  for (const auto& job : must(registry_->open_jobs())) open += job.id + " ";
  EXPECT_EQ(open, "job_1 job_3 job_4 ");
}

TEST_P(RegistryContract, OldEndedJobsAreForgottenButTheNewestOfEachStore) {
  for (int i = 0; i < 6; ++i) {
    auto job = job_record(i == 5 ? "other" : "acme", fmt::format("job_{}", i), at(i), fmt::format("w{}", i));
    must(registry_->enqueue(job));
    if (i == 0) continue;  // stays open
    job.state = JobState::succeeded;
    job.finished_at = at(i);
    must(registry_->update_job(job));
  }
  must(registry_->forget_jobs(at(4), 2));
  EXPECT_EQ(jobs_of({}), "job_5 job_4 job_3 job_0 ");
  must(registry_->forget_jobs(at(100), 0));
  EXPECT_EQ(jobs_of({}), "job_0 ");
}

TEST_P(RegistryContract, AJobWithoutIdGetsOneThatSortsByCreation) {
  store();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    clock_.advance(std::chrono::microseconds(1));
    ids.push_back(must(registry_->enqueue(job_record("acme", "", Time{}, fmt::format("w{}", i)))).job.id);
  }
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_EQ(must(registry_->job(ids[4])).created_at, clock_.wall());
}

TEST_P(RegistryContract, ReadinessAndTheAuditTrailAnswer) {
  EXPECT_TRUE(registry_->ping());
  EXPECT_TRUE(registry_->audit("operator", "store.create", "acme", "ok"));
  EXPECT_FALSE(registry_->engine().empty());
}

}  // namespace
}  // namespace stoa::storage
