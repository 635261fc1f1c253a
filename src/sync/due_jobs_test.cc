#include "sync/due_jobs.h"

#include <gtest/gtest.h>

#include "sync/shared_fixture.h"

namespace stoa::sync {
namespace {

using storage::JobState;

// Two processes that poll one store.
class DueJobs : public ::testing::Test, protected SharedFixture {
 protected:
  DueJobs() : key_(add_store("acme")) {}
  struct Poller {
    Poller(SharedFixture& fixture, const std::string& name)
        : registry(*fixture.registry, fixture.leases, name), leases(registry, fixture.clock, fixture.options) {}
    SharedRegistry registry;
    Leases leases;
  };
  Result<Time> poll(Poller& poller) {
    const auto own = *poller.registry.resolve({.client_key = key_.str()});
    return queue_due(*own, {poller.registry, poller.leases, later_, random, options});
  }
  std::size_t open() { return registry->open_jobs()->size(); }
  void end_all(JobState state) {
    const auto open = *registry->open_jobs();
    for (auto job : open) {
      job.state = state;
      job.finished_at = later_.wall();
      ASSERT_TRUE(registry->update_job(job));
    }
  }

  const ClientKey key_;
  testing::ManualClock later_;  // so that the registration's own job, ended long ago, is no news
  Poller a_{*this, "A"}, b_{*this, "B"};
};

TEST_F(DueJobs, WhatOneProcessAskedForTheOtherDoesNot) {
  later_.set_wall(clock.wall() + std::chrono::hours(25));
  ASSERT_TRUE(poll(a_));
  EXPECT_EQ(open(), 1u);
  EXPECT_TRUE(leases.holder(key_).empty());
  ASSERT_TRUE(poll(b_));
  EXPECT_EQ(open(), 1u);
}

TEST_F(DueJobs, AScheduledJobThatEndedOrFailedAMomentAgoIsNotAskedForAgain) {
  for (const auto state : {JobState::succeeded, JobState::failed}) {
    later_.set_wall(clock.wall() + std::chrono::hours(state == JobState::failed ? 75 : 25));
    ASSERT_TRUE(poll(a_));
    ASSERT_EQ(open(), 1u);
    end_all(state);
    const auto next = poll(b_);
    ASSERT_TRUE(next);
    EXPECT_EQ(open(), 0u) << to_string(state);
    EXPECT_GT(*next, later_.wall());
  }
}

TEST_F(DueJobs, NothingIsAskedForWhileAnotherProcessWorksOnTheStore) {
  later_.set_wall(clock.wall() + std::chrono::hours(25));
  ASSERT_TRUE(leases.take("B", key_, std::chrono::seconds(60)));
  const auto next = poll(a_);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().reason, "leased");
  EXPECT_EQ(open(), 0u);
}

}  // namespace
}  // namespace stoa::sync
