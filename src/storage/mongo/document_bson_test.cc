#include "storage/mongo/document_bson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/mongo/body_fixture.h"

namespace stoa::storage::mongo {
namespace {

using model::IndexValue;
using model::Kind;

constexpr std::size_t kStoredBytesMax = 16u << 20;

model::Document document(Kind kind, std::string body) {
  model::Document out{.kind = kind, .id = "gid://shopify/Product/1", .body = std::move(body)};
  out.hash = Hash{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  out.fetched_at = from_micros(1'795'348'800'123'456);
  out.source = model::Source::bulk;
  out.api_version = "2026-10";
  return out;
}

std::vector<std::uint8_t> must_encode(const model::Document& document) {
  BsonWriter w;
  const auto bytes = encode_document(document, 7, w);
  EXPECT_TRUE(bytes) << bytes.error().what;
  EXPECT_TRUE(bytes && is_valid(*bytes));
  return bytes ? std::vector<std::uint8_t>(bytes->begin(), bytes->end()) : std::vector<std::uint8_t>();
}

// What reading gives: the very body, and all of the rest.
void expect_back(const model::Document& sent) {
  const auto stored = decode_document(must_encode(sent));
  ASSERT_TRUE(stored) << stored.error().what;
  EXPECT_EQ(stored->id, sent.id);
  EXPECT_TRUE(stored->body == sent.body) << sent.body.substr(0, 500) << "\n" << stored->body.substr(0, 500);
  EXPECT_EQ(stored->hash, sent.hash);
  EXPECT_EQ(stored->fetched_at, sent.fetched_at);
  EXPECT_EQ(stored->source, sent.source);
  EXPECT_EQ(stored->api_version, sent.api_version);
  EXPECT_EQ(stored->ver, 7);
}

TEST(DocumentBson, AProductAsADeveloperFindsItInMongodb) {
  auto product = *model::make_document(
      Kind::products,
      R"({"id":"gid://shopify/Product/1","handle":"tee","title":"Tee","tags":["a","b"],"updatedAt":"2026-11-22T12:00:00Z",)"
      R"("totalInventory":7,"variants":[{"price":"25.00","weight":1.5,"availableForSale":true},{"price":"9.123"}]})");
  product.fetched_at = from_micros(1'795'348'800'123'456);
  product.api_version = "2026-10";
  product.hash = {};
  EXPECT_EQ(
      extended_json(must_encode(product)),
      R"({ "_id" : "gid://shopify/Product/1", "id" : "gid://shopify/Product/1", "handle" : "tee", "title" : "Tee", "tags" : [ "a", "b" ], )"
      R"("updatedAt" : { "$date" : { "$numberLong" : "1795348800000" } }, "totalInventory" : { "$numberLong" : "7" }, )"
      R"("variants" : [ { "price" : "25.00", "weight" : { "$numberDouble" : "1.5" }, "availableForSale" : true }, { "price" : "9.123" } ], )"
      R"("_m" : { "hash" : { "$binary" : { "base64" : "AAAAAAAAAAAAAAAAAAAAAA==", "subType" : "00" } }, )"
      R"("fetchedAt" : { "$date" : { "$numberLong" : "1795348800123" } }, "fetchedMicros" : { "$numberLong" : "1795348800123456" }, )"
      R"("source" : "page", "apiVersion" : "2026-10", "ver" : { "$numberLong" : "7" } }, )"
      R"("_x" : { "vendorFold" : null, "titleFold" : "tee", "priceMin" : { "$numberDecimal" : "9.123" }, "priceMax" : { "$numberDecimal" : "25.00" }, )"
      R"("available" : true, "publishedOnPublication" : null } })");
  expect_back(product);
}

TEST(DocumentBson, ABodyThatFieldsCannotSayIsKeptAsTextBesideThem) {
  const auto product = document(Kind::products, R"({"$a":1,"publishedAt":"2026-11-22T13:00:00.5+01:00","n":1.50})");
  const auto bytes = must_encode(product);
  EXPECT_EQ(find(bytes, "_m.body")->utf8(), product.body);
  EXPECT_EQ(find(bytes, "publishedAt")->date(), 1'795'348'800'500);
  EXPECT_EQ(find(bytes, "n")->float64(), 1.5);
  EXPECT_FALSE(find(bytes, "$a"));
  expect_back(product);
  EXPECT_FALSE(find(must_encode(document(Kind::products, R"({"n":1.5})")), "_m.body"));
}

TEST(DocumentBson, TheContractSuitesBodiesComeBack) {
  for (const auto* body :
       {R"({"a":"25","b":"25.00","c":1.0,"d":1e3,"e":9007199254740993})",
        R"({"html":"<script>alert('x')</script>","n":null,"e":"","l":[],"$set":{"$x":1},"a.b":2})",
        "{\"emoji\":\"\xf0\x9f\x91\x95\",\"nbsp\":\"a\xc2\xa0z\",\"zero\":\"\\u0000\",\"bs\":\"\\\\\"}", "{}"})
    expect_back(document(Kind::products, body));
}

TEST(DocumentBson, RandomBodiesComeBackByteForByte) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Dice dice(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const auto kind = model::all_kinds()[dice.below(model::kKindCount)];
    expect_back(document(kind, RandomBody(dice).object()));
    if (HasFailure()) break;
  }
}

// ---- size

TEST(DocumentBson, ABodyOf15MiBIsStorableWhateverItHolds) {
  const auto filled = [](std::string body, std::string_view unit, std::string_view end) {
    while (body.size() + unit.size() + end.size() <= kBodyBytesMax) body += unit;
    return body.append(end);
  };
  const std::string bodies[] = {
      filled("{\"html\":\"", std::string(1000, 'x'), "\"}"),             // exact, one text
      filled("{\"n\":1.50,\"html\":\"", std::string(1000, 'x'), "\"}"),  // inexact: text and fields pass 16 MiB
      filled("{\"list\":[0", ",0", "]}"),                                // fields alone pass it
      filled("{\"n\":1.50,\"updatedAt\":\"2026-11-22T12:00:00Z\",\"list\":[0", ",0", "]}"),
  };
  for (const auto& body : bodies) {
    auto product = document(Kind::products, body);
    product.index.resize(model::spec(Kind::products).index.size());
    product.index[*model::index_position(Kind::products, "updatedAt")] = 1'795'348'800'000'000;
    product.index[*model::index_position(Kind::products, "tags")] = std::vector<std::string>{"a", "b"};
    product.index[*model::index_position(Kind::products, "priceMin")] = 25'000'000;
    EXPECT_LE(must_encode(product).size(), kStoredBytesMax);
    expect_back(product);
  }
}

TEST(DocumentBson, TextAloneStillHasEveryIndexFieldAtItsPlace) {
  std::string body = "{\"list\":[0";
  while (body.size() < 10'000'000) body += ",0";
  auto discount = document(Kind::discounts, body + "]}");
  discount.index.resize(model::spec(Kind::discounts).index.size());
  discount.index[*model::index_position(Kind::discounts, "startsAt")] = 1'000'000;
  discount.index[*model::index_position(Kind::discounts, "endsAt")] = 2'000'000;
  discount.index[*model::index_position(Kind::discounts, "codesFold")] = std::vector<std::string>{"tea"};
  const auto bytes = must_encode(discount);
  EXPECT_FALSE(find(bytes, "list"));
  EXPECT_EQ(find(bytes, "discount.startsAt")->date(), 1'000);
  EXPECT_EQ(find(bytes, "discount.endsAt")->date(), 2'000);
  BsonReader reader(bytes);
  int members = 0;
  for (; const auto element = reader.next(); ++members)
    EXPECT_TRUE(element->key != "discount" || members == 1) << "one document for all places in it";
  EXPECT_EQ(members, 4) << "_id, discount, _m, _x";
  for (const auto& [field, value] : {std::pair<const char*, IndexValue>{"startsAt", 1'000'000},
                                     {"endsAt", 2'000'000},
                                     {"codesFold", std::vector<std::string>{"tea"}},
                                     {"updatedAt", {}}})
    EXPECT_EQ(index_value(bytes, Kind::discounts, field), value) << field;
  expect_back(discount);
}

TEST(DocumentBson, AnIndexTextThatNoLongerFitsIsNotIndexed) {
  const std::string vendor(15'000'000, 'v');
  auto product = *model::make_document(Kind::products,
                                       R"({"id":"gid://shopify/Product/1","handle":"tee","vendor":")" + vendor + "\"}");
  const auto bytes = must_encode(product);
  EXPECT_EQ(index_value(bytes, Kind::products, "handle"), IndexValue("tee"));
  EXPECT_EQ(index_value(bytes, Kind::products, "vendor"), IndexValue());
  EXPECT_EQ(decode_document(bytes)->body, product.body);
}

TEST(DocumentBson, MoreThan15MiBIsRefusedByName) {
  BsonWriter w;
  const std::string start = "{\"a\":\"", end = "\"}";
  const auto of_size = [&](std::size_t size) {
    return document(Kind::products, start + std::string(size - start.size() - end.size(), 'x') + end);
  };
  EXPECT_TRUE(encode_document(of_size(kBodyBytesMax), 1, w));
  const auto refused = encode_document(of_size(kBodyBytesMax + 1), 1, w);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid);
  EXPECT_EQ(refused.error().reason, "document-too-large");
  EXPECT_THAT(refused.error().what, ::testing::HasSubstr("gid://shopify/Product/1: 15728641 bytes"));
}

// ---- what is wrong

TEST(DocumentBson, ABodyThatIsNoObjectIsCorruptAndNamesTheDocument) {
  BsonWriter w;
  const auto refused = encode_document(document(Kind::products, "{\"a\":1"), 1, w);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::corrupt);
  EXPECT_EQ(refused.error().what, "document gid://shopify/Product/1: body: wanted ',' or '}' at byte 6");
  EXPECT_TRUE(encode_document(document(Kind::products, "{}"), 1, w)) << "the writer is usable after a failure";
}

TEST(DocumentBson, AStoredDocumentThatLacksItsMetaIsCorrupt) {
  const std::uint8_t hash[16] = {}, short_hash[15] = {};
  const auto meta = [&](BsonWriter& w, std::string_view without, Bson hash_bytes) -> BsonWriter& {
    w.utf8("_id", "gid").begin_document("_m");
    if (without != "hash") w.binary("hash", hash_bytes);
    if (without != "fetchedMicros") w.int64("fetchedMicros", 1);
    if (without != "source") w.utf8("source", without == "known" ? "guess" : "page");
    if (without != "apiVersion") w.utf8("apiVersion", "2026-10");
    if (without != "ver") w.int64("ver", 1);
    return w.end();
  };
  const auto code = [](BsonWriter& w) {
    const auto stored = decode_document(w.finish());
    return stored ? "fine" : std::string(to_string(stored.error().code));
  };
  for (const auto* without : {"hash", "fetchedMicros", "source", "apiVersion", "ver", "known"}) {
    BsonWriter w;
    EXPECT_EQ(code(meta(w, without, hash)), "corrupt") << without;
  }
  BsonWriter fine, short_one, no_meta, no_id, bad_text, bad_body, bad_type;
  EXPECT_EQ(code(meta(fine, "", hash)), "fine");
  EXPECT_EQ(code(meta(short_one, "", short_hash)), "corrupt");
  EXPECT_EQ(code(no_meta.utf8("_id", "gid")), "corrupt");
  EXPECT_EQ(code(no_id.int64("_id", 1)), "corrupt");
  EXPECT_EQ(code(meta(bad_text, "", hash).utf8("title", "\xff")), "corrupt");
  EXPECT_EQ(code(meta(bad_type, "", hash).binary("title", hash)), "corrupt");
  bad_body.utf8("_id", "gid")
      .begin_document("_m")
      .binary("hash", hash)
      .int64("fetchedMicros", 1)
      .utf8("source", "page");
  bad_body.utf8("apiVersion", "").int64("ver", 1).utf8("body", "{\"a\":\"\xc3\"}").end();
  EXPECT_EQ(code(bad_body), "corrupt");
}

// ---- index fields

TEST(DocumentBson, IndexFieldsAreReadBackAsTheInterfaceShowsThem) {
  EXPECT_EQ(index_path(Kind::products, "handle"), "handle");
  EXPECT_EQ(index_path(Kind::products, "priceMin"), "_x.priceMin");
  EXPECT_EQ(index_path(Kind::discounts, "endsAt"), "discount.endsAt");
  auto product =
      document(Kind::products, R"({"handle":"tee","updatedAt":"2026-11-22T12:00:00.25Z","tags":["a","b"],"vendor":7})");
  product.index.resize(model::spec(Kind::products).index.size());
  product.index[*model::index_position(Kind::products, "priceMin")] = -1;
  product.index[*model::index_position(Kind::products, "available")] = false;
  const auto bytes = must_encode(product);
  for (const auto& [field, value] : {std::pair<const char*, IndexValue>{"handle", "tee"},
                                     {"updatedAt", 1'795'348'800'250'000},
                                     {"tags", std::vector<std::string>{"a", "b"}},
                                     {"priceMin", -1},
                                     {"available", false},
                                     {"priceMax", {}},
                                     {"createdAt", {}},
                                     {"vendor", {}}})
    EXPECT_EQ(index_value(bytes, Kind::products, field), value) << field;
}

TEST(DocumentBson, DecimalsHaveTwoPlacesAndNoNeedlessZeros) {
  const std::pair<std::int64_t, const char*> rows[] = {{0, "0.00"},
                                                       {25'000'000, "25.00"},
                                                       {25'500'000, "25.50"},
                                                       {9'123'000, "9.123"},
                                                       {1, "0.000001"},
                                                       {-19'990'000, "-19.99"},
                                                       {100, "0.0001"},
                                                       {INT64_MAX, "9223372036854.775807"},
                                                       {INT64_MIN, "-9223372036854.775808"}};
  for (const auto& [millionths, text] : rows) {
    BsonWriter w;
    w.begin_document("_x");
    append_index_value(w, "priceMin", model::FieldType::decimal, millionths);
    w.end();
    const auto bytes = w.finish();
    EXPECT_EQ(extended_json(bytes),
              fmt::format(R"({{ "_x" : {{ "priceMin" : {{ "$numberDecimal" : "{}" }} }} }})", text));
    const auto back = millionths == INT64_MIN ? IndexValue() : IndexValue(millionths);
    EXPECT_EQ(index_value(bytes, Kind::products, "priceMin"), back) << text;
  }
}

TEST(DocumentBson, ForeignDecimalsAreReadWhereTheyFit) {
  const std::pair<const char*, IndexValue> rows[] = {{"25", 25'000'000},
                                                     {"2.5E+1", 25'000'000},
                                                     {"1E+12", 1'000'000'000'000'000'000},
                                                     {"1E+13", {}},
                                                     {"0.0000019", 1},
                                                     {"1E-6000", 0},
                                                     {"0E+6000", 0},
                                                     {"NaN", {}},
                                                     {"-Infinity", {}},
                                                     {"99999999999999999999999999", {}}};
  for (const auto& [text, wanted] : rows) {
    bson_decimal128_t number;
    ASSERT_TRUE(bson_decimal128_from_string(text, &number));
    BsonWriter w;
    w.begin_document("_x").decimal128("priceMin", {number.high, number.low}).end();
    EXPECT_EQ(index_value(w.finish(), Kind::products, "priceMin"), wanted) << text;
  }
}

TEST(DocumentBson, FilterValuesAreWhatDocumentsHold) {
  BsonWriter w;
  append_index_value(w, "time", model::FieldType::time, -1);
  append_index_value(w, "text", model::FieldType::text, "a");
  append_index_value(w, "truth", model::FieldType::boolean, true);
  append_index_value(w, "null", model::FieldType::text, {});
  append_index_value(w, "texts", model::FieldType::texts, std::vector<std::string>{"a"});
  EXPECT_EQ(
      extended_json(w.finish()),
      R"({ "time" : { "$date" : { "$numberLong" : "-1" } }, "text" : "a", "truth" : true, "null" : null, "texts" : [ "a" ] })");
}

}  // namespace
}  // namespace stoa::storage::mongo
