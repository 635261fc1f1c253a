#include "base/json_flatten.h"

#include <gtest/gtest.h>

#include <array>

#include "base/json.h"
#include "base/json_text.h"

namespace stoa::json {
namespace {

// The canonical text, or "corrupt: why".
std::string flat(std::string_view text, std::span<const std::string_view> id_lists = {}) {
  Reader reader;
  auto result = reader.flatten(text, id_lists);
  return result ? result->text : "corrupt: " + result.error().what;
}

std::string nested(int arrays) {
  std::string text(static_cast<std::size_t>(arrays), '[');
  return R"({"a":)" + text + std::string(text.size(), ']') + "}";
}

TEST(Flatten, DropsWhiteSpaceAndKeepsEveryValueAsWritten) {
  const std::string same =
      R"({"id":"gid://shopify/Product/9223372036854775807","n":9223372036854775807,"f":1.0,"g":1.50e+3,"z":-0,"t":true,"u":null,)"
      R"("money":["25","25.00","1.0"],"html":"<script>alert(1)</script>","emoji":"🧵👩‍👩‍👧","nbsp":"a b","empty":"","o":{},"a":[]})";
  EXPECT_EQ(flat(same), same);
  EXPECT_EQ(flat(" {\n \"a\" :\t1.10 , \"b\" : [ 1 , { } ] }\r\n"), R"({"a":1.10,"b":[1,{}]})");
}

TEST(Flatten, WritesEveryEscapeInItsOneCanonicalForm) {
  EXPECT_EQ(flat(R"({"s":"\u003cb\u003e \/ \u00e9 \ud83e\uddf5 \" \\ \n \t \b \f \r \u0000 \u001F"})"),
            "{\"s\":\"<b> / é 🧵 \\\" \\\\ \\n \\t \\b \\f \\r \\u0000 \\u001f\"}");
  EXPECT_EQ(flat(R"({"\u0061":1,"b\/c":2})"), R"({"a":1,"b/c":2})");
}

TEST(Flatten, ConnectionsBecomeArraysInEitherFormAndOrder) {
  EXPECT_EQ(flat(R"({"v":{"nodes":[{"id":"1"},null,"x"]}})"), R"({"v":[{"id":"1"},null,"x"]})");
  EXPECT_EQ(flat(R"({"v":{"pageInfo":{"endCursor":null,"hasNextPage":false},"nodes":[]}})"), R"({"v":[]})");
  EXPECT_EQ(flat(R"({"v":{"edges":[{"cursor":"c","node":{"id":"1","w":{"nodes":[2]}}},{"node":{"id":"2"}}]}})"),
            R"({"v":[{"id":"1","w":[2]},{"id":"2"}]})");
}

TEST(Flatten, WhatOnlyLooksLikeAConnectionStays) {
  for (const auto* same :
       {R"({"v":{"nodes":[1],"total":3}})", R"({"v":{"pageInfo":{"hasNextPage":true,"endCursor":"c"}}})",
        R"({"v":{"nodes":7}})", R"({"v":{"nodes":[1],"edges":[]}})", R"({"nodes":[{"id":"1"}]})",
        R"({"v":[{"nodes":[1]}]})", R"({"v":{"pageInfo":[1],"nodes":[2]}})"})
    EXPECT_EQ(flat(same), same);
}

TEST(Flatten, TellsWhichListsAreOpenAndWhoOwnsThem) {
  Reader reader;
  const auto result = reader.flatten(R"({"media":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"m"}},"id":"P",
    "seo":{"x":{"nodes":[1],"pageInfo":{"hasNextPage":true,"endCursor":"s"}}},
    "variants":{"nodes":[{"id":"V1","metafields":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"vm\u0041"}}},
                         {"id":"V2","metafields":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":"no"}}}],
                "pageInfo":{"hasNextPage":true,"endCursor":"v"}}})");
  ASSERT_TRUE(result);
  std::string seen;
  for (const auto& open : result->open) seen += fmt::format("{}.{}@{} ", open.owner, open.name, open.cursor);
  EXPECT_EQ(seen, "P.media@m P.seo.x@s V1.metafields@vmA P.variants@v ");
}

