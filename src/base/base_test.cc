#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread_pool.h"

namespace stoa {
namespace {

TEST(ClientKey, AcceptsWhatRuleT2Allows) {
  for (const auto* good : {"a", "7", "my-store_2", "0123456789abcdef0123456789abcdef0123456789abcdef"})
    EXPECT_TRUE(parse_client_key(good)) << good;
}

TEST(ClientKey, RefusesWhatRuleT2Forbids) {
  for (const auto* bad : {"", "-a", "_a", "../x", "a.b", "a b", "é", "admin", "local", "config", "appconfig", "test"})
    EXPECT_FALSE(parse_client_key(bad)) << bad;
  EXPECT_FALSE(parse_client_key(std::string(49, 'a')));
  EXPECT_FALSE(parse_client_key(std::string_view("a\0b", 3)));
}

TEST(ClientKey, OneRefusedForItsCaseIsToldTheLowerCaseForm) {
  const auto refused = parse_client_key("MyStore");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("'mystore'"), std::string::npos) << refused.error().what;
}

TEST(ShopDomain, IsTheCanonicalHostOnly) {
  EXPECT_TRUE(parse_shop_domain("my-store.myshopify.com"));
  for (const auto* bad : {"my-store.myshopify.com.evil.com", "-a.myshopify.com", "a.b.myshopify.com", "A.myshopify.com",
                          ".myshopify.com", "myshopify.com", "a.myshopify.com:443", "a.myshopify.com/"})
    EXPECT_FALSE(parse_shop_domain(bad)) << bad;
}

TEST(Gid, KeepsIdsBeyond53BitsExact) {
  const auto gid = parse_gid("gid://shopify/Product/9007199254740993");
  ASSERT_TRUE(gid);
  EXPECT_EQ(gid->number, 9007199254740993);
  EXPECT_EQ(gid->type, "Product");
  EXPECT_TRUE(parse_gid("gid://shopify/InventoryLevel/1?inventory_item_id=2"));
  for (const auto* bad : {"", "gid://shopify/Product/", "gid://shopify//1", "gid://other/Product/1",
                          "gid://shopify/Product/1x", "gid://shopify/Product/99999999999999999999"})
    EXPECT_FALSE(parse_gid(bad)) << bad;
}

TEST(IsoTime, ReadsOffsetsAndFractionsAndRefusesTheRest) {
  EXPECT_EQ(iso_seconds(*parse_iso("2025-09-15T18:20:07+01:00")), "2025-09-15T17:20:07Z");
  EXPECT_EQ(iso_micros(*parse_iso("2026-11-22T13:39:40.123456789Z")), "2026-11-22T13:39:40.123456Z");
  EXPECT_EQ(http_date(*parse_iso("2026-11-22T13:39:40Z")), "Sun, 22 Nov 2026 13:39:40 GMT");
  for (const auto* bad : {"", "2026-11-22", "2026-02-30T00:00:00Z", "2026-11-22T13:39:40", "2026-11-22T25:00:00Z",
                          "2026-11-22T13:39:40Zx"})
    EXPECT_FALSE(parse_iso(bad)) << bad;
}

class CryptoTest : public testing::Test {
 protected:
  void SetUp() override { crypto_init(); }
  SystemRandom random_;
};

TEST_F(CryptoTest, HmacMatchesTheKnownVector) {  // RFC 4231, case 2
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_F(CryptoTest, ASealedSecretOpensOnlyAtItsPlaceWithItsKey) {
  const auto sealer = make_sealer(Secret(std::string(32, 'k')), random_);
  const auto other = make_sealer(Secret(std::string(32, 'x')), random_);
  const auto sealed = sealer->seal(Secret("shpat_123"), "mystore/adminShopToken");
  EXPECT_EQ(sealed.find("shpat"), std::string::npos);
  EXPECT_TRUE(looks_sealed(sealed));
  EXPECT_EQ(sealer->open(sealed, "mystore/adminShopToken")->reveal(), "shpat_123");
  EXPECT_FALSE(sealer->open(sealed, "other/adminShopToken"));
  EXPECT_FALSE(other->open(sealed, "mystore/adminShopToken"));
  auto changed = sealed;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(sealer->open(changed, "mystore/adminShopToken"));
  EXPECT_FALSE(sealer->open("v1.zz", "mystore/adminShopToken"));
  EXPECT_NE(sealed, sealer->seal(Secret("shpat_123"), "mystore/adminShopToken")) << "nonces must differ";
}

TEST(Text, PercentDecodingRefusesBrokenEscapesAndBytes) {
  EXPECT_EQ(percent_decode("gid%3A%2F%2Fshopify%2FProduct%2F1", false), "gid://shopify/Product/1");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  for (const auto* bad : {"%", "%4", "%zz", "%00", "%ff", "%c3%28"}) EXPECT_FALSE(percent_decode(bad, false)) << bad;
}

TEST(Text, FoldLowersLettersOfEveryScript) { EXPECT_EQ(fold("ÉCLAIR Straße ДОМ 東京 I"), "éclair straße дом 東京 i"); }

TEST(Text, MaskedShowsFourCharactersOfALongSecretAndNoneOfAShortOne) {
  EXPECT_EQ(masked("shpat_abcdefgh"), "••••efgh");
  EXPECT_EQ(masked("12345678"), "••••");
}

TEST(Text, NearestFindsTypos) {
  EXPECT_EQ(nearest("http.lsten", {"http.listen", "storage.url"}), "http.listen");
  EXPECT_FALSE(nearest("zzzzzz", {"http.listen", "data"}));
  EXPECT_FALSE(nearest("foo", {"sort", "q"})) << "most of it is another word";
  EXPECT_EQ(nearest("stroe", {"serve", "store"}), "store") << "a swap is one slip";
}

TEST(Json, RefusesRepeatedKeysAtAnyDepthDespiteEscapes) {
  EXPECT_TRUE(json::parse(R"({"a":{"b":1},"b":[{"a":1},{"a":2}]})"));
  EXPECT_FALSE(json::parse(R"({"a":1,"a":2})"));
  EXPECT_FALSE(json::parse(R"({"x":[{"a":1,"\u0061":2}]})"));
}

TEST(Json, RefusesTooDeepTrailingAndBrokenText) {
  const std::string deep = std::string(17, '[') + std::string(17, ']');
  EXPECT_FALSE(json::parse(deep, 16));
  EXPECT_TRUE(json::parse(deep.substr(1, 32), 16));
  for (const auto* bad : {"", "{", "{} x", "{\"a\":}", "nul", "\"\xff\""}) EXPECT_FALSE(json::parse(bad)) << bad;
}

TEST(Metrics, CountersAndGaugesAppearUnderTheirNames) {
  Metrics metrics;
  metrics.count("stoa_webhooks_total", "Webhooks.", {{"outcome", "accepted"}});
  metrics.counter("stoa_webhooks_total", "Webhooks.", {{"outcome", "accepted"}}).add(2);
  metrics.gauge("stoa_stores", "Stores.", {{"state", "active"}}, 7);
  const auto text = metrics.text();
  EXPECT_NE(text.find(R"(stoa_webhooks_total{outcome="accepted"} 3)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(stoa_stores{state="active"} 7)"), std::string::npos) << text;
}

TEST(ThreadPool, RefusesWorkBeyondItsQueueAndFinishesTheRest) {
  std::mutex gate;
  gate.lock();
  std::atomic<int> done = 0;
  std::atomic<bool> started = false;
  {
    ThreadPool pool({.name = "t", .threads_max = 1, .queue_max = 2});
    ASSERT_TRUE(pool.try_post([&] {
      started = true;
      const std::lock_guard hold(gate);
      ++done;
    }));
    while (!started) std::this_thread::yield();
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_FALSE(pool.try_post([&] { ++done; }));
    gate.unlock();
  }
  EXPECT_EQ(done, 3);
}

TEST(Crypto, AHashOfPiecesIsThatOfTheWhole) {
  Sha256 hash;
  for (const auto* piece : {"", "a", "bc", ""}) hash.add(piece);
  EXPECT_EQ(hash.finish(), sha256("abc"));
}

TEST(QuickHash, IsXxh3OnEveryMachineHoweverTheTextIsCut) {
  EXPECT_EQ(hash_hex(quick_hash({})), "99aa06d3014798d86001c324468d497f");  // xxHash's own of no bytes
  std::string text(1'000, 'a');
  const auto whole = quick_hash({text});
  for (const std::size_t cut : {0u, 1u, 16u, 240u, 999u})
    EXPECT_EQ(quick_hash({std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}), whole);
  for (const std::size_t at : {0u, 500u, 999u}) {
    auto changed = text;
    changed[at] = 'b';
    EXPECT_NE(quick_hash({changed}), whole) << at;
  }
}

}  // namespace
}  // namespace stoa
