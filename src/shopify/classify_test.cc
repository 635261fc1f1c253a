#include "shopify/classify.h"

#include <gtest/gtest.h>

#include "shopify/client_fixture.h"

namespace stoa::shopify {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kCost =
    R"("extensions":{"cost":{"requestedQueryCost":681,"actualQueryCost":402,"throttleStatus":{"maximumAvailable":2000.0,)"
    R"("currentlyAvailable":1598,"restoreRate":100.0}}})";

std::string coded(std::string_view code, std::string_view before = "") {
  return fmt::format(R"({{{}"errors":[{{"message":"said Shopify","extensions":{{"code":"{}"}}}}],{}}})", before, code,
                     kCost);
}

struct Row {
  std::string name;
  int status;
  std::string body;
  Code code;
  std::string reason;
  std::optional<milliseconds> retry_after = {};
  Headers headers = {};
};

// One row per line of the taxonomy in transport.h, and per form that an answer was seen in.
const Row kRows[] = {
    {"400", 400, R"({"errors":"bad"})", Code::invalid, "graphql-error"},
    {"401", 401, R"({"errors":"[API] Invalid API key or access token"})", Code::denied, "auth-failed"},
    {"402", 402, R"({"errors":"Unavailable Shop"})", Code::denied, "shop-frozen"},
    {"403", 403, R"({"errors":{"message":"said Shopify"}})", Code::denied, "scope-missing"},
    {"404", 404, R"({"errors":"Not Found"})", Code::not_found, "shop-not-found"},
    {"422", 422, "{}", Code::invalid, "graphql-error"},
    {"423", 423, R"({"errors":"Locked"})", Code::denied, "shop-locked"},
    {"429 with seconds",
     429,
     R"({"errors":"x"})",
     Code::throttled,
     "throttled",
     milliseconds(4500),
     {{"retry-after", "4.5"}}},
    {"429 below a second", 429, "", Code::throttled, "throttled", milliseconds(1000), {{"retry-after", "0.2"}}},
    {"429 bare, HTML", 429, "<html>", Code::throttled, "throttled", milliseconds(1000)},
    {"429 with a date",
     429,
     "",
     Code::throttled,
     "throttled",
     milliseconds(1000),
     {{"retry-after", "Sun, 22 Nov 2026 13:39:40 GMT"}}},
    {"429 absurd", 429, "", Code::throttled, "throttled", milliseconds(3'600'000), {{"retry-after", "1e12"}}},
    {"429 negative", 429, "", Code::throttled, "throttled", milliseconds(1000), {{"retry-after", "-5"}}},
    {"430", 430, "", Code::unavailable, "security-rejection", milliseconds(3'600'000)},
    {"500", 500, R"({"errors":"Internal Server Error"})", Code::unavailable, "shop-unavailable"},
    {"502 HTML", 502, "<html>Bad Gateway</html>", Code::unavailable, "shop-unavailable"},
    {"503 with seconds", 503, "", Code::unavailable, "shop-unavailable", milliseconds(7000), {{"retry-after", "7"}}},
    {"504", 504, "", Code::unavailable, "shop-unavailable"},
    {"520", 520, "", Code::unavailable, "shop-unavailable"},
    {"530", 530, "", Code::unavailable, "shop-unavailable"},
    {"540", 540, "", Code::unavailable, "shop-unavailable"},
    {"301", 301, "", Code::not_found, "shop-not-found", {}, {{"location", "https://elsewhere"}}},
    {"204", 204, "", Code::unavailable, "shop-unavailable"},
    {"THROTTLED", 200, coded("THROTTLED"), Code::throttled, "throttled", milliseconds(1000)},
    {"THROTTLED beside data", 200, coded("THROTTLED", R"("data":{"a":1},)"), Code::throttled, "throttled",
     milliseconds(1000)},
    {"MAX_COST_EXCEEDED", 200, coded("MAX_COST_EXCEEDED"), Code::invalid, "cost-exceeded"},
    {"ACCESS_DENIED beside data", 200, coded("ACCESS_DENIED", R"("data":{"products":null,"shop":{"id":"1"}},)"),
     Code::denied, "scope-missing"},
    {"INTERNAL_SERVER_ERROR", 200, coded("INTERNAL_SERVER_ERROR"), Code::unavailable, "shop-unavailable"},
    {"TIMEOUT", 200, coded("TIMEOUT"), Code::unavailable, "shop-unavailable"},
    {"SHOP_INACTIVE", 200, coded("SHOP_INACTIVE"), Code::denied, "shop-frozen"},
    {"another code", 200, coded("INVALID_VARIABLE"), Code::invalid, "graphql-error"},
    {"errors as an object", 200, R"({"errors":{"message":"x","extensions":{"code":"THROTTLED"}}})", Code::throttled,
     "throttled", milliseconds(1000)},
    {"errors as a string", 200, R"({"data":{"a":1},"errors":"no"})", Code::invalid, "graphql-error"},
    {"errors of strings", 200, R"({"data":{"a":1},"errors":["no"]})", Code::invalid, "graphql-error"},
    {"errors beside data, rule S9", 200, R"({"data":{"a":1},"errors":[{"message":"no"}]})", Code::invalid,
     "graphql-error"},
    {"search warning, rule S8", 200,
     R"({"data":{"a":1},"extensions":{"search":[{"path":["products"],"query":"x:1","warnings":[{"field":"x","message":"said Shopify","code":"invalid_field"}]}]}})",
     Code::invalid, "search-warning"},
    {"HTML with 200", 200, "<!DOCTYPE html><html></html>", Code::unavailable, "shop-unavailable"},
    {"empty", 200, "", Code::unavailable, "shop-unavailable"},
    {"not an object", 200, "[]", Code::unavailable, "shop-unavailable"},
    {"cut", 200, R"({"data":{"products":{"nodes":[{"id":"gid)", Code::unavailable, "shop-unavailable"},
    {"cut between objects", 200, R"({"data":{"products":{"nodes":[{"id":"1"})", Code::unavailable, "shop-unavailable"},
    {"two answers", 200, R"({"data":{"a":1}}{"data":{"a":1}})", Code::unavailable, "shop-unavailable"},
    {"not UTF-8", 200, "{\"data\":{\"a\":\"\xff\"}}", Code::unavailable, "shop-unavailable"},
    {"no data", 200, R"({"extensions":{}})", Code::unavailable, "shop-unavailable"},
    {"null data", 200, R"({"data":null})", Code::unavailable, "shop-unavailable"},
};

TEST(Classify, EveryLineOfTheTaxonomy) {
  for (const auto& row : kRows) {
    const auto verdict = classify(response(row.status, row.body, row.headers), "2026-10");
    ASSERT_FALSE(verdict.answer) << row.name;
    const auto& error = verdict.answer.error();
    EXPECT_EQ(error.code, row.code) << row.name << ": " << error.what;
    EXPECT_EQ(error.reason, row.reason) << row.name << ": " << error.what;
    EXPECT_EQ(error.retry_after, row.retry_after) << row.name;
    EXPECT_EQ(error.what.contains("said Shopify"), row.body.contains("said Shopify")) << row.name << ": " << error.what;
  }
}

TEST(Classify, AnAnswerPointsAtItsDataAndKeepsTheRest) {
  const auto verdict =
      classify(response(200, fmt::format(R"({{ {}, "data" : {{"a": [1, "}}"]}} , "errors":[] }})", kCost)), "2026-10");
  ASSERT_TRUE(verdict.answer) << verdict.answer.error().what;
  EXPECT_EQ(verdict.answer->data(), R"({"a": [1, "}"]})");
  EXPECT_EQ(verdict.answer->requested_cost, 681);
  EXPECT_EQ(verdict.answer->actual_cost, 402);
  EXPECT_EQ(verdict.answer->request_id, "req-1");
  EXPECT_EQ(verdict.answer->api_version, "2026-10");
  EXPECT_FALSE(verdict.answer->version_mismatch);
  EXPECT_EQ(verdict.cost.currently_available, 1598);
}

