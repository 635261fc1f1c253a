// Schedulers of several processes on one database: rule S11, and storage that goes away and comes back.
#include "sync/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pause.h"
#include "sync/shared_fixture.h"

namespace stoa::sync {
namespace {

const std::size_t kPage = shopify::page_size(model::Kind::products);
std::size_t pages_of(std::size_t products) { return (products + kPage - 1) / kPage; }

using std::chrono::milliseconds;
using storage::JobState;

class SchedulerTest : public ::testing::Test, protected SharedFixture {
 protected:
  std::int64_t count(const ClientKey& key) { return store(key).kinds()->at(0).count; }
};

TEST_F(SchedulerTest, TwoProcessesShareTheStoresAndRunEachJobOnce) {
  shop.add(1, 120);
  std::vector<std::string> jobs;
  std::vector<ClientKey> keys;
  for (int i = 0; i < 8; ++i) {
    keys.push_back(add_store(fmt::format("store{}", i)));
    jobs.push_back(enqueue(keys.back()));
  }
  const auto a = process("A"), b = process("B");
  a->scheduler.start();
  b->scheduler.start();
  for (const auto& id : jobs) {
    ASSERT_TRUE(eventually([&] { return ended(id); })) << id;
    EXPECT_EQ(job(id).state, JobState::succeeded);
    EXPECT_THAT(attempts(id), ::testing::AnyOf("A", "B"));
  }
  for (const auto& key : keys) EXPECT_EQ(count(key), 120);
  EXPECT_EQ(shop.pages, 8u * pages_of(120));
}

TEST_F(SchedulerTest, AJobGoesOnWhereADeadProcessLeftItAndTheDeadOneWritesNoMore) {
  shop.add(1, 200);
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  auto a = process("A");
  a->client.hold_after(3);  // the count and two pages
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->client.waits_for_ever() && count(key) == std::int64_t(2 * kPage); }));
  a->registry.away = true;  // it is dead as far as anyone can see

  const auto b = process("B");
  b->scheduler.start();
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(attempts(id), "A B");
  EXPECT_EQ(job(id).kinds.at(0).seen, 200) << "each product is counted once";
  EXPECT_EQ(shop.pages, pages_of(200));

  // It was only slow: its page comes, and it may write nothing.
  const auto before = json::write(to_json(job(id)));
  const auto version = store(key).version()->number;
  a->registry.away = false;
  a->client.let_go();
  ASSERT_TRUE(eventually([&] { return a->registry.refused > 0; }));
  ASSERT_TRUE(eventually([&] { return a->scheduler.queued() == 0; })) << "it drops a job that another has ended";
  EXPECT_EQ(json::write(to_json(job(id))), before);
  EXPECT_EQ(store(key).version()->number, version);
}

TEST_F(SchedulerTest, ALeaseIsRenewedWhileTheShopIsSilent) {
  shop.add(1, 10);
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  const auto a = process("A"), b = process("B");
  a->client.hold_after(1);
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->client.waits_for_ever(); }));
  b->scheduler.start();
  pause(3 * options.lease_time);
  EXPECT_EQ(leases.holder(key), "A");
  a->client.let_go();
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(attempts(id), "A");
  EXPECT_TRUE(eventually([&] { return leases.holder(key).empty(); })) << "it is handed back with the last job";
}

TEST_F(SchedulerTest, AStopHandsJobAndLeaseBack) {
  options.lease_time = std::chrono::seconds(60);
  shop.add(1, 200);
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  const auto a = process("A"), b = process("B");
  a->client.hold_after(3);
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->client.waits_for_ever(); }));
  a->scheduler.stop();
  EXPECT_EQ(leases.holder(key), "");
  EXPECT_EQ(attempts(id), "A");
  EXPECT_FALSE(ended(id));
  b->scheduler.start();
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(attempts(id), "A B");
  EXPECT_EQ(count(key), 200);
}

