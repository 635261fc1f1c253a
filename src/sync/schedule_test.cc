#include "sync/schedule.h"

#include <gtest/gtest.h>

#include "tenant/settings.h"

namespace stoa::sync {
namespace {

using model::Kind;
constexpr Time kNow = Time(std::chrono::hours(500'000));

class Schedule : public ::testing::Test {
 protected:
  Schedule() {
    for (const auto kind : model::all_kinds()) statuses_.push_back({.kind = kind, .complete = true, .as_of = kNow});
  }
  void synced(Kind kind, std::chrono::minutes ago) { statuses_[static_cast<std::size_t>(kind)].as_of = kNow - ago; }
  Due due(std::optional<Time> last_full = kNow) const {
    return what_is_due(kinds(), {.last_full = last_full, .asked_full = {}, .asked = asked_}, kNow, options_);
  }
  std::vector<Kind> wanted() const { return tenant::wanted_kinds(entry_.client.settings, model::standard_kinds()); }
  KindsNow kinds() const { return {.entry = entry_, .wanted = wanted(), .statuses = statuses_}; }

  storage::StoreEntry entry_;
  std::vector<storage::KindStatus> statuses_;
  std::map<Kind, Time> asked_;
  const SyncOptions options_;
};

TEST_F(Schedule, NothingIsAskedForBeforeItsTime) {
  synced(Kind::products, std::chrono::minutes(14));
  EXPECT_TRUE(due().requests.empty());
  EXPECT_EQ(due().next, kNow + std::chrono::minutes(1));
}

TEST_F(Schedule, ChangedProductsAreAskedForAndCollectionsWalkedWhole) {
  synced(Kind::products, std::chrono::minutes(15));
  synced(Kind::collections, std::chrono::minutes(15));
  const auto what = due();
  ASSERT_EQ(what.requests.size(), 2u);
  EXPECT_EQ(what.requests[0].mode, "incremental");
  EXPECT_EQ(what.requests[0].kinds, std::vector{Kind::products});
  EXPECT_EQ(what.requests[1].mode, "full");
  EXPECT_EQ(what.requests[1].kinds, std::vector{Kind::collections});
  EXPECT_EQ(what.next, kNow + std::chrono::minutes(15)) << "what is asked for now is not asked again a minute later";
}

TEST_F(Schedule, BlogsCannotBeAskedForByTimeAndArticlesCan) {
  synced(Kind::blogs, std::chrono::minutes(15));
  synced(Kind::articles, std::chrono::minutes(15));
  const auto what = due();
  ASSERT_EQ(what.requests.size(), 2u);
  EXPECT_EQ(what.requests[0].kinds, std::vector{Kind::articles});
  EXPECT_EQ(what.requests[1].kinds, std::vector{Kind::blogs});
}

TEST_F(Schedule, EverythingIsWalkedWholeOnceADay) {
  const auto what = due(kNow - std::chrono::hours(24));
  ASSERT_EQ(what.requests.size(), 1u);
  EXPECT_EQ(what.requests[0].mode, "full");
  EXPECT_EQ(what.requests[0].kinds.size(), model::standard_kinds().size());
}

TEST_F(Schedule, AKindThatNeverSucceededIsNotAskedForEveryMinute) {
  for (auto& status : statuses_) status.as_of.reset();
  const auto what = due(std::nullopt);
  EXPECT_EQ(what.requests.size(), 1u);
  EXPECT_EQ(what.next, kNow + std::chrono::minutes(15));
}

TEST_F(Schedule, AKindThatAnyProcessAskedForALittleWhileAgoIsNotAskedForAgain) {
  synced(Kind::products, std::chrono::hours(2));
  asked_[Kind::products] = kNow - std::chrono::minutes(1);
  EXPECT_TRUE(due().requests.empty());
  EXPECT_EQ(due().next, kNow + std::chrono::minutes(14));
}

TEST_F(Schedule, AFullPassThatFailedIsAskedForAgainAfterTheInterval) {
  storage::JobRecord job{.id = "job_1", .store = ClientKey("acme"), .type = "sync", .state = storage::JobState::failed};
  job.wanted = wanted();
  job.created_at = kNow - std::chrono::minutes(14);
  History history;
  remember(history, job, wanted());
  EXPECT_FALSE(history.last_full);
  for (auto& status : statuses_) status.as_of.reset();
  EXPECT_TRUE(what_is_due(kinds(), history, kNow, options_).requests.empty());
  EXPECT_EQ(what_is_due(kinds(), history, kNow + std::chrono::minutes(1), options_).requests.size(), 1u);
}

TEST_F(Schedule, WhatWasAskedForByIdOrInPartIsNoFullPass) {
  storage::JobRecord job{
      .id = "job_1", .store = ClientKey("acme"), .type = "sync", .state = storage::JobState::succeeded};
  job.wanted = {Kind::products};
  job.created_at = kNow;
  job.finished_at = kNow;
  History history;
  remember(history, job, wanted());
  EXPECT_FALSE(history.last_full || history.asked_full);
  EXPECT_TRUE(history.asked.contains(Kind::products));
  job.wanted = {Kind::products, Kind::collections};
  job.ids = {"gid://shopify/Product/1"};
  history = {};
  remember(history, job, wanted());
  EXPECT_FALSE(history.last_full || history.asked_full || history.asked.contains(Kind::products));
}

TEST_F(Schedule, SettingsChooseKindsAndIntervals) {
  entry_.client.settings = json::parse(R"({"kinds":["products"],"schedules":{"products":"1h"}})")->as_object();
  synced(Kind::products, std::chrono::minutes(59));
  synced(Kind::collections, std::chrono::hours(5));
  EXPECT_TRUE(due().requests.empty());
}

}  // namespace
}  // namespace stoa::sync
