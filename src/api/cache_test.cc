// ETags, 304s, encodings, the clock, and what is answered without a database.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "api/negotiate.h"

namespace stoa::api {
namespace {
using model::Kind;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Cached : public ApiFixture {
 protected:
  Cached() {
    put(Kind::products, {product_json({.number = 1}), product_json({.number = 2, .title = std::string(4000, 'x')}),
                         product_json({.number = 3, .title = "later", .published_at = "2026-11-22T13:00:00Z"})});
    put(Kind::collections, {collection_json(10, "all", {1, 2, 3})});
    complete(Kind::products);
    complete(Kind::collections);
  }
  const std::string url_ = "/v1/stores/tees/products";
};

TEST_F(Cached, ASecondRequestAndA304TouchNoDatabase) {
  EXPECT_FALSE(get_now(url_)) << "the first needs a worker";
  const auto first = get(url_);
  const auto second = get_now(url_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->body, first.body);
  EXPECT_EQ(second->header("ETag"), first.header("ETag"));
  const auto etag = first.header("ETag");
  const auto unmodified = get_now(url_, kKey, {{"If-None-Match", etag}});
  ASSERT_TRUE(unmodified);
  EXPECT_EQ(unmodified->status, 304);
  EXPECT_EQ(unmodified->header("ETag"), etag);
  EXPECT_EQ(unmodified->body, "");
  EXPECT_EQ(unmodified->header("Vary"), "Accept-Encoding, Authorization");
}

TEST_F(Cached, IfNoneMatchTakesListsStarAndWeakOnes) {
  const auto etag = get(url_).header("ETag");
  for (const auto& value : {etag, "W/" + etag, "\"x\", " + etag, "\"x\",W/" + etag + " ", std::string("*")})
    EXPECT_EQ(get(url_, kKey, {{"If-None-Match", value}}).status, 304) << value;
  for (const std::string value : {"\"x\"", "x", "", "W/\"x\""})
    EXPECT_EQ(get(url_, kKey, {{"If-None-Match", value}}).status, 200) << value;
  EXPECT_EQ(get("/v1/stores/tees/products/99", kKey, {{"If-None-Match", "*"}}).status, 404) << "nothing is there";
  EXPECT_EQ(get("/v1/stores/tees/products/99", kKey, {{"If-None-Match", etag}}).status, 404)
      << "the tag of another URL";
  EXPECT_EQ(get("/v1/stores/tees/products/1", kKey, {{"If-None-Match", etag}}).status, 200) << "the tag of another URL";
}

TEST_F(Cached, ALargeAnswerIsCompressedWhenItIsAskedForTwice) {
  put_product({.number = 7, .title = std::string(300 * 1024, 't')});
  const Headers gzip{{"Accept-Encoding", "gzip"}};
  const std::string url = "/v1/stores/tees/products/7";
  EXPECT_EQ(get(url, kKey, gzip).header("Content-Encoding"), "");
  EXPECT_FALSE(get_now(url, kKey, gzip)) << "compressing is a worker's";
  EXPECT_EQ(get(url, kKey, gzip).header("Content-Encoding"), "gzip");
}

TEST_F(Cached, WhoAcceptsGzipGetsItAtOnceWithItsOwnTag) {
  const Headers gzip{{"Accept-Encoding", "br;q=1, gzip;q=0.5"}};
  const auto second = get(url_, kKey, gzip);
  const auto first = get(url_);
  EXPECT_EQ(second.header("Content-Encoding"), "gzip");
  EXPECT_LT(second.body.size(), first.body.size());
  EXPECT_NE(second.header("ETag"), first.header("ETag"));
  EXPECT_TRUE(get_now(url_, kKey, gzip));
  EXPECT_EQ(get(url_).header("Content-Encoding"), "") << "not accepted";

  const auto plain_tag = first.header("ETag"), gzip_tag = second.header("ETag");
  EXPECT_EQ(get(url_, kKey, {{"Accept-Encoding", "gzip"}, {"If-None-Match", gzip_tag}}).status, 304);
  EXPECT_EQ(get(url_, kKey, {{"Accept-Encoding", "gzip"}, {"If-None-Match", plain_tag}}).status, 304);
  EXPECT_EQ(get(url_, kKey, {{"If-None-Match", plain_tag}}).status, 304);
  EXPECT_EQ(get(url_, kKey, {{"If-None-Match", gzip_tag}}).status, 200) << "its holder cannot use gzip now";
  EXPECT_EQ(get(url_, kKey, {{"Accept-Encoding", "gzip;q=0"}, {"If-None-Match", gzip_tag}}).status, 200);
  EXPECT_EQ(
      get("/v1/stores/tees/products/1", kKey, {{"Accept-Encoding", "gzip, identity;q=0"}}).header("Content-Encoding"),
      "gzip");
}

TEST_F(Cached, AWriteMovesTheVersionThePageAndTheTag) {
  const auto before = get(url_);
  put_product({.number = 1});
  EXPECT_EQ(get(url_).header("ETag"), before.header("ETag")) << "an equal document changes nothing (rule P2)";
  put_product({.number = 1, .title = "changed"});
  const auto after = get(url_, kKey, {{"If-None-Match", before.header("ETag")}});
  EXPECT_EQ(after.status, 200);
  EXPECT_THAT(after.body, HasSubstr("changed"));
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
}

TEST_F(Cached, AScheduledPublicationChangesTheAnswerWithoutAWrite) {
  const auto before = get(url_);
  EXPECT_THAT(before.body, ::testing::Not(HasSubstr("later")));
  clock_.advance(59min);
  EXPECT_EQ(get(url_).header("ETag"), before.header("ETag"));
  clock_.advance(1min - 100ms);
  EXPECT_EQ(get(url_).header("ETag"), before.header("ETag"));
  clock_.advance(100ms);  // sooner than freshness is read again
  const auto after = get(url_, kKey, {{"If-None-Match", before.header("ETag")}});
  EXPECT_EQ(after.status, 200);
  EXPECT_THAT(after.body, HasSubstr("later"));
  EXPECT_EQ(after.header("Last-Modified"), "Sun, 22 Nov 2026 13:00:00 GMT");
  EXPECT_EQ(get("/v1/stores/tees/products/3").status, 200);
}

TEST_F(Cached, AudiencesAndSettingsHaveTheirOwnPages) {
  const auto key = get(url_), all = get(url_, kOperator);
  EXPECT_NE(key.header("ETag"), all.header("ETag"));
  EXPECT_NE(key.body, all.body);
  EXPECT_EQ(get(url_, kKey, {{"If-None-Match", all.header("ETag")}}).status, 200);
  change_settings(R"({"inventory":true,"cacheControl":"public, max-age=60"})");
  const auto changed = get(url_, kKey, {{"If-None-Match", key.header("ETag")}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_THAT(changed.body, HasSubstr("inventoryQuantity"));
  EXPECT_EQ(changed.header("Cache-Control"), "public, max-age=60");
}

TEST_F(Cached, EqualQuestionsShareAPageHoweverTheyAreSpelt) {
  get(url_ + "?tag=b&vendor=Acme&limit=50&tag=a");
  EXPECT_TRUE(get_now("/v1/stores/tees.myshopify.com/products?vendor=Acme&tag=a&tag=b"));
  get("/v1/stores/tees/products/1?fields=title,id");
  EXPECT_TRUE(get_now("/v1/stores/tees/products/gid%3a%2F%2Fshopify%2fProduct%2F1?fields=id,title"));
  EXPECT_FALSE(get_now("/v1/stores/tees/products/1?fields=title")) << "another question";
}

TEST_F(Cached, TheAgeIsOfTheOldestKindAndCountsOn) {
  EXPECT_EQ(get(url_).header("X-Stoa-Age"), "0");
  clock_.advance(90s);
  complete(Kind::products);
  clock_.advance(5s);
  EXPECT_EQ(get(url_).header("X-Stoa-Age"), "5");
  EXPECT_EQ(get("/v1/stores/tees/collections/10/products").header("X-Stoa-Age"), "95");
}

TEST_F(Cached, TheStoreItselfIsTaggedByItsContent) {
  const auto first = get("/v1/stores/tees");
  EXPECT_EQ(get("/v1/stores/tees", kKey, {{"If-None-Match", first.header("ETag")}}).status, 304);
  clock_.advance(1s);
  EXPECT_EQ(get("/v1/stores/tees", kKey, {{"If-None-Match", first.header("ETag")}}).status, 200) << "its lag has moved";
}

TEST_F(Cached, AKeyHasItsShareAndOperatorsHaveNone) {
  serve({.reads = {.rate_limit = {.per_minute = 3}}});
  for (int left = 2; left >= 0; --left) {
    const auto answer = get(url_);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("RateLimit"), fmt::format("\"key\";r={};t={}", left, 60 - 20 * left));
    EXPECT_EQ(answer.header("RateLimit-Policy"), "\"key\";q=3;w=60");
  }
  const auto refused = get(url_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "20");
  EXPECT_EQ(get(url_, kOperator).status, 200);
  clock_.advance(20s);
  EXPECT_EQ(get(url_).status, 200);
  EXPECT_EQ(get(url_).status, 429);
}

TEST(Negotiate, ReadsAcceptEncodingByWeight) {
  const std::vector<std::tuple<std::string, bool, bool>> table{{"", false, true},
                                                               {"gzip", true, true},
                                                               {"GZIP ;q=0.1", true, true},
                                                               {"gzip;q=0", false, true},
                                                               {"gzip;q=0.000, br", false, true},
                                                               {"*", true, true},
                                                               {"*;q=0", false, true},
                                                               {"gzip, *;q=0", true, false},
                                                               {"gzip, identity;q=0", true, false},
                                                               {"identity;q=0", false, true},
                                                               {"gzip;q=nonsense", false, true},
                                                               {"br, deflate", false, true}};
  for (const auto& [text, gzip, identity] : table) {
    const auto accepted = accepted_encodings(text);
    EXPECT_EQ(accepted.gzip, gzip) << text;
    EXPECT_EQ(accepted.identity, identity) << text;
  }
}

TEST(PageCache, KeepsWithinItsBudgetAndDropsTheOldest) {
  PageCache cache(8 * 20'000);
  const auto make = [] { return std::make_shared<CachedPage>("tag", "", std::string(5000, 'x')); };
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(cache.build(std::to_string(i), make).has_value());
  EXPECT_LE(cache.bytes(), 8u * 20'000);
  EXPECT_GT(cache.bytes(), 8u * 10'000);
  EXPECT_TRUE(cache.find("199"));
  EXPECT_FALSE(cache.find("0"));
  EXPECT_TRUE(cache.build("large", [] { return std::make_shared<CachedPage>("tag", "", std::string(50'000, 'x')); })
                  .has_value());
  EXPECT_FALSE(cache.find("large")) << "one page does not empty a shard";
}

TEST(PageCache, OneBuildsAndTheOthersWaitForIt) {
  PageCache cache(1u << 20);
  std::atomic<int> builds{0};
  std::promise<void> go;
  const auto gate = go.get_future().share();
  const auto build = [&]() -> Result<PageCache::Page> {
    ++builds;
    gate.wait();
    return std::make_shared<CachedPage>("tag", "", "body");
  };
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { answered += cache.build("key", build)->get()->body->size() == 4; });
  while (builds == 0) std::this_thread::yield();
  go.set_value();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(builds, 1);
  EXPECT_EQ(answered, 4);
}

TEST(PageCache, AFailureIsNotKept) {
  PageCache cache(1u << 20);
  EXPECT_FALSE(cache.build("key", []() -> Result<PageCache::Page> { return fail(Code::unavailable, "not now"); }));
  EXPECT_TRUE(cache.build("key", [] { return std::make_shared<CachedPage>("tag", "", ""); }));
}

}  // namespace
}  // namespace stoa::api