TEST(Flatten, FindsItsOwnMembersInTheTextItWrote) {
  Reader reader;
  const auto result = reader.flatten(
      R"({"nodes" : {"id":"inner"}, "id" : "\u0050", "v": {"nodes":[{"id":"V1","n":1}],"pageInfo":{}}, "\u006e": 7, "o":{}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->find("id"), R"("P")");
  EXPECT_EQ(result->find("nodes"), R"({"id":"inner"})");
  EXPECT_EQ(result->find("v"), R"([{"id":"V1","n":1}])");
  EXPECT_EQ(result->find("n"), "7");
  EXPECT_EQ(result->find("o"), "{}");
  EXPECT_EQ(result->find("V1"), "");
  EXPECT_EQ(reader.flatten("{}")->find("id"), "");
}

TEST(Flatten, AFallbackToAPlainObjectForgetsTheListsItHadOpened) {
  Reader reader;
  const auto result =
      reader.flatten(R"({"id":"P","v":{"pageInfo":{"hasNextPage":true,"endCursor":"c"},"nodes":[],"total":1}})");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->open.empty());
  EXPECT_EQ(result->text, R"({"id":"P","v":{"pageInfo":{"hasNextPage":true,"endCursor":"c"},"nodes":[],"total":1}})");
}

TEST(Flatten, IdListsBecomeArraysOfIds) {
  constexpr std::array<std::string_view, 1> kIds{"productIds"};
  EXPECT_EQ(
      flat(R"({"productIds":{"nodes":[{"id":"gid:\/\/a"},{"x":1,"id":"b"}]},"other":{"nodes":[{"id":"c"}]}})", kIds),
      R"({"productIds":["gid://a","b"],"other":[{"id":"c"}]})");
  EXPECT_TRUE(flat(R"({"productIds":{"nodes":[{"x":1}]}})", kIds).starts_with("corrupt"));
  EXPECT_TRUE(flat(R"({"productIds":{"nodes":[{"id":7}]}})", kIds).starts_with("corrupt"));
}

TEST(Flatten, RefusesWhatIsNotJson) {
  for (const auto* bad : {"",
                          "{",
                          R"({"a":1)",
                          R"({"a":1]})",
                          R"({"a":[1})",
                          R"({"a":1}})",
                          R"({"a":1} x)",
                          R"({"a" 1})",
                          R"({"a":1 "b":2})",
                          R"({"a":tru})",
                          R"({"a":truee})",
                          R"({"a":nul})",
                          R"({"a":01})",
                          R"({"a":1.})",
                          R"({"a":.5})",
                          R"({"a":+1})",
                          R"({"a":1e})",
                          R"({"a":-})",
                          R"({"a":1.5.2})",
                          R"({"a":0x1})",
                          R"({"a":"x)",
                          R"({"a":"\x"})",
                          R"({"a":"\u12g4"})",
                          R"({"a":"\u12"})",
                          "{\"a\":\"\n\"}",
                          "{\"a\":\"\x01\"}",
                          R"({"a":1,})",
                          R"({"a":[1,]})",
                          R"({,})",
                          R"({a:1})",
                          "{\"\\\"\":1}"})
    EXPECT_TRUE(flat(bad).starts_with("corrupt")) << bad << " gave " << flat(bad);
}

TEST(Flatten, RefusesInvalidUtf8AndLoneSurrogates) {
  for (const auto* bad :
       {"{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"\xff\":1}", R"({"a":"\ud83e"})",
        R"({"a":"\ud83ex"})", R"({"a":"\uddf5"})", R"({"a":"\ud83e\ud83e"})", R"({"a":"\ud83e\u0041"})"})
    EXPECT_TRUE(flat(bad).starts_with("corrupt")) << bad;
}

TEST(Flatten, NestsToSixtyFourAndNoDeeper) {
  EXPECT_EQ(flat(nested(63)), nested(63));
  EXPECT_TRUE(flat(nested(64)).starts_with("corrupt"));
  EXPECT_TRUE(flat(nested(5000)).starts_with("corrupt"));
}

