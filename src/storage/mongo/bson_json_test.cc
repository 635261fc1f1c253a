#include "storage/mongo/bson_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

#include "base/text.h"
#include "storage/mongo/bson_fixture.h"

namespace stoa::storage::mongo {
namespace {

using namespace std::string_view_literals;

std::string written(Bson document) {
  std::string out = "before ";
  const auto done = write_json(out, document);
  EXPECT_TRUE(done || out == "before ") << "a failure leaves the text as it was";
  return done ? out.substr(7) : std::string(to_string(done.error().code));
}

TEST(BsonJson, EveryTypeAsCanonicalText) {
  BsonWriter w;
  w.utf8("s", "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x91\x95 and plain text of more than sixteen bytes");
  w.utf8("zero", "a\0b"sv).utf8("empty", "").int32("i", INT32_MIN).int64("l", INT64_MAX).null("n");
  w.boolean("t", true).boolean("f", false).begin_document("d").end().begin_array("a").end();
  w.begin_array("list").int32(kItem, 1).begin_array(kItem).utf8(kItem, "x").end().null(kItem).end();
  w.utf8("a \"key\"\n", "").utf8("", "empty key");
  EXPECT_EQ(
      written(w.finish()),
      R"({"s":"\"\\/\b\f\n\r\t\u0001\u001f)"
      "\x7f\xc3\xa9\xf0\x9f\x91\x95"
      R"( and plain text of more than sixteen bytes","zero":"a\u0000b","empty":"","i":-2147483648,"l":9223372036854775807,"n":null,)"
      R"("t":true,"f":false,"d":{},"a":[],"list":[1,["x"],null],"a \"key\"\n":"","":"empty key"})");
}

