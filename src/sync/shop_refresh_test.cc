// What a complete sync learns of the shop itself, and when it does without.
#include "sync/shop_refresh.h"

#include <gtest/gtest.h>

#include "sync/walk_fixture.h"
#include "tenant/shop_record.h"

namespace stoa::sync {
namespace {

// Answers scopes, and one definition of each owner type; fails when told to.
class TellingShop final : public shopify::Transport {
 public:
  Result<shopify::Answer> call(const shopify::Call& call) override {
    asked.push_back(fmt::format("{} {}", call.operation, json::string_or(call.variables, "ownerType")));
    if (failure && (fails_at.empty() || asked.back().contains(fails_at))) return fail(*failure);
    std::string data = R"({"currentAppInstallation":{"accessScopes":[{"handle":"read_products"}]}})";
    if (call.operation == "MetafieldDefinitions")
      data = fmt::format(
          R"({{"metafieldDefinitions":{{"nodes":[{{"namespace":"custom","key":"{}","access":{{"storefront":"PUBLIC_READ"}}}}],)"
          R"("pageInfo":{{"hasNextPage":{},"endCursor":"c"}}}}}})",
          call.variables.at("after").is_null() ? "care" : "more", two_pages && call.variables.at("after").is_null());
    shopify::Answer answer{.body = std::move(data), .actual_cost = 1};
    answer.data_end = answer.body.size();
    return answer;
  }
  shopify::Budget budget() const override { return {}; }
  std::string last_request_id() const override { return ""; }

  std::vector<std::string> asked;
  std::optional<Error> failure;
  std::string fails_at;
  bool two_pages = false;
};

class ShopRefreshTest : public ::testing::Test {
 protected:
  Result<> run() {
    auto job = fixture_.new_job();
    ShopRefresh refresh({.store = fixture_.store(), .job = job, .options = fixture_.options}, fixture_.registry());
    for (bool done = false; !done;) {
      STOA_TRY_ASSIGN(done, refresh.step(shop_));
    }
    return {};
  }
  std::string readable() {
    const auto& info = fixture_.store().entry()->shop.info;
    const auto* all = info.if_contains(tenant::kReadableMetafields);
    return all == nullptr ? "" : json::write(*all);
  }
  WalkFixture fixture_;
  TellingShop shop_;
};

TEST_F(ShopRefreshTest, KeepsScopesAndReadableMetafieldsOfTheJobsKinds) {
  shop_.two_pages = true;
  ASSERT_TRUE(run());
  EXPECT_EQ(fixture_.store().entry()->shop.scopes, std::vector<std::string>{"read_products"});
  EXPECT_EQ(readable(), R"({"PRODUCT":["custom.care","custom.more"],"PRODUCTVARIANT":["custom.care","custom.more"]})");
  EXPECT_EQ(shop_.asked.size(), 5u);
}

TEST_F(ShopRefreshTest, ChangesNothingWhenNothingChanged) {
  ASSERT_TRUE(run());
  const auto generation = fixture_.store().entry()->generation;
  ASSERT_TRUE(run());
  EXPECT_EQ(fixture_.store().entry()->generation, generation) << "answers would be built anew";
}

TEST_F(ShopRefreshTest, AnOwnerThatMayNotBeReadHasNothingToShow) {
  ASSERT_TRUE(run());
  shop_.failure = error(Code::denied, "no").because("scope-missing");
  shop_.fails_at = "PRODUCTVARIANT";
  ASSERT_TRUE(run());
  EXPECT_EQ(readable(), R"({"PRODUCT":["custom.care"],"PRODUCTVARIANT":[]})");
}

TEST_F(ShopRefreshTest, AShopThatWillNotSayLeavesWhatWasKnown) {
  ASSERT_TRUE(run());
  const auto before = readable();
  for (const auto* reason : {"graphql-error", "shop-unavailable"}) {
    shop_.failure = error(Code::unavailable, "no").because(reason);
    EXPECT_TRUE(run()) << reason;
    EXPECT_EQ(readable(), before);
  }
}

TEST_F(ShopRefreshTest, WhatEveryCallWouldMeetIsTheJobsToDealWith) {
  for (const auto* reason : {"throttled", "auth-failed", "shop-frozen"}) {
    shop_.failure = error(Code::unavailable, "no").because(reason);
    EXPECT_EQ(run().error().reason, reason);
  }
}

}  // namespace
}  // namespace stoa::sync