TEST(Flatten, AnOpenListIsNamedByItsWayFromTheNearestObjectWithAnId) {
  Reader reader;
  const auto flat = reader.flatten(
      R"({"id":"D","discount":{"items":{"products":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"a"}}},)"
      R"("codes":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"b"}}},)"
      R"("parts":[{"id":"P","in":{"list":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}]})");
  ASSERT_TRUE(flat);
  ASSERT_EQ(flat->open.size(), 3u);
  EXPECT_EQ(flat->open[0].owner + " " + flat->open[0].name, "D discount.items.products");
  EXPECT_EQ(flat->open[1].owner + " " + flat->open[1].name, "D discount.codes");
  EXPECT_EQ(flat->open[2].owner + " " + flat->open[2].name, "P in.list");
}

TEST(Flatten, RefusesAListThatIsOpenWithoutACursor) {
  EXPECT_TRUE(flat(R"({"v":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}})").starts_with("corrupt"));
  EXPECT_TRUE(flat(R"({"v":{"nodes":[],"pageInfo":{"hasNextPage":"yes","endCursor":"c"}}})").starts_with("corrupt"));
}

TEST(Members, GivesTheRawTextOfEachAndRefusesWhatFollows) {
  Reader reader;
  const std::string text = R"( {"data" : {"a": [1, "}"]} , "extensions":null , "n": 1.50 } )";
  const auto members = reader.members(text);
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3u);
  EXPECT_EQ((*members)[0].key, "data");
  EXPECT_EQ((*members)[0].raw, R"({"a": [1, "}"]})");
  EXPECT_GE((*members)[0].raw.data(), text.data());
  EXPECT_LT((*members)[0].raw.data(), text.data() + text.size());
  EXPECT_EQ((*members)[1].raw, "null");
  EXPECT_EQ((*members)[2].raw, "1.50");
  for (const auto* bad :
       {"", "[]", "<html>", "null", R"({"a":1}{"b":2})", R"({"a":{"b":[1,2})", R"({"a":{"b":"}"})", "{\"a\":\"\xff\"}"})
    EXPECT_FALSE(reader.members(bad)) << bad;
}

TEST(Members, EveryCutOfAnAnswerIsSeen) {
  Reader reader;
  const std::string text =
      R"({"data":{"products":{"nodes":[{"id":"1","t":"a\"}"},{"id":"2"}],"pageInfo":{"hasNextPage":false}}}})";
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(reader.members(std::string_view(text).substr(0, size))) << size;
  EXPECT_TRUE(reader.members(text));
}

TEST(List, ReadsConnectionsEdgesAndArraysAtAPath) {
  Reader reader;
  const auto list = reader.list(
      R"({"p":{"v":{"pageInfo":{"endCursor":"c","hasNextPage":true},"nodes":[{"id": 1},null, [2]]}}})", {"p", "v"});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items.size(), 3u);
  EXPECT_EQ(list->items[0], R"({"id": 1})");
  EXPECT_EQ(list->items[1], "null");
  EXPECT_EQ(list->items[2], "[2]");
  EXPECT_TRUE(list->has_next);
  EXPECT_EQ(list->end_cursor, "c");
  EXPECT_EQ(reader.list(R"({"v":{"edges":[{"node":{"id":1}},{"node":null}],"pageInfo":{"hasNextPage":false}}})", {"v"})
                ->items.size(),
            2u);
  EXPECT_EQ(reader.list(R"({"v":[1,2]})", {"v"})->items.size(), 2u);
}

TEST(List, TellsANullFromAMissingList) {
  Reader reader;
  EXPECT_EQ(reader.list(R"({"p":null})", {"p", "v"}).error().code, Code::not_found);
  for (const auto* bad :
       {R"({"q":1})", R"({"p":{"w":[]}})", R"({"p":{"v":7}})", R"({"p":{"v":{"pageInfo":{"hasNextPage":false}}}})",
        R"({"p":{"v":{"nodes":[]}}})", R"({"p":{"v":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}}})",
        R"({"p":{"v":{"nodes":[],"pageInfo":{"endCursor":"c"}}}})"})
    EXPECT_EQ(reader.list(bad, {"p", "v"}).error().code, Code::corrupt) << bad;
}

}  // namespace
}  // namespace stoa::json
