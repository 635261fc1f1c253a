// Blogs and articles: from answers to documents.
#include <gtest/gtest.h>

#include "shopify/answer_fixture.h"
#include "shopify/kinds.h"

namespace stoa::shopify {
namespace {

using model::Kind;

std::string article(std::string_view blog, std::string_view info = kDone) {
  return fmt::format(
      R"({{"id":"gid://shopify/Article/2","title":"T","body":"<script>\n</script>","summary":null,"blog":{},"metafields":{{"nodes":[{{"id":"m"}}],{}}}}})",
      blog, info);
}
std::string page(std::string_view node) { return fmt::format(R"({{"articles":{{"nodes":[{}],{}}}}})", node, kDone); }

TEST(DecodeArticles, TheBlogsIdIsAMemberAsWell) {
  const auto decoded = decode_page(Kind::articles, answer(page(article(R"({"id":"gid://shopify/Blog/1"})"))));
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->nodes.size(), 1u);
  EXPECT_EQ(decoded->nodes[0].body,
            R"({"id":"gid://shopify/Article/2","title":"T","body":"<script>\n</script>","summary":null,)"
            R"("blog":{"id":"gid://shopify/Blog/1"},"metafields":[{"id":"m"}],"blogId":"gid://shopify/Blog/1"})");
  const auto document = model::make_document(Kind::articles, decoded->nodes[0].body);
  EXPECT_EQ(std::get<std::string>(document->index[*model::index_position(Kind::articles, "blogId")]),
            "gid://shopify/Blog/1");
}

TEST(DecodeArticles, AnArticleWithoutItsBlogIsBroken) {
  const auto decoded = decode_page(Kind::articles, answer(page(article("null"))));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->broken.size(), 1u);
}

TEST(DecodeArticles, ADrainedListLeavesOneBlogId) {
  const auto decoded = decode_page(Kind::articles, answer(page(article(R"({"id":"gid://shopify/Blog/1"})", kMore))));
  const auto& node = decoded->nodes.at(0);
  ASSERT_EQ(node.open.size(), 1u);
  const auto items =
      decode_list(Kind::articles, node.open[0],
                  answer(fmt::format(R"({{"article":{{"metafields":{{"nodes":[{{"id":"n"}}],{}}}}}}})", kDone)));
  ASSERT_TRUE(items);
  EXPECT_TRUE(splice(node.body, {{node.open[0].owner, node.open[0].list, items->items}})
                  ->ends_with(R"("metafields":[{"id":"m"},{"id":"n"}],"blogId":"gid://shopify/Blog/1"})"));
}

TEST(DecodeBlogs, AreWalkedById) {
  const auto decoded = decode_page(
      Kind::blogs,
      answer(fmt::format(
          R"({{"blogs":{{"nodes":[{{"id":"gid://shopify/Blog/1","feed":null,"metafields":{{"nodes":[],{0}}}}}],{0}}}}})",
          kDone)));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->nodes.at(0).body, R"({"id":"gid://shopify/Blog/1","feed":null,"metafields":[]})");
  const auto call = page_call(Kind::blogs, {.updated_since = from_micros(0)});
  EXPECT_EQ(json::string_or(call.variables, "sortKey"), "ID") << "BlogSortKeys has no UPDATED_AT";
  EXPECT_EQ(json::string_or(call.variables, "query"), "updated_at:>='1970-01-01T00:00:00Z'");
  EXPECT_TRUE(walked_whole(Kind::blogs));
  EXPECT_FALSE(walked_whole(Kind::articles));
  EXPECT_FALSE(has_count(Kind::articles));
}

TEST(Menus, KeepTheirNestingAndAreWalkedWhole) {
  constexpr std::string_view kMenu =
      R"({"id":"gid://shopify/Menu/1","handle":"m","title":"M","isDefault":true,"items":[{"id":"gid://shopify/MenuItem/2","title":"A",)"
      R"("tags":["x"],"items":[{"id":"gid://shopify/MenuItem/3","title":"B","tags":[],"items":[]}]}]})";
  const auto decoded = decode_page(
      Kind::menus, answer(fmt::format(
                       R"({{"menus":{{"nodes":[{}],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}}}})", kMenu)));
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->nodes.size(), 1u);
  EXPECT_EQ(decoded->nodes[0].body, kMenu);
  EXPECT_TRUE(walked_whole(Kind::menus));
  EXPECT_FALSE(has_count(Kind::menus));
}

TEST(Metaobjects, AreAskedForTypeByType) {
  EXPECT_TRUE(has_types(Kind::metaobjects));
  EXPECT_FALSE(has_types(Kind::pages));
  const auto types = decode_types(
      Kind::metaobjects,
      answer(
          R"({"metaobjectDefinitions":{"nodes":[{"type":"a"},{"type":"b"}],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}})"));
  ASSERT_TRUE(types);
  EXPECT_EQ(types->types, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(types->has_next);
  EXPECT_EQ(types->end_cursor, "c");
  const auto call = page_call(Kind::metaobjects, {.type = "a", .updated_since = Time(std::chrono::hours(1))});
  EXPECT_EQ(call.variables.at("type").as_string(), "a");
  EXPECT_EQ(call.variables.at("sortKey").as_string(), "updated_at");
  EXPECT_EQ(page_call(Kind::metaobjects, {.type = "a"}).variables.at("sortKey").as_string(), "id");
}

TEST(Metaobjects, AreReadableByWhatTheirDefinitionAndStatusSay) {
  const auto readable = [](std::string_view rest) {
    const auto document =
        model::make_document(Kind::metaobjects, fmt::format(R"({{"id":"gid://shopify/Metaobject/1"{}}})", rest));
    return std::get<bool>(document->index[*model::index_position(Kind::metaobjects, "readable")]);
  };
  constexpr auto kOpen = R"(,"definition":{"access":{"storefront":"PUBLIC_READ"}})";
  EXPECT_TRUE(readable(kOpen));
  EXPECT_TRUE(readable(std::string(kOpen) + R"(,"capabilities":{"publishable":null})"));
  EXPECT_TRUE(readable(std::string(kOpen) + R"(,"capabilities":{"publishable":{"status":"ACTIVE"}})"));
  EXPECT_FALSE(readable(std::string(kOpen) + R"(,"capabilities":{"publishable":{"status":"DRAFT"}})"));
  EXPECT_FALSE(readable(R"(,"definition":{"access":{"storefront":"NONE"}})"));
  EXPECT_FALSE(readable("")) << "what is not said is not readable";
}

}  // namespace
}  // namespace stoa::shopify
