#include "shopify/budget.h"

#include <gtest/gtest.h>

namespace stoa::shopify {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

Call page(int first) { return Call{.operation = "ProductsPage", .document = {}, .variables = {{"first", first}}}; }

CostReport report(double requested, double available, double maximum = 1000, double rate = 100) {
  return {.requested = requested,
          .actual = 0,
          .maximum_available = maximum,
          .currently_available = available,
          .restore_rate = rate};
}

TEST(CostBucket, SendsWhatItKnowsNothingOf) {
  CostBucket bucket;
  EXPECT_EQ(bucket.take(page(54), Tick{}), 0ms);
  bucket.learn(page(54), report(700, 0), Tick{});
  EXPECT_EQ(bucket.take(page(27), Tick{}), 0ms);
}

TEST(CostBucket, WaitsForExactlyWhatIsMissing) {
  CostBucket bucket;
  bucket.learn(page(54), report(700, 300), Tick{});
  EXPECT_EQ(bucket.take(page(54), Tick{}), 4000ms);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 2500ms), 1500ms);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 4000ms), 0ms);
}

TEST(CostBucket, NeverWaitsLessThanASecond) {
  CostBucket bucket;
  bucket.learn(page(54), report(700, 699), Tick{});
  EXPECT_EQ(bucket.take(page(54), Tick{}), 1000ms);
}

TEST(CostBucket, RestoresNoMoreThanItHolds) {
  CostBucket bucket;
  bucket.learn(page(54), report(600, 0), Tick{});
  EXPECT_EQ(bucket.snapshot(Tick{} + 1h).currently_available, 1000);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 1h), 0ms);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 1h), 2000ms);  // 400 left
}

TEST(CostBucket, AParallelCallDoesNotCountOnPointsThatAreTaken) {
  CostBucket bucket;
  bucket.learn(page(54), report(600, 1000), Tick{});
  EXPECT_EQ(bucket.take(page(54), Tick{}), 0ms);
  EXPECT_EQ(bucket.take(page(54), Tick{}), 2000ms);
  bucket.learn(page(54), report(600, 900), Tick{});  // the first one's answer: most was refunded
  EXPECT_EQ(bucket.take(page(54), Tick{}), 0ms);
}

TEST(CostBucket, WhatTheBucketNeverHoldsIsNotWaitedFor) {
  CostBucket bucket;
  bucket.learn(page(54), report(1001, 1000), Tick{});
  EXPECT_EQ(bucket.take(page(54), Tick{}), std::nullopt);
  EXPECT_EQ(bucket.take(page(27), Tick{}), 0ms);
}

TEST(CostBucket, HoldsEveryCallUntilShopifySaid) {
  CostBucket bucket;
  const Time wall = from_micros(1'000'000);
  bucket.hold_until(Tick{} + 5s, wall);
  EXPECT_EQ(bucket.snapshot(Tick{}).throttled_until, wall);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 1s), 4000ms);
  EXPECT_EQ(bucket.take(page(54), Tick{} + 5s), 0ms);
  EXPECT_EQ(bucket.snapshot(Tick{}).throttled_until, std::nullopt);
}

TEST(CostBucket, AnAnswerWithoutThrottleStatusKeepsWhatWasKnown) {
  CostBucket bucket;
  bucket.learn(page(54), report(700, 300), Tick{});
  bucket.learn(page(54), {}, Tick{});
  EXPECT_EQ(bucket.snapshot(Tick{}).currently_available, 300);
}

TEST(WaitFor, CoversWhatTheThrottledCallLacked) {
  EXPECT_EQ(wait_for(report(700, 50)), 6500ms);
  EXPECT_EQ(wait_for(report(10, 50)), 1000ms);
  EXPECT_EQ(wait_for(CostReport{}), 1000ms);
}

}  // namespace
}  // namespace stoa::shopify
