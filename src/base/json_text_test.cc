#include <gtest/gtest.h>

#include "base/json_text.h"

namespace stoa::json {
namespace {

TEST(CanonicalString, EscapesOnlyWhatJsonDemands) {
  EXPECT_EQ(json::quoted("a/b <script>&\u00a0😀"), "\"a/b <script>&\u00a0😀\"");
  EXPECT_EQ(json::quoted("\"\\\b\f\n\r\t\x01"), R"("\"\\\b\f\n\r\t\u0001")");
  EXPECT_EQ(json::quoted(std::string(40, 'x') + "\n" + std::string(40, 'y')),
            "\"" + std::string(40, 'x') + "\\n" + std::string(40, 'y') + "\"");
}

TEST(CanonicalString, UnquotedGivesBackEveryText) {
  for (const std::string text :
       {"", "plain", "\"\\\b\f\n\r\t\x01", "emoji 😀 in a text longer than sixteen bytes \"quoted\""})
    EXPECT_EQ(unquoted(json::quoted(text)), text);
  EXPECT_EQ(unquoted(R"("\u0026\/\ud83d\ude00")"), "&/😀");
}

TEST(Cursor, WalksNestedValuesAndKeepsRawNumbers) {
  const std::string text = R"({"a":1.0,"b":{"c":"}]\"","d":[1,{"e":[]}]},"f":null,"g":[],"h":{}})";
  Cursor cursor(text);
  std::vector<std::pair<std::string, std::string>> seen;
  cursor.enter_object();
  while (auto key = cursor.next_key()) {
    std::string name(*key);
    seen.emplace_back(name, cursor.take());
  }
  ASSERT_EQ(seen.size(), 5u);
  EXPECT_EQ(seen[0].second, "1.0");
  EXPECT_EQ(seen[1].second, R"({"c":"}]\"","d":[1,{"e":[]}]})");
  EXPECT_EQ(seen[2].second, "null");
  EXPECT_EQ(seen[4].second, "{}");
}

TEST(Cursor, WalksArrays) {
  const std::string text = R"([1,"two",{"three":3},[]])";
  Cursor cursor(text);
  cursor.enter_array();
  std::vector<std::string> seen;
  while (cursor.next_element()) seen.emplace_back(cursor.take());
  EXPECT_EQ(seen, (std::vector<std::string>{"1", "\"two\"", R"({"three":3})", "[]"}));
}

TEST(FindRaw, FollowsAPathOfKeys) {
  const std::string text = R"({"seo":{"title":"T \"x\"","none":null},"id":"g"})";
  EXPECT_EQ(find_string(text, {"seo", "title"}), "T \"x\"");
  EXPECT_EQ(find_raw(text, {"seo", "none"}), "null");
  EXPECT_FALSE(find_string(text, {"seo", "none"}));
  EXPECT_TRUE(find_raw(text, {"absent", "x"}).empty());
  EXPECT_TRUE(find_raw(text, {"id", "x"}).empty());
  EXPECT_EQ(find_path(text, "seo.none"), "null");
  EXPECT_EQ(find_path(text, "id"), R"("g")");
  EXPECT_TRUE(find_path(text, "seo.absent.title").empty());
}

}  // namespace
}  // namespace stoa::json