TEST(Classify, AnotherVersionOrNoneIsAMismatch) {
  EXPECT_TRUE(classify(response(200, R"({"data":{}})"), "2027-01").answer->version_mismatch);
  EXPECT_FALSE(classify({200, {}, R"({"data":{}})"}, "2026-10").answer->version_mismatch)
      << "no header: nothing to compare";
}

TEST(Classify, AThrottledAnswerStillTellsTheBudget) {
  const auto verdict = classify(response(200, coded("THROTTLED")), "2026-10");
  EXPECT_EQ(verdict.cost.requested, 681);
  EXPECT_EQ(verdict.cost.maximum_available, 2000);
  EXPECT_EQ(verdict.cost.restore_rate, 100);
}

TEST(Classify, EmptySearchWarningsAndNullErrorsAreNoErrors) {
  EXPECT_TRUE(
      classify(response(200, R"({"data":{},"errors":null,"extensions":{"search":[{"warnings":[]},{}]}})"), "2026-10")
          .answer);
}

TEST(Classify, ShopifysWordsAreQuotedOnOneShortLine) {
  const auto long_words = std::string(290, 'x') + "ééééé" + std::string(5000, 'y');
  const auto verdict =
      classify(response(200, fmt::format(R"({{"errors":[{{"message":"a\nb{}"}}]}})", long_words)), "2026-10");
  const auto& what = verdict.answer.error().what;
  EXPECT_TRUE(what.contains("a bxxx")) << what;
  EXPECT_LT(what.size(), 400u);
}

TEST(Classify, ASecretThatComesBackIsNotRepeated) {
  const auto error = without_secret(Error{Code::denied, "no: tok-1234 and tok-1234 again"}, Secret("tok-1234"));
  EXPECT_EQ(error.what, "no: (secret) and (secret) again");
  EXPECT_EQ(without_secret(Error{Code::denied, "no"}, Secret()).what, "no");
}

TEST(Classify, NoAnswerIsShopUnavailableAndTooMuchStaysItself) {
  const auto cut = unanswered(Error{Code::unavailable, "client: cut", "cut"});
  EXPECT_EQ(cut.reason, "shop-unavailable");
  EXPECT_EQ(cut.what, "shopify: client: cut");
  const auto large = unanswered(Error{Code::invalid, "client: body", "response-too-large"});
  EXPECT_EQ(large.code, Code::invalid);
  EXPECT_EQ(large.reason, "response-too-large");
}

}  // namespace
}  // namespace stoa::shopify
