#include "model/document.h"

#include <gtest/gtest.h>

namespace stoa::model {
namespace {

IndexValue field(const Document& document, std::string_view name) {
  return document.index.at(*index_position(document.kind, name));
}

TEST(Decimal, ReadsMoneyInEveryFormShopifyWrites) {
  EXPECT_EQ(parse_decimal("25"), 25'000'000);
  EXPECT_EQ(parse_decimal("25.00"), 25'000'000);
  EXPECT_EQ(parse_decimal("1.0"), 1'000'000);
  EXPECT_EQ(parse_decimal("-0.5"), -500'000);
  EXPECT_EQ(parse_decimal("0.123456789"), 123'456);
  EXPECT_EQ(parse_decimal("9223372036854.775807"), INT64_MAX);
  for (const auto* bad : {"", "-", ".", "1e3", "1,00", "9223372036854.775808", "1.2.3"})
    EXPECT_FALSE(parse_decimal(bad)) << bad;
}

TEST(Document, IndexesAProductFromItsBody) {
  const auto document = make_document(
      Kind::products,
      R"({"id":"gid://shopify/Product/1","title":"ÉCLAIR \"X\"","handle":"eclair","vendor":"Acme","status":"ACTIVE","tags":["b","a"],)"
      R"("createdAt":"2026-01-01T00:00:00Z","publishedAt":null,)"
      R"("variants":[{"price":"30.00","availableForSale":false},{"price":"4.5","availableForSale":true}]})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->id, "gid://shopify/Product/1");
  EXPECT_EQ(field(*document, "titleFold"), IndexValue("éclair \"x\""));
  EXPECT_EQ(field(*document, "vendorFold"), IndexValue("acme"));
  EXPECT_EQ(field(*document, "priceMin"), IndexValue(std::int64_t{4'500'000}));
  EXPECT_EQ(field(*document, "priceMax"), IndexValue(std::int64_t{30'000'000}));
  EXPECT_EQ(field(*document, "available"), IndexValue(true));
  EXPECT_EQ(field(*document, "publishedAt"), IndexValue());
  EXPECT_EQ(field(*document, "createdAt"), IndexValue(std::int64_t{1'767'225'600'000'000}));
  EXPECT_EQ(field(*document, "tags"), IndexValue(std::vector<std::string>{"b", "a"}));
}

TEST(Document, EqualBodiesHashEqualAndOneByteMakesADifference) {
  const auto one = make_document(Kind::products, R"({"id":"gid://shopify/Product/1","price":"25"})");
  const auto same = make_document(Kind::products, R"({"id":"gid://shopify/Product/1","price":"25"})");
  const auto other = make_document(Kind::products, R"({"id":"gid://shopify/Product/1","price":"25.0"})");
  EXPECT_EQ(one->hash, same->hash);
  EXPECT_NE(one->hash, other->hash);
}

TEST(Document, KeepsUnknownShapesAndRefusesOnlyWhatHasNoId) {
  EXPECT_TRUE(
      make_document(Kind::products, R"({"id":"gid://shopify/Product/1","tags":"text","variants":null,"new":{"x":1}})"));
  EXPECT_FALSE(make_document(Kind::products, R"({"title":"x"})"));
  EXPECT_FALSE(make_document(Kind::products, "[]"));
}

TEST(Document, AMediumOfTheFilesLibraryIsFoundByItsFilesName) {
  const auto name = [](std::string_view members) {
    const auto document =
        make_document(Kind::media, fmt::format(R"({{"id":"gid://shopify/MediaImage/1",{}}})", members));
    return field(*document, "fileName");
  };
  EXPECT_EQ(name(R"("sourceUrl":"https://cdn.shopify.com/s/files/1/2/3/files/a%20b.jpg?v=1")"), IndexValue("a b.jpg"));
  EXPECT_EQ(name(R"("filename":"Reel.mp4","sourceUrl":"https://cdn.shopify.com/videos/c/o/v/1f.mp4")"),
            IndexValue("Reel.mp4"));
  for (const auto* other :
       {R"("sourceUrl":"https://cdn.shopify.com/s/files/1/2/3/products/a.jpg")", R"("sourceUrl":"")",
        R"("sourceUrl":"https://cdn.shopify.com/s/files/1/2/3/files/")", R"("alt":"none")"})
    EXPECT_EQ(name(other), IndexValue()) << other;
}

TEST(Kind, NamesRoundTripAndCollectionsAreTheOnesPromised) {
  for (const auto kind : all_kinds()) EXPECT_EQ(kind_from(to_string(kind)), kind);
  EXPECT_EQ(spec(Kind::themes).collection, "themedatas");
  EXPECT_FALSE(kind_from("orders"));
}

}  // namespace
}  // namespace stoa::model
