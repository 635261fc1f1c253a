#include "shopify/token.h"

#include <gtest/gtest.h>

#include "shopify/client_fixture.h"
#include "testing/fakes.h"

namespace stoa::shopify {
namespace {

using namespace std::chrono_literals;

class TokenTest : public ::testing::Test {
 protected:
  Result<TokenGrant> grant() { return client_credentials(endpoint, "id-1", Secret("secret-1"), client, clock, 5s); }
  Result<TokenGrant> refreshed() {
    return refresh(endpoint, "id-1", Secret("secret-1"), Secret("old-1"), client, clock, 5s);
  }

  FakeClient client;
  stoa::testing::ManualClock clock;
  Endpoint endpoint{.base_url = "https://tea.myshopify.com", .token = {}};
};

TEST_F(TokenTest, ClientCredentialsReadTheLifetimeFromTheAnswer) {
  client.answers.push_back(
      response(200, R"({"access_token":"new-1","scope":"read_products,read_themes","expires_in":86399})"));
  const auto token = grant();
  ASSERT_TRUE(token);
  EXPECT_EQ(token->access_token.reveal(), "new-1");
  EXPECT_TRUE(token->refresh_token.empty());
  EXPECT_EQ(token->access_expires_at, clock.wall() + 86399s);
  EXPECT_EQ(token->refresh_expires_at, Time{});
  EXPECT_EQ(token->scope, "read_products,read_themes");
  EXPECT_EQ(client.requests[0].url, "https://tea.myshopify.com/admin/oauth/access_token");
  EXPECT_EQ(client.requests[0].body,
            R"({"client_id":"id-1","client_secret":"secret-1","grant_type":"client_credentials"})");
}

TEST_F(TokenTest, RefreshRotatesBothTokens) {
  client.answers.push_back(response(
      200,
      R"({"access_token":"new-1","scope":"read_products","expires_in":3600,"refresh_token":"new-2","refresh_token_expires_in":7776000})"));
  const auto token = refreshed();
  ASSERT_TRUE(token);
  EXPECT_EQ(token->refresh_token.reveal(), "new-2");
  EXPECT_EQ(token->refresh_expires_at, clock.wall() + 7776000s);
  EXPECT_EQ(client.requests[0].body,
            R"({"client_id":"id-1","client_secret":"secret-1","grant_type":"refresh_token","refresh_token":"old-1"})");
}

TEST_F(TokenTest, RefusedCredentialsAreAuthFailedAndOtherAnswersKeepTheirMeaning) {
  const std::pair<int, std::string> rows[] = {{400, "auth-failed"}, {401, "auth-failed"}, {404, "shop-not-found"},
                                              {402, "shop-frozen"}, {429, "throttled"},   {503, "shop-unavailable"}};
  for (const auto& [status, reason] : rows) {
    client.answers.push_back(
        response(status, R"({"error":"invalid_request","error_description":"secret-1 and old-1 do not match"})"));
    const auto token = refreshed();
    ASSERT_FALSE(token) << status;
    EXPECT_EQ(token.error().reason, reason) << status;
    EXPECT_TRUE(token.error().what.contains("do not match")) << token.error().what;
    EXPECT_FALSE(token.error().what.contains("secret-1")) << token.error().what;
    EXPECT_FALSE(token.error().what.contains("old-1")) << token.error().what;
  }
}

TEST_F(TokenTest, AnAnswerWithoutATokenIsNoGrant) {
  for (const auto* body : {"", "<html>", "{}", "[]", R"({"access_token":""})", R"({"access_token":7})"}) {
    client.answers.push_back(response(200, body));
    EXPECT_EQ(grant().error().reason, "shop-unavailable") << body;
  }
}

}  // namespace
}  // namespace stoa::shopify
