// What is on the disk when a call returns, counted at SQLite's own gate to it; and what a disk that refuses does.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "base/pause.h"
#include "storage/contract_test.h"
#include "storage/embedded/embedded.h"
#include "storage/embedded/sqlite.h"

namespace stoa::storage {
namespace {

using model::Kind;

// SQLite's file layer with its syncs counted, and made as slow as those of a disk. The layer has a table of functions
// for each sort of file; each gets a copy whose sync is ours.
std::atomic<int> syncs = 0;
struct CountedTable : sqlite3_io_methods {
  const sqlite3_io_methods* real;
};
std::mutex tables_mutex;
std::map<const sqlite3_io_methods*, CountedTable> tables;
sqlite3_vfs counting_vfs;

int count_sync(sqlite3_file* file, int flags) {
  ++syncs;
  pause(std::chrono::milliseconds(2));
  return static_cast<const CountedTable*>(file->pMethods)->real->xSync(file, flags);
}
int open_counting(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
  const int code = real->xOpen(real, name, file, flags, flags_out);
  if (file->pMethods == nullptr) return code;
  const std::lock_guard lock(tables_mutex);
  const auto [table, added] = tables.try_emplace(file->pMethods, CountedTable{*file->pMethods, file->pMethods});
  if (added) table->second.xSync = count_sync;
  file->pMethods = &table->second;
  return code;
}

class DurabilityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_ = must(open_embedded({.folder = dir_.path() / "data"}, clock_, random_));
    const auto now = clock_.wall();
    store_ = must(registry_->create(client_record("acme", now), shop_record("acme", "acme.myshopify.com", now),
                                    key_record("acme", "key_1", now), job_record("acme", "job_1", now)));
    must(store_->version());
  }
  Batch batch(std::int64_t number, std::size_t bytes) {
    Batch out;
    out.documents = {document(Kind::products, gid(number), clock_.wall(), std::string(bytes, 'x'))};
    return out;
  }

  testing::TempDir dir_;
  testing::ManualClock clock_;
  testing::SeededRandom random_{5};
  std::unique_ptr<Registry> registry_;
  std::shared_ptr<StoreHandle> store_;
};

class SyncCountTest : public DurabilityTest {
 protected:
  void SetUp() override {
    must(embedded::Connection::open({}, embedded::Connection::Mode::memory));  // configures the library first
    auto* real = sqlite3_vfs_find("unix");
    counting_vfs = *real;
    counting_vfs.zName = "counting";
    counting_vfs.pAppData = real;
    counting_vfs.xOpen = open_counting;
    sqlite3_vfs_register(&counting_vfs, 1);
    DurabilityTest::SetUp();
    syncs = 0;
  }
  void TearDown() override {
    store_.reset();
    registry_.reset();
    sqlite3_vfs_unregister(&counting_vfs);
    sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
  }
};

TEST_F(SyncCountTest, AnEventIsSyncedBeforeItIsAcknowledgedAndDocumentsAreNot) {
  must(store_->apply(batch(1, 100)));
  EXPECT_EQ(syncs, 0);
  EXPECT_TRUE(must(store_->append_event({.id = "e1"})));
  EXPECT_GE(syncs, 1);
  syncs = 0;
  must(store_->apply(batch(2, 100)));
  EXPECT_EQ(syncs, 0) << "the writer is back to its own way";
}

TEST_F(SyncCountTest, WhatSaysThatAKindIsCurrentIsSyncedAndRecordsAre) {
  must(store_->set_kind_status({.kind = Kind::products, .complete = true, .state = "current"}));
  EXPECT_GE(syncs.exchange(0), 1);
  must(registry_->enqueue(job_record("acme", "job_2", clock_.wall(), "w")));
  EXPECT_GE(syncs.exchange(0), 1);
  must(registry_->add_key(key_record("acme", "key_2", clock_.wall())));
  EXPECT_GE(syncs.exchange(0), 1);
}

