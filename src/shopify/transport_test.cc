#include "shopify/transport.h"

#include <gtest/gtest.h>

#include "shopify/client_fixture.h"
#include "testing/fakes.h"

namespace stoa::shopify {
namespace {

using namespace std::chrono_literals;

std::string cost(double requested, double available) {
  return fmt::format(R"("extensions":{{"cost":{{"requestedQueryCost":{},"actualQueryCost":{},"throttleStatus":)"
                     R"({{"maximumAvailable":1000,"currentlyAvailable":{},"restoreRate":100}}}}}})",
                     requested, requested, available);
}
std::string data(double requested, double available) {
  return fmt::format(R"({{"data":{{"a":1}},{}}})", cost(requested, available));
}
std::string throttled(double requested, double available) {
  return fmt::format(R"({{"errors":[{{"message":"Throttled","extensions":{{"code":"THROTTLED"}}}}],{}}})",
                     cost(requested, available));
}

class TransportTest : public ::testing::Test {
 protected:
  FakeClient client;
  stoa::testing::ManualClock clock;
  std::unique_ptr<Transport> transport = make_transport(
      {.base_url = "http://127.0.0.1:9/s/tea", .token = Secret("shpat_canary"), .private_addresses = true}, client,
      clock);
  Call call{.operation = "ProductsPage",
            .document = "query ProductsPage { \"x\" }",
            .variables = {{"first", 54}, {"after", nullptr}},
            .timeout = 7s};
};

TEST_F(TransportTest, SendsTheDocumentWithItsVariablesAndTheToken) {
  client.answers.push_back(response(200, data(681, 319)));
  const auto answer = transport->call(call);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->data(), R"({"a":1})");
  const auto& request = client.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:9/s/tea/admin/api/2026-10/graphql.json");
  EXPECT_EQ(request.body, R"({"query":"query ProductsPage { \"x\" }","variables":{"first":54,"after":null}})");
  EXPECT_TRUE(request.private_addresses);
  EXPECT_EQ(request.timeout, 7s);
  const Headers headers = request.headers;
  EXPECT_NE(std::ranges::find(headers, std::pair<std::string, std::string>("X-Shopify-Access-Token", "shpat_canary")),
            headers.end());
  EXPECT_NE(std::ranges::find(headers, std::pair<std::string, std::string>("Content-Type", "application/json")),
            headers.end());
  EXPECT_EQ(transport->last_request_id(), "req-1");
}

TEST_F(TransportTest, DoesNotSendWhatTheBudgetCannotPay) {
  client.answers.push_back(response(200, data(681, 81)));
  ASSERT_TRUE(transport->call(call));
  const auto refused = transport->call(call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "throttled");
  EXPECT_EQ(refused.error().retry_after, 6000ms);
  EXPECT_EQ(client.requests.size(), 1u);
  clock.advance(6s);
  client.answers.push_back(response(200, data(681, 319)));
  EXPECT_TRUE(transport->call(call));
  EXPECT_EQ(transport->budget().currently_available, 319);
}

TEST_F(TransportTest, AThrottledAnswerHoldsTheShopForWhatTheBucketNeeds) {
  client.answers.push_back(response(200, throttled(681, 181)));
  EXPECT_EQ(transport->call(call).error().retry_after, 5000ms);
  EXPECT_EQ(transport->budget().throttled_until, clock.wall() + 5s);
  const auto other = transport->call({.operation = "ShopInfo", .document = "query ShopInfo", .variables = {}});
  EXPECT_EQ(other.error().retry_after, 5000ms);
  EXPECT_EQ(client.requests.size(), 1u);
}

TEST_F(TransportTest, RetryAfterIsRaisedToWhatTheBucketNeedsAndNeverLowered) {
  client.answers.push_back(response(429, throttled(681, 181), {{"retry-after", "2"}}));
  EXPECT_EQ(transport->call(call).error().retry_after, 5000ms);
  clock.advance(5s);
  client.answers.push_back(response(429, "", {{"retry-after", "30"}}));
  EXPECT_EQ(transport->call(call).error().retry_after, 30'000ms);
}

TEST_F(TransportTest, WhatTheBucketNeverHoldsAsksForASmallerPage) {
  client.answers.push_back(response(200, throttled(1200, 1000)));
  EXPECT_EQ(transport->call(call).error().reason, "throttled");
  clock.advance(1h);
  EXPECT_EQ(transport->call(call).error().reason, "cost-exceeded");
  EXPECT_EQ(client.requests.size(), 1u);
}

TEST_F(TransportTest, ErrorsCarryNoTokenEvenWhenTheAnswerDoes) {
  client.answers.push_back(response(401, R"({"errors":"bad token shpat_canary"})"));
  const auto answer = transport->call(call);
  EXPECT_EQ(answer.error().reason, "auth-failed");
  EXPECT_FALSE(answer.error().what.contains("canary")) << answer.error().what;
}

TEST_F(TransportTest, AnAnswerThatNeverCameIsShopUnavailable) {
  client.answers.push_back(fail(Error{Code::unavailable, "client: timeout", "timeout"}));
  EXPECT_EQ(transport->call(call).error().reason, "shop-unavailable");
}

TEST_F(TransportTest, AFailedAnswerLeavesItsRequestId) {
  auto bad = response(500, "");
  bad.headers = {{"x-request-id", "req-bad"}};
  client.answers.push_back(std::move(bad));
  EXPECT_FALSE(transport->call(call));
  EXPECT_EQ(transport->last_request_id(), "req-bad");
}

}  // namespace
}  // namespace stoa::shopify
