// What the routes of discounts answer, and when.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "base/json.h"

namespace stoa::api {
namespace {
using model::Kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Shape {
  std::int64_t number = 1;
  bool automatic = false;
  std::string starts = "2026-01-01T00:00:00Z", ends = "";  // the latter empty: never
  std::string codes = R"([{"id":"c1","code":"Summer","asyncUsageCount":7}])";
};
std::string id_of(const Shape& shape) {
  return gid(shape.automatic ? "DiscountAutomaticNode" : "DiscountCodeNode", shape.number);
}
std::string discount(const Shape& shape) {
  return fmt::format(
      R"({{"id":"{}","discount":{{"__typename":"{}","title":"D","startsAt":"{}","endsAt":{},"asyncUsageCount":7{},"later":1}},)"
      R"("metafields":[{{"namespace":"custom","key":"banner","value":"1"}}]}})",
      id_of(shape), shape.automatic ? "DiscountAutomaticBasic" : "DiscountCodeBasic", shape.starts,
      shape.ends.empty() ? "null" : '"' + shape.ends + '"',
      shape.automatic ? "" : fmt::format(R"(,"usageLimit":3,"codes":{})", shape.codes));
}

class Discounts : public ApiFixture {
 protected:
  // The clock stands at 2026-11-22T12:00:00Z.
  Discounts() {
    put(Kind::discounts,
        {discount({.number = 1}), discount({.number = 2, .automatic = true}),
         discount({.number = 3, .automatic = true, .starts = "2026-11-22T12:00:10Z"}),
         discount({.number = 4, .automatic = true, .ends = "2026-11-22T12:00:20Z"}),
         discount({.number = 5, .ends = "2026-11-22T12:00:00Z", .codes = R"([{"code":"GONE"}])"}),
         discount({.number = 6, .starts = "2027-01-01T00:00:00Z", .codes = R"([{"code":"SOON"},{"code":"Été-1"}])"})});
    complete(Kind::discounts);
  }
  const std::string at_ = "/v1/stores/tees/discounts";
  std::vector<std::string> list(const std::string& query, std::string_view key = kKey) {
    const auto answer = get(at_ + query, key);
    EXPECT_EQ(answer.status, 200) << query << answer.body;
    std::vector<std::string> out;
    const auto body = json::parse(answer.body);
    for (const auto& object : body->at("data").as_array()) {
      const std::string id(object.at("id").as_string());
      out.push_back(id.substr(id.rfind('/') + 1) + " " + std::string(object.at("status").as_string()));
    }
    return out;
  }
  std::string code_of(const std::string& path, std::string_view key = kKey) {
    const auto answer = get(at_ + path, key);
    if (answer.status == 200) return "200";
    return std::string(json::parse(answer.body)->at("code").as_string());
  }
  std::string by_id(const Shape& shape) { return "/" + percent_encode(id_of(shape)); }
};

TEST_F(Discounts, AReadKeyListsWhatAppliesByItselfNow) {
  EXPECT_THAT(list(""), ElementsAre("2 ACTIVE", "4 ACTIVE"));
  EXPECT_THAT(list("?limit=1"), ElementsAre("2 ACTIVE"));
  for (const auto* query : {"?status=SCHEDULED", "?status=EXPIRED", "?status=any"})
    EXPECT_EQ(code_of(query), "operator-only") << query;
  EXPECT_EQ(code_of("?status=DRAFT"), "invalid-parameter");
  EXPECT_EQ(code_of("?sort=title"), "invalid-parameter");
}

TEST_F(Discounts, AnOperatorListsThemByStatus) {
  EXPECT_THAT(list("", kOperator), ElementsAre("2 ACTIVE", "4 ACTIVE", "1 ACTIVE")) << "the default holds";
  EXPECT_THAT(list("?status=ACTIVE", kOperator), ElementsAre("2 ACTIVE", "4 ACTIVE", "1 ACTIVE"));
  EXPECT_THAT(list("?status=SCHEDULED", kOperator), ElementsAre("3 SCHEDULED", "6 SCHEDULED"));
  EXPECT_THAT(list("?status=EXPIRED", kOperator), ElementsAre("5 EXPIRED"));
  EXPECT_EQ(list("?status=any", kOperator).size(), 6u);
}

TEST_F(Discounts, ReadKeysNeverSeeCodesNorUse) {
  const auto open = get(at_ + by_id({.number = 1}), kOperator).body;
  EXPECT_THAT(
      open,
      HasSubstr(
          R"({"data":{"id":"gid://shopify/DiscountCodeNode/1","status":"ACTIVE","discount":{"__typename":"DiscountCodeBasic",)"));
  EXPECT_THAT(open, AllOf(HasSubstr(R"("usageLimit":3)"), HasSubstr(R"("codes":[{"id":"c1")"), HasSubstr("banner")));
  for (const auto* path :
       {"/by-code/summer", "/by-code/SUMMER?fields=discount", "/by-code/SUMMER?fields=discount.codes,discount.title"}) {
    const auto shown = get(at_ + path).body;
    EXPECT_THAT(shown, AllOf(HasSubstr(R"("code":"Summer")"), HasSubstr(R"("title":"D")"))) << path;
    EXPECT_THAT(shown, AllOf(Not(HasSubstr("\"codes\"")), Not(HasSubstr("usageLimit")),
                             Not(HasSubstr("asyncUsageCount")), Not(HasSubstr("banner"))))
        << path;
  }
  EXPECT_THAT(get(at_).body, AllOf(Not(HasSubstr("asyncUsageCount")), HasSubstr(R"("later":1)")));
}

TEST_F(Discounts, ByIdAReadKeyFindsActiveAutomaticOnes) {
  EXPECT_EQ(code_of(by_id({.number = 2, .automatic = true})), "200");
  for (const auto& hidden :
       {Shape{.number = 1}, Shape{.number = 3, .automatic = true}, Shape{.number = 5}, Shape{.number = 9}})
    EXPECT_EQ(code_of(by_id(hidden)), "discount-not-found");
  EXPECT_EQ(code_of(by_id({.number = 3, .automatic = true}), kOperator), "200");
  EXPECT_EQ(code_of("/2", kOperator), "discount-not-found") << "a number alone is of two types";
}

TEST_F(Discounts, ByCodeIsFoundWhateverTheCaseWhileItIsActive) {
  EXPECT_THAT(get(at_ + "/by-code/sUMMEr?fields=status").body,
              HasSubstr(R"({"data":{"id":"gid://shopify/DiscountCodeNode/1","status":"ACTIVE"},"code":"Summer"})"));
  EXPECT_EQ(get(at_ + "/by-code/SUMMER").header("ETag"), get(at_ + "/by-code/summer").header("ETag"));
  for (const auto* code : {"gone", "soon", "nope", "%C3%A9t%C3%A9-1"})
    EXPECT_EQ(code_of(std::string("/by-code/") + code), "discount-not-found");
  EXPECT_THAT(get(at_ + "/by-code/%C3%A9t%C3%A9-1", kOperator).body,
              AllOf(HasSubstr(R"("status":"SCHEDULED")"), HasSubstr(R"("code":"Été-1")")));
  EXPECT_THAT(get(at_ + "/by-code/gone", kOperator).body, HasSubstr(R"("status":"EXPIRED")"));
}

TEST_F(Discounts, AMissAmongCodesThatAreOnlyCountedSaysSo) {
  put(Kind::discounts, {discount({.number = 7, .starts = "2026-11-22T12:00:10Z", .codes = "null"})});
  EXPECT_EQ(code_of("/by-code/nope"), "discount-not-found") << "it is not active yet";
  EXPECT_EQ(code_of("/by-code/nope", kOperator), "codes-not-mirrored");
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(code_of("/by-code/nope"), "codes-not-mirrored");
  EXPECT_EQ(code_of("/by-code/summer"), "200");
  EXPECT_EQ(get("/problems/codes-not-mirrored").status, 200);
}

TEST_F(Discounts, StartsAndEndsOnTimeWithAnotherTag) {
  const auto before = get(at_);
  clock_.advance(std::chrono::seconds(9));
  EXPECT_EQ(get(at_).header("ETag"), before.header("ETag"));
  clock_.advance(std::chrono::seconds(1));
  const auto started = get(at_);
  EXPECT_NE(started.header("ETag"), before.header("ETag"));
  EXPECT_THAT(list(""), ElementsAre("2 ACTIVE", "3 ACTIVE", "4 ACTIVE"));
  clock_.advance(std::chrono::seconds(10));
  EXPECT_NE(get(at_).header("ETag"), started.header("ETag"));
  EXPECT_THAT(list(""), ElementsAre("2 ACTIVE", "3 ACTIVE"));
  EXPECT_THAT(list("?status=EXPIRED", kOperator), ElementsAre("4 EXPIRED", "5 EXPIRED"));
}

TEST_F(Discounts, LookUpsByCodeHaveASmallerShareOfTheirOwn) {
  ServiceOptions options;
  options.reads.code_limit.per_minute = 3;
  serve(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code_of("/by-code/nope"), "discount-not-found");
  const auto refused = get(at_ + "/by-code/summer");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "20");
  EXPECT_EQ(refused.header("RateLimit-Policy"), R"("code";q=3;w=60)");
  EXPECT_EQ(get(at_).header("RateLimit-Policy"), R"("key";q=60000;w=60)");
  EXPECT_EQ(code_of("/by-code/summer", kOperator), "200") << "operators are not limited";
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(code_of("/by-code/summer"), "200");
  EXPECT_EQ(code_of("/by-code/summer"), "rate-limited") << "a ready answer counts as well";
}

TEST_F(Discounts, UntilTheFirstPassAMissIsNotAnAbsence) {
  put(Kind::discounts, {discount({.number = 7, .codes = "null"})}, "hats");
  for (const auto* path : {"/by-code/x", "/gid%3A%2F%2Fshopify%2FDiscountCodeNode%2F1"})
    EXPECT_THAT(get(std::string("/v1/stores/hats/discounts") + path, kOtherKey).body, HasSubstr("not-synced-yet"))
        << path;
  EXPECT_THAT(get("/v1/stores/hats/discounts", kOtherKey).body, HasSubstr(R"("complete":false,"reason":"syncing")"));
}

}  // namespace
}  // namespace stoa::api
