#include "storage/fetch_clock.h"

#include <gtest/gtest.h>

#include "testing/fakes.h"

namespace stoa::storage {
namespace {

using std::chrono::seconds;

TEST(FetchClock, TwoRequestsNeverShareAStampThoughTheWallClockStands) {
  testing::ManualClock wall;
  FetchClock clock(wall);
  const auto first = clock.begin(), second = clock.begin();
  EXPECT_EQ(first.time(), wall.wall());
  EXPECT_GT(second.time(), first.time());
}

TEST(FetchClock, NeverGoesBackWithTheWallClock) {
  testing::ManualClock wall;
  FetchClock clock(wall);
  const auto before = clock.begin();
  wall.set_wall(wall.wall() - seconds(3600));
  EXPECT_GT(clock.begin().time(), before.time());
  clock.not_before(before.time() + seconds(10));
  EXPECT_GT(clock.begin().time(), before.time() + seconds(10));
  clock.not_before(Time{});
  EXPECT_GT(clock.begin().time(), before.time() + seconds(10));
}

TEST(FetchClock, AnEqualFetchIsRememberedUntilEveryEarlierRequestHasEnded) {
  testing::ManualClock wall;
  FetchClock clock(wall);
  auto oldest = std::make_unique<FetchStamp>(clock.begin());
  auto middle = std::make_unique<FetchStamp>(clock.begin());
  auto newest = std::make_unique<FetchStamp>(clock.begin());
  clock.remember_equal("a", middle->time());
  clock.remember_equal("b", newest->time());
  clock.remember_equal("b", middle->time());  // an earlier one does not take it back
  EXPECT_EQ(clock.equal_since("b"), newest->time());
  oldest.reset();
  EXPECT_EQ(clock.equal_since("a"), Time{});
  EXPECT_EQ(clock.equal_since("b"), newest->time()) << "the middle request was sent before it";
  newest.reset();
  EXPECT_EQ(clock.remembered(), 1u);
  middle.reset();
  EXPECT_EQ(clock.remembered(), 0u);
}

TEST(FetchClock, NothingIsRememberedWhenNoEarlierRequestIsUnderWay) {
  testing::ManualClock wall;
  FetchClock clock(wall);
  const auto only = clock.begin();
  clock.remember_equal("a", only.time());
  EXPECT_EQ(clock.remembered(), 0u);
}

TEST(FetchClock, AMovedStampEndsOnce) {
  testing::ManualClock wall;
  FetchClock clock(wall);
  auto first = std::make_unique<FetchStamp>(clock.begin());
  const FetchStamp held(std::move(*first));
  first.reset();
  clock.remember_equal("a", held.time() + seconds(1));
  EXPECT_EQ(clock.remembered(), 1u) << "the request is still under way";
}

}  // namespace
}  // namespace stoa::storage