TEST(BsonJson, DoublesHaveTheirFewestDigitsInRubysLayout) {
  const std::pair<double, const char*> rows[] = {{0.0, "0.0"},
                                                 {-0.0, "-0.0"},
                                                 {25, "25.0"},
                                                 {250.5, "250.5"},
                                                 {0.1, "0.1"},
                                                 {-19.99, "-19.99"},
                                                 {100000, "100000.0"},
                                                 {0.0001, "0.0001"},
                                                 {0.00012, "0.00012"},
                                                 {0.00001, "1.0e-05"},
                                                 {1.5e-7, "1.5e-07"},
                                                 {1e15, "1000000000000000.0"},
                                                 {9007199254740993, "9007199254740992.0"},
                                                 {1e16, "1.0e+16"},
                                                 {1.25e100, "1.25e+100"},
                                                 {5e-324, "5.0e-324"},
                                                 {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (const auto& [value, text] : rows) {
    BsonWriter w;
    w.float64("d", value);
    EXPECT_EQ(written(w.finish()), fmt::format("{{\"d\":{}}}", text));
  }
}

TEST(BsonJson, DoublesReadBackTheSame) {
  Dice dice(1);
  for (int i = 0; i < 20'000; ++i) {
    const double value = dice.finite();
    char text[kScalarBytesMax];
    const char* const end = write_double(text, value);
    ASSERT_LE(end - text, kScalarBytesMax);
    double back = 0;
    const auto read = std::from_chars(text, end, back);
    ASSERT_TRUE(read.ec == std::errc() && read.ptr == end && back == value) << value;
  }
}

TEST(BsonJson, DatesHaveMillisecondsOnlyWhenTheyAreNotZero) {
  const std::pair<std::int64_t, const char*> rows[] = {
      {0, R"("1970-01-01T00:00:00Z")"},
      {1'795'348'800'000, R"("2026-11-22T12:00:00Z")"},
      {1'795'348'800'007, R"("2026-11-22T12:00:00.007Z")"},
      {-1, R"("1969-12-31T23:59:59.999Z")"},
      {951'782'400'000, R"("2000-02-29T00:00:00Z")"},
      {253'402'300'799'999, R"("9999-12-31T23:59:59.999Z")"},
      {-62'167'219'200'000, R"("0000-01-01T00:00:00Z")"},
  };
  for (const auto& [value, text] : rows) {
    BsonWriter w;
    w.date("d", value);
    EXPECT_EQ(written(w.finish()), fmt::format("{{\"d\":{}}}", text));
  }
  for (const auto value : {253'402'300'800'000, -62'167'219'200'001, INT64_MAX, INT64_MIN}) {
    BsonWriter w;
    w.date("d", value);
    EXPECT_EQ(written(w.finish()), "corrupt") << value;
  }
}

TEST(BsonJson, ADateIsReadFromNoTextButItsOwn) {
  for (std::int64_t value = -100'000'000'000'000; value < 260'000'000'000'000; value += 777'777'777'777) {
    char text[kScalarBytesMax];
    const char* const end = write_date(text, value);
    if (end == nullptr) continue;
    EXPECT_EQ(read_date({text, static_cast<std::size_t>(end - text)}), value);
  }
  for (const auto* text :
       {"", "2026-11-22", "2026-11-22T12:00:00", "2026-11-22t12:00:00Z", "2026-11-22T12:00:00z", "2026-11-22T12:00:60Z",
        "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00.12Z", "2026-11-22T12:00:00+00:00", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-2xT12:00:00Z",
        "2026-11-22T12:00:00,123Z", "+026-11-22T12:00:00Z", "2026-11-22T12:00:00.1234Z"})
    EXPECT_FALSE(read_date(text)) << text;
}

TEST(BsonJson, DecimalsAreStringsWithAllTheirDigits) {
  constexpr std::uint64_t kTwoPlaces = std::uint64_t(6176 - 2) << 49, kMinus = std::uint64_t(1) << 63;
  BsonWriter w;
  w.decimal128("a", {kTwoPlaces, 2500}).decimal128("b", {kTwoPlaces | kMinus, 5});
  w.decimal128("c", {std::uint64_t(6176 + 3) << 49, 1}).decimal128("d", {0x3041ed09bead87c0, 0x378d8e63ffffffff});
  EXPECT_EQ(written(w.finish()), R"({"a":"25.00","b":"-0.05","c":"1E+3","d":"9999999999999999999999999999999999"})");
  for (const std::uint64_t high : {0x7800000000000000u, 0xf800000000000000u, 0x7c00000000000000u}) {
    BsonWriter no;
    no.decimal128("d", {high, 0});
    EXPECT_EQ(written(no.finish()), "corrupt");
  }
}

TEST(BsonJson, SkipsWhatStandsBesideTheBody) {
  BsonWriter w;
  w.utf8("_id", "gid").utf8("id", "gid").begin_document("_m").binary("hash", {}).end();
  w.begin_document("sub").utf8("_id", "kept").end().begin_document("_x").null("a").end();
  EXPECT_EQ(written(w.finish()), R"({"id":"gid","sub":{"_id":"kept"}})");
  BsonWriter nothing;
  nothing.int64("_id", 1).begin_document("_m").end();
  EXPECT_EQ(written(nothing.finish()), "{}");
}

TEST(BsonJson, WhatStoaCannotHaveWrittenIsCorrupt) {
  const auto refused = [](std::string_view why, auto fill) {
    BsonWriter w;
    fill(w);
    EXPECT_EQ(written(w.finish()), "corrupt") << why;
  };
  refused("NaN", [](BsonWriter& w) { w.float64("d", NAN); });
  refused("infinity", [](BsonWriter& w) { w.float64("d", -INFINITY); });
  refused("binary", [](BsonWriter& w) { w.binary("b", {}); });
  const std::uint8_t id[12] = {};
  refused("ObjectId", [&](BsonWriter& w) { w.value("o", {BsonType::object_id, id}); });
  refused("timestamp", [&](BsonWriter& w) { w.value("o", {BsonType::timestamp, Bson(id, 8)}); });
  refused("minKey", [&](BsonWriter& w) { w.value("o", {static_cast<BsonType>(0xFF), {}}); });
  for (const auto* text :
       {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "plain text before it \xe2\x82"}) {
    refused("invalid UTF-8 in a text", [&](BsonWriter& w) { w.utf8("s", text); });
    refused("invalid UTF-8 in a key", [&](BsonWriter& w) { w.utf8(text, "s"); });
  }
}

TEST(BsonJson, NestingIsLimited) {
  const auto nested = [](int levels) {
    BsonWriter w;
    for (int i = 1; i < levels; ++i) w.begin_array(i == 1 ? "a" : "");
    for (int i = 1; i < levels; ++i) w.end();
    const auto bytes = w.finish();
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(written(nested(128)), R"({"a":)" + std::string(127, '[') + std::string(127, ']') + "}");
  auto deeper = nested(128);  // one more around it, by hand: the writer refuses that
  const std::vector<std::uint8_t> inner = std::exchange(deeper, {});
  const auto size = static_cast<std::uint32_t>(inner.size() + 8);
  deeper = {std::uint8_t(size), std::uint8_t(size >> 8), std::uint8_t(size >> 16), 0, 3, 'a', 0};
  deeper.insert(deeper.end(), inner.begin(), inner.end());
  deeper.push_back(0);
  ASSERT_TRUE(is_valid(deeper));
  EXPECT_EQ(written(deeper), "corrupt");
}

TEST(BsonJson, EveryCutAndEveryForgedByteIsRefusedOrValid) {
  BsonWriter w;
  w.utf8("s", "text\n").int32("i", 1).begin_document("d").boolean("b", true).date("t", 1).end();
  w.begin_array("a").float64(kItem, 1).null(kItem).end().decimal128("m", {});
  const auto whole = w.finish();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(written(std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
              "corrupt");
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::vector<std::uint8_t> forged(whole.begin(), whole.end());
      forged[at] = static_cast<std::uint8_t>(byte);
      if (const auto text = written(forged); text != "corrupt") {
        EXPECT_TRUE(is_valid(forged)) << at << " " << byte;
        EXPECT_TRUE(valid_utf8(text));
      }
    }
}

TEST(BsonJson, SaysWhatLibbsonSays) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Dice dice(seed);
    BsonWriter w;
    dice.fill(w, 0);
    const auto document = w.finish();
    ASSERT_TRUE(is_valid(document)) << "seed " << seed;
    const auto ours = json::parse(written(document)), theirs = json::parse(extended_json(document, true));
    ASSERT_TRUE(ours && theirs) << "seed " << seed << ": " << written(document);
    ASSERT_TRUE(same(*ours, plain(*theirs))) << "seed " << seed << "\n" << *ours << "\n" << *theirs;
  }
}

TEST(BsonJson, GrowsForTextThatIsAllEscapes) {
  BsonWriter w;
  std::string escapes, wanted;
  for (int i = 0; i < 997; ++i) escapes += "\\u0001";
  w.begin_array("a");
  for (int i = 0; i < 50; ++i) {
    w.utf8(kItem, std::string(997, '\x01')).float64(kItem, -1.2345678901234568e-300);
    wanted += fmt::format("{}\"{}\",-1.2345678901234568e-300", i > 0 ? "," : "", escapes);
  }
  w.end();
  EXPECT_EQ(written(w.finish()), "{\"a\":[" + wanted + "]}");
}

}  // namespace
}  // namespace stoa::storage::mongo