TEST_F(SyncCountTest, EventsThatMeetShareOneSync) {
  constexpr int kThreads = 16, kEach = 8;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) must(store_->append_event({.id = fmt::format("e{}-{}", t, i)}));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_GE(syncs, kEach);
  EXPECT_LE(syncs, kThreads * kEach / 2);
  EXPECT_EQ(must(store_->events({.limit = 1000})).size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST_F(DurabilityTest, WorkThatFailsInAGroupIsUndoneAlone) {
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      if (t % 2 == 0)
        must(registry_->enqueue(job_record("acme", fmt::format("job_g{}", t), clock_.wall(), fmt::format("w{}", t))));
      else
        refused += !registry_->revoke_key(ClientKey("acme"), "no-such-key").has_value();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(must(registry_->jobs({})).size(), 5u);
  EXPECT_TRUE(registry_->find_key("hash-key_1"));
}

TEST_F(DurabilityTest, ADiskThatRefusesIsUnavailableAndNothingIsHalfThere) {
  must(store_->apply(batch(1, 100)));
  const auto before = must(store_->version());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto restore = limit;
  limit.rlim_cur = 1u << 20;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  auto two = batch(1, 200);
  two.documents.push_back(batch(2, 4u << 20).documents[0]);
  const auto applied = store_->apply(two);
  Event event{.id = "e1"};
  event.body = std::string(4u << 20, 'x');
  const auto appended = store_->append_event(event);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &restore), 0);

  EXPECT_EQ(refusal(applied), "unavailable/storage-io");
  EXPECT_EQ(refusal(appended), "unavailable/storage-io");
  EXPECT_EQ(must(store_->version()), before);
  EXPECT_EQ(must(store_->get(Kind::products, gid(1)))->body.size(), 100u);
  EXPECT_FALSE(must(store_->event("e1")));
  EXPECT_EQ(must(store_->apply(two)).inserted, 1) << "it goes on when the disk does";
  EXPECT_TRUE(must(store_->append_event(event)));
}

TEST_F(DurabilityTest, AJobThatCannotBeWrittenIsToldAsItIsUntilItCan) {
  auto job = must(registry_->job("job_1"));
  job.state = JobState::waiting;
  job.log.push_back({.text = std::string(4u << 20, 'x')});
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit restore{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &restore), 0);
  const rlimit limit{.rlim_cur = 1u << 20, .rlim_max = restore.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto refused = registry_->update_job(job);
  must(registry_->request_cancel("job_1"));
  const auto told = must(registry_->job("job_1"));
  const auto listed = must(registry_->jobs({})), open = must(registry_->open_jobs());
  job.state = JobState::succeeded;
  const auto not_ended = registry_->update_job(job);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &restore), 0);

  EXPECT_EQ(refusal(refused), "unavailable/storage-io");
  EXPECT_EQ(told.state, JobState::waiting);
  EXPECT_TRUE(told.cancel_requested) << "what others set is not lost";
  EXPECT_EQ(listed.at(0).state, JobState::waiting);
  EXPECT_EQ(open.at(0).state, JobState::waiting);
  EXPECT_FALSE(not_ended);
  EXPECT_FALSE(ended(must(registry_->job("job_1")).state)) << "its row is open: it runs again";
  must(registry_->update_job(job));
  EXPECT_EQ(must(registry_->job("job_1")).state, JobState::succeeded);
}

TEST_F(DurabilityTest, AFullDatabaseIsNamedSo) {
  auto db = must(embedded::Connection::open({}, embedded::Connection::Mode::memory));
  must(db.exec("CREATE TABLE t(x); PRAGMA max_page_count=3"));
  EXPECT_EQ(refusal(db.query("INSERT INTO t VALUES(zeroblob(100000))").run()), "unavailable/storage-full");
}

}  // namespace
}  // namespace stoa::storage
