#include "storage/mongo/body_bson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/mongo/body_fixture.h"
#include "storage/mongo/bson_json.h"

namespace stoa::storage::mongo {
namespace {

using model::Kind;

constexpr std::size_t kNoLimit = 64u << 20;

// "exact" or "inexact", the members as canonical extended JSON; or what is wrong.
std::string encoded(std::string_view body, Kind kind = Kind::products) {
  BsonWriter w;
  const std::vector<char> exact_size(body.begin(), body.end());  // a byte read beyond it stops the test (ASan)
  const auto form = append_body(w, kind, {exact_size.data(), exact_size.size()}, kNoLimit);
  if (!form) return std::string(to_string(form.error().code));
  const auto members = w.finish();
  EXPECT_TRUE(is_valid(members)) << body;
  std::string text;
  const bool same_text = write_json(text, members) && text == body;
  EXPECT_EQ(same_text, *form == BodyForm::exact) << body << "\n" << text;
  return (*form == BodyForm::exact ? "exact " : "inexact ") + extended_json(members);
}

TEST(BodyBson, ValuesOfEveryType) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({})", R"(exact { })"},
      {R"({"a":"25.00","b":"","c":null,"d":true,"e":false})",
       R"(exact { "a" : "25.00", "b" : "", "c" : null, "d" : true, "e" : false })"},
      {R"({"a":[],"b":{},"c":[[],{}],"d":[1,"x",null]})",
       R"(exact { "a" : [  ], "b" : {  }, "c" : [ [  ], {  } ], "d" : [ { "$numberLong" : "1" }, "x", null ] })"},
      {R"({"a":0,"b":-1,"c":9007199254740993,"d":9223372036854775807,"e":-9223372036854775808})",
       R"(exact { "a" : { "$numberLong" : "0" }, "b" : { "$numberLong" : "-1" }, "c" : { "$numberLong" : "9007199254740993" }, )"
       R"("d" : { "$numberLong" : "9223372036854775807" }, "e" : { "$numberLong" : "-9223372036854775808" } })"},
      {R"({"a":"\"\\\n\u0001 \u0000 é 👕 /"})", R"(exact { "a" : "\"\\\n\u0001 \u0000 é 👕 /" })"},
      {R"({"a":1,"a":2})", R"(exact { "a" : { "$numberLong" : "1" }, "a" : { "$numberLong" : "2" } })"},
      {R"({"":1,"a.b":"dot","sub":{"$set":"nested","_id":"kept"}})",
       R"(exact { "" : { "$numberLong" : "1" }, "a.b" : "dot", "sub" : { "$set" : "nested", "_id" : "kept" } })"},
  };
  for (const auto& [body, wanted] : rows) EXPECT_EQ(encoded(body), wanted) << body;
}

TEST(BodyBson, ADoubleIsExactWhenItIsWrittenBackTheSame) {
  for (const auto* number : {"0.0", "-0.0", "1.0", "25.0", "0.1", "19.99", "-3.25", "250.5", "0.0001", "1.0e-05",
                             "1.0e+16", "1.5e+300", "1000000000000000.0"})
    EXPECT_THAT(encoded(fmt::format("{{\"a\":{}}}", number)),
                ::testing::StartsWith("exact { \"a\" : { \"$numberDouble\""));
  for (const auto* number :
       {"1.50", "25.00", "1e3", "1E3", "1.0e3", "0.00001", "1e-05", "10000000000000000.0", "0.1000000000000000055",
        "123456789012345678901", "9223372036854775808", "-9223372036854775809", "1e16"})
    EXPECT_THAT(encoded(fmt::format("{{\"a\":{}}}", number)),
                ::testing::StartsWith("inexact { \"a\" : { \"$numberDouble\""));
  EXPECT_EQ(encoded(R"({"a":-0})"), R"(inexact { "a" : { "$numberLong" : "0" } })");
  EXPECT_EQ(encoded(R"({"a":1e400})"), R"(inexact { "a" : "1e400" })") << "no double holds it: its text does";
}

TEST(BodyBson, TextsAtDatePathsAreDates) {
  constexpr const char* kNoon = R"({ "$date" : { "$numberLong" : "1795348800000" } })";
  EXPECT_EQ(encoded(R"({"createdAt":"2026-11-22T12:00:00Z","title":"2026-11-22T12:00:00Z"})"),
            fmt::format(R"(exact {{ "createdAt" : {}, "title" : "2026-11-22T12:00:00Z" }})", kNoon));
  EXPECT_EQ(
      encoded(R"({"variants":[{"updatedAt":"2026-11-22T12:00:00Z","other":{"updatedAt":"2026-11-22T12:00:00Z"}}]})"),
      fmt::format(
          R"(exact {{ "variants" : [ {{ "updatedAt" : {}, "other" : {{ "updatedAt" : "2026-11-22T12:00:00Z" }} }} ] }})",
          kNoon));
  EXPECT_EQ(encoded(R"({"discount":{"startsAt":"2026-11-22T12:00:00Z"}})", Kind::discounts),
            fmt::format(R"(exact {{ "discount" : {{ "startsAt" : {} }} }})", kNoon));
  for (const auto* other : {"2026-11-22T12:00:00.000Z", "2026-11-22T13:00:00+01:00", "2026-11-22T12:00:00.000001Z",
                            "2026-11-22 12:00:00Z", "2026-11-22T11:59:60Z"})
    EXPECT_EQ(encoded(fmt::format(R"({{"publishedAt":"{}"}})", other)),
              fmt::format(R"(inexact {{ "publishedAt" : {} }})", kNoon));
  EXPECT_EQ(encoded(R"({"publishedAt":"1969-12-31T23:59:59.9999Z"})"),
            R"(inexact { "publishedAt" : { "$date" : { "$numberLong" : "-1" } } })");
  EXPECT_EQ(encoded(R"({"publishedAt":null,"createdAt":"soon","updatedAt":"","media":"a\"b"})"),
            R"(exact { "publishedAt" : null, "createdAt" : "soon", "updatedAt" : "", "media" : "a\"b" })");
}