TEST_F(SchedulerTest, AJobQueuedThroughAnotherProcessStartsWithinASecondOrSo) {
  shop.add(1, 10);
  const auto key = add_store("acme");
  const auto a = process("A");
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->registry.looks > 0; }));
  const auto began = clock.mono();
  const auto id = enqueue(key);
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_LT(clock.mono() - began, milliseconds(2'500));
}

TEST_F(SchedulerTest, ACancellationThroughAnotherProcessEndsAWaitingJob) {
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  ASSERT_TRUE(registry->update_shop(key, [](storage::ShopRecord& record) -> Result<> {
    record.state = storage::StoreState::paused;
    return {};
  }));
  const auto a = process("A");
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return job(id).state == JobState::waiting; }));
  ASSERT_TRUE(eventually([&] { return leases.holder(key).empty(); })) << "a job that waits long holds no lease";
  ASSERT_TRUE(registry->request_cancel(id));
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(job(id).state, JobState::cancelled);
}

TEST_F(SchedulerTest, AJobWaitsForStorageAndGoesOnByItself) {
  options.lease_time = std::chrono::seconds(15);
  shop.add(1, 200);
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  const auto a = process("A");
  a->client.hold_after(2);
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->client.waits_for_ever(); }));
  a->registry.away = true;
  a->client.let_go();
  pause(milliseconds(1'500));
  EXPECT_LT(a->registry.looks, 8) << "it does not spin";
  a->registry.away = false;
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(job(id).state, JobState::succeeded);
  EXPECT_EQ(attempts(id), "A");
  EXPECT_EQ(count(key), 200);
}

TEST_F(SchedulerTest, AJobWhoseRowCannotBeWrittenIsNotRunTwice) {
  options.lease_time = std::chrono::seconds(15);
  shop.add(1, 200);
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  const auto a = process("A");
  a->registry.rows_away = true;
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return count(key) == 200; }));
  pause(milliseconds(300));
  EXPECT_FALSE(ended(id));
  a->registry.rows_away = false;
  ASSERT_TRUE(eventually([&] { return ended(id); }));
  EXPECT_EQ(job(id).state, JobState::succeeded);
  EXPECT_EQ(attempts(id), "A");
  EXPECT_EQ(shop.pages, pages_of(200));
}

TEST_F(SchedulerTest, JobsThatCannotBeListedAreFoundLater) {
  shop.add(1, 10);
  const auto first = add_store("first"), second = add_store("second");
  const auto id = enqueue(first);
  const auto a = process("A");
  a->client.hold_after(1);
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->client.waits_for_ever(); }));
  a->registry.open_jobs_away = true;
  const auto other = enqueue(second);
  pause(milliseconds(1'200));
  EXPECT_EQ(a->scheduler.queued(), 1u) << "the lanes stand as they were";
  EXPECT_LT(a->registry.looks, 8) << "it does not spin";
  a->client.let_go();
  EXPECT_TRUE(eventually([&] { return ended(id); }));
  a->registry.open_jobs_away = false;
  EXPECT_TRUE(eventually([&] { return ended(other); }));
}

TEST_F(SchedulerTest, ARowThatAnotherProcessEndedIsNotRunAgain) {
  const auto key = add_store("acme");
  const auto id = enqueue(key);
  const auto a = process("A");
  ASSERT_TRUE(leases.take("B", key, std::chrono::seconds(60)));
  a->scheduler.start();
  ASSERT_TRUE(eventually([&] { return a->scheduler.queued() == 1; }));
  pause(milliseconds(300));
  EXPECT_EQ(job(id).state, JobState::queued) << "who does not hold the lease does not write the row";
  auto done = job(id);
  done.state = JobState::succeeded;
  ASSERT_TRUE(registry->update_job(done));
  leases.release("B", key);
  EXPECT_TRUE(eventually([&] { return a->scheduler.queued() == 0; }));
  EXPECT_EQ(attempts(id), "");
}

}  // namespace
}  // namespace stoa::sync