TEST(BodyBson, WhatMongodbCannotHoldIsLeftOut) {
  EXPECT_EQ(encoded(R"({"$set":{"a":[1]},"a":1})"), R"(inexact { "a" : { "$numberLong" : "1" } })");
  EXPECT_EQ(encoded(R"({"a":1,"_id":"x","_m":{},"_x":[]})"), R"(inexact { "a" : { "$numberLong" : "1" } })");
  EXPECT_EQ(encoded(R"({"a":{"b\u0000c":{"d":1},"e":2}})"), R"(inexact { "a" : { "e" : { "$numberLong" : "2" } } })");
}

TEST(BodyBson, EscapesThatAreNotCanonicalKeepTheirMeaning) {
  EXPECT_EQ(encoded(R"({"a":"\/\u0041\u00e9\ud83d\udc55\u001F\u000a"})"), R"(inexact { "a" : "/Aé👕\u001f\n" })");
  EXPECT_EQ(encoded(R"({"k\"\\\n\u0001":1})"), R"(exact { "k\"\\\n\u0001" : { "$numberLong" : "1" } })");
  EXPECT_EQ(encoded(R"({"k\u0041":1})"), R"(inexact { "kA" : { "$numberLong" : "1" } })");
}

TEST(BodyBson, WhatIsNotACanonicalObjectIsCorrupt) {
  const std::string bad[] = {"",
                             "[]",
                             "null",
                             "\"a\"",
                             "1",
                             "{",
                             "}",
                             "{}}",
                             "{} ",
                             " {}",
                             "{\"a\"",
                             "{\"a\":",
                             "{\"a\":1",
                             "{\"a\":1,",
                             "{\"a\":1,}",
                             "{,}",
                             "{\"a\" :1}",
                             "{\"a\": 1}",
                             "{a:1}",
                             "{\"a\":}",
                             "{\"a\":[1,]}",
                             "{\"a\":[1}",
                             "{\"a\":[,]}",
                             "{\"a\":[1 ]}",
                             "{\"a\":tru}",
                             "{\"a\":truest}",
                             "{\"a\":nul",
                             "{\"a\":+1}",
                             "{\"a\":01}",
                             "{\"a\":-}",
                             "{\"a\":1.}",
                             "{\"a\":.5}",
                             "{\"a\":1e}",
                             "{\"a\":--1}",
                             "{\"a\":-01}",
                             "{\"a\":00}",
                             "{\"a\":NaN}",
                             "{\"a\":1x}",
                             "{\"a\":Infinity}",
                             "{\"a\":\"",
                             "{\"a\":\"\\",
                             "{\"a\":\"\\x\"}",
                             "{\"a\":\"\\u12\"}",
                             "{\"a\":\"\\u123",
                             "{\"a\":\"\\ud800\"}",
                             "{\"a\":\"\\udc00\"}",
                             "{\"a\":\"\\ud800\\u0041\"}",
                             "{\"a\":\"\\ud83d\\udc",
                             "{\"a\":\"\n\"}",
                             "{\"a\n\":1}",
                             "{\"a\\\":1}",
                             "{\"a\\",
                             "{\"\\ud800\":1}",
                             "{\"a\":1}{\"b\":2}",
                             std::string("{\"a\":\"\0\"}", 9),
                             "{\"$a\"}",
                             "{\"$a\":}"};
  for (const auto& body : bad) EXPECT_EQ(encoded(body), "corrupt") << body;
}

TEST(BodyBson, EveryCutIsCorrupt) {
  const std::string body =
      R"({"title":"a \"long\" title of more than sixteen bytes","n":-12.50,"updatedAt":"2026-11-22T12:00:00Z","l":[{"a":null},true]})";
  EXPECT_THAT(encoded(body), ::testing::StartsWith("inexact"));
  for (std::size_t size = 0; size < body.size(); ++size) EXPECT_EQ(encoded(body.substr(0, size)), "corrupt") << size;
}

TEST(BodyBson, NestingIsLimitedToAHundred) {
  const auto nested = [](int levels) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  EXPECT_THAT(encoded(nested(100)), ::testing::StartsWith("exact"));
  EXPECT_EQ(encoded(nested(101)), "corrupt");
}

TEST(BodyBson, StopsWhenTheMembersPassTheLimit) {
  BsonWriter w;
  std::string body = "{\"a\":[0";
  for (int i = 0; i < 100'000; ++i) body += ",0";
  body += "]}";
  EXPECT_EQ(append_body(w, Kind::products, body, 500'000), BodyForm::too_large);
  EXPECT_LT(w.size(), 501'000u);
  w.reset();
  EXPECT_EQ(append_body(w, Kind::products, body, 5'000'000), BodyForm::exact);
}

// Exact means exact, inexact means that something would be lost: encoded() checks both, and libbson the structure.
TEST(BodyBson, KnowsOfRandomBodiesWhetherTheyComeBack) {
  int exact = 0;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Dice dice(seed);
    const auto body = RandomBody(dice).object();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const auto result = encoded(body);
    ASSERT_NE(result, "corrupt") << body;
    exact += result.starts_with("exact") ? 1 : 0;
    if (HasFailure()) break;
  }
  EXPECT_GT(exact, 300) << "both ways must be tried";
  EXPECT_LT(exact, 2'700);
}

}  // namespace
}  // namespace stoa::storage::mongo
