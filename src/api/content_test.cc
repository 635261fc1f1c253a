// What the routes of blogs and articles answer.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "base/ids.h"
#include "base/json.h"

namespace stoa::api {
namespace {
using model::Kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ArticleShape {
  std::int64_t number = 1, blog = 1;
  std::string handle = "a", published_at = "2026-01-01T00:00:00Z";  // the latter empty: a draft
  std::string tags = R"(["x"])", updated_at = "2026-01-02T00:00:00Z";
};
std::string article(const ArticleShape& shape) {
  return fmt::format(
      R"({{"id":"{0}","title":"Article {1}","handle":"{2}","body":"<script>1</script>","summary":null,"tags":{3},"isPublished":true,)"
      R"("publishedAt":{4},"createdAt":"2025-12-01T00:00:00Z","updatedAt":"{5}","author":{{"name":"A"}},"blog":{{"id":"{6}"}},)"
      R"("metafields":[{{"namespace":"global","key":"title_tag","value":"T"}}],"blogId":"{6}"}})",
      gid("Article", shape.number), shape.number, shape.handle, shape.tags,
      shape.published_at.empty() ? "null" : '"' + shape.published_at + '"', shape.updated_at, gid("Blog", shape.blog));
}
std::string blog(std::int64_t number, const std::string& title) {
  return fmt::format(
      R"({{"id":"{}","title":"{}","handle":"b{}","tags":[],"updatedAt":"2026-01-02T00:00:00Z","feed":null,"metafields":[]}})",
      gid("Blog", number), title, number);
}

std::vector<std::int64_t> listed(const Answer& answer) {
  std::vector<std::int64_t> out;
  const auto body = json::parse(answer.body);
  EXPECT_TRUE(body && body->as_object().contains("data")) << answer.body;
  for (const auto& object : body->at("data").as_array()) out.push_back(parse_gid(object.at("id").as_string())->number);
  return out;
}

class Content : public ApiFixture {
 protected:
  Content() {
    put(Kind::blogs, {blog(1, "Zebra"), blog(2, "apple"), blog(3, "Mango")});
    put(Kind::articles,
        {article({.number = 11, .handle = "same", .published_at = "2026-01-01T00:00:00Z"}),
         article({.number = 12, .handle = "b", .published_at = "2026-03-01T00:00:00Z", .tags = R"(["x","y"])"}),
         article({.number = 13, .handle = "draft", .published_at = ""}),
         article({.number = 14, .handle = "soon", .published_at = "2026-11-22T12:00:10Z"}),
         article({.number = 21,
                  .blog = 2,
                  .handle = "same",
                  .published_at = "2026-02-01T00:00:00Z",
                  .updated_at = "2026-06-01T00:00:00Z"})});
    complete(Kind::blogs);
    complete(Kind::articles);
  }
  const std::string at_ = "/v1/stores/tees";
  std::vector<std::int64_t> list(const std::string& path, std::string_view key = kKey) {
    const auto answer = get(at_ + path, key);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    return listed(answer);
  }
  int status(const std::string& path, std::string_view key = kKey) { return get(at_ + path, key).status; }
};

TEST_F(Content, BlogsAreListedByIdOrTitleAndFoundByIdAndHandle) {
  EXPECT_THAT(list("/blogs"), ElementsAre(1, 2, 3));
  EXPECT_THAT(list("/blogs?sort=title"), ElementsAre(2, 3, 1));
  EXPECT_THAT(get(at_ + "/blogs/2").body, HasSubstr(R"("title":"apple")"));
  EXPECT_THAT(get(at_ + "/blogs/gid%3A%2F%2Fshopify%2FBlog%2F2").body, HasSubstr(R"("title":"apple")"));
  EXPECT_THAT(get(at_ + "/blogs/by-handle/b3?fields=title").body,
              HasSubstr(R"({"data":{"id":"gid://shopify/Blog/3","title":"Mango"}})"));
  EXPECT_THAT(get(at_ + "/blogs/9").body, HasSubstr(R"("code":"blog-not-found")"));
  EXPECT_THAT(get(at_ + "/blogs?handle=b1&sort=-title&fields=nope").body,
              AllOf(HasSubstr(R"("parameter":"handle")"), HasSubstr(R"("parameter":"sort")"),
                    HasSubstr(R"("parameter":"fields")")));
}

TEST_F(Content, ArticlesAreListedNewestFirstAndOnlyWhenPublished) {
  EXPECT_THAT(list("/articles"), ElementsAre(12, 21, 11));
  EXPECT_THAT(list("/articles?sort=id"), ElementsAre(11, 12, 21));
  EXPECT_THAT(list("/articles", kOperator), ElementsAre(12, 21, 11)) << "the default holds for operators too";
  EXPECT_THAT(list("/articles?status=any", kOperator), ElementsAre(14, 12, 21, 11, 13));
  EXPECT_EQ(status("/articles?status=any"), 403);
  EXPECT_EQ(status("/articles?status=published"), 200);
  EXPECT_EQ(status("/articles?status=DRAFT", kOperator), 400);
  EXPECT_THAT(list("/articles?tag=x&tag=y"), ElementsAre(12));
  EXPECT_THAT(list("/articles?updatedSince=2026-05-01T00:00:00Z"), ElementsAre(21));
  EXPECT_THAT(list("/articles?ids=21,13,99,11"), ElementsAre(21, 11)) << "in the order asked, drafts left out";
  EXPECT_THAT(list("/articles?ids=21,11&sort=id"), ElementsAre(11, 21));
}

TEST_F(Content, AHandleMayNameOneArticleOfEachBlog) {
  EXPECT_THAT(list("/articles?handle=b,same"), ElementsAre(12, 11, 21));
  EXPECT_THAT(list("/articles?handle=same,draft,b&sort=-publishedAt"), ElementsAre(12, 21, 11));
  EXPECT_THAT(list("/blogs/2/articles?handle=b,same"), ElementsAre(21));
  EXPECT_THAT(get(at_ + "/blogs/1/articles/by-handle/same").body, HasSubstr("Article/11"));
  EXPECT_THAT(get(at_ + "/blogs/2/articles/by-handle/same").body, HasSubstr("Article/21"));
  EXPECT_THAT(get(at_ + "/blogs/2/articles/by-handle/b").body, HasSubstr(R"("code":"article-not-found")"));
  EXPECT_THAT(get(at_ + "/blogs/9/articles/by-handle/b").body, HasSubstr(R"("code":"blog-not-found")"));
}

TEST_F(Content, PagesOfArticlesFollowOneAnother) {
  std::vector<std::int64_t> seen;
  for (std::string after; seen.size() < 10;) {
    const auto page = get(at_ + "/articles?limit=1" + (after.empty() ? "" : "&after=" + after));
    for (const auto number : listed(page)) seen.push_back(number);
    const auto parsed = json::parse(page.body);
    const auto& next = parsed->at("page").at("next");
    if (next.is_null()) break;
    after = std::string(next.as_string());
  }
  EXPECT_THAT(seen, ElementsAre(12, 21, 11));
}

TEST_F(Content, ABlogsArticlesAreItsOwnAndTheBlogMustExist) {
  EXPECT_THAT(list("/blogs/1/articles"), ElementsAre(12, 11));
  EXPECT_THAT(list("/blogs/gid%3A%2F%2Fshopify%2FBlog%2F2/articles"), ElementsAre(21));
  EXPECT_THAT(list("/blogs/3/articles"), ElementsAre());
  EXPECT_EQ(status("/blogs/9/articles"), 404);
  EXPECT_EQ(status("/blogs/b1/articles"), 404);
}

TEST_F(Content, DraftsAndScheduledArticlesNeverReachAReadKey) {
  for (const auto* path :
       {"/articles/13", "/articles/14", "/blogs/1/articles/by-handle/draft", "/blogs/1/articles/by-handle/soon"}) {
    EXPECT_THAT(get(at_ + path).body, HasSubstr(R"("code":"article-not-found")")) << path;
    EXPECT_EQ(status(path, kOperator), 200) << path;
  }
  EXPECT_THAT(get(at_ + "/articles/11").body, AllOf(HasSubstr("<script>"), HasSubstr(R"("metafields":[])"),
                                                    HasSubstr(R"("blogId":"gid://shopify/Blog/1")")));
  change_settings(R"({"metafields":["global.title_tag"]})");
  EXPECT_THAT(get(at_ + "/articles/11").body, HasSubstr(R"("key":"title_tag")"));
}

TEST_F(Content, MetafieldsThatStorefrontsMayReadAreShownOfTheirOwnerOnly) {
  const auto before = get(at_ + "/articles/11");
  const auto define = [&](std::string_view owners) {
    ASSERT_TRUE(registry_->update_shop(ClientKey("tees"), [&](storage::ShopRecord& shop) -> Result<> {
      shop.info["readableMetafields"] = *json::parse(owners);
      return {};
    }));
  };
  define(R"({"PRODUCT":["global.title_tag"],"ARTICLE":[]})");
  EXPECT_THAT(get(at_ + "/articles/11").body, HasSubstr(R"("metafields":[])"));
  define(R"({"PRODUCT":[],"ARTICLE":["global.title_tag"]})");
  const auto after = get(at_ + "/articles/11");
  EXPECT_THAT(after.body, HasSubstr(R"("key":"title_tag")"));
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
}

TEST_F(Content, AVariantsMetafieldsGoByDefinitionsOfVariants) {
  const auto metafields = R"("metafields":[{"namespace":"custom","key":"care","value":"1"}])";
  put(Kind::products,
      {fmt::format(
          R"({{"id":"{}","status":"ACTIVE","publishedAt":"2026-01-01T00:00:00Z","variants":[{{"id":"v",{}}}],{}}})",
          gid("Product", 1), metafields, metafields)});
  complete(Kind::products);
  ASSERT_TRUE(registry_->update_shop(ClientKey("tees"), [&](storage::ShopRecord& shop) -> Result<> {
    shop.info["readableMetafields"] = *json::parse(R"({"PRODUCTVARIANT":["custom.care"]})");
    return {};
  }));
  EXPECT_THAT(get(at_ + "/products/1").body, HasSubstr(R"("variants":[{"id":"v","metafields":[{"namespace":"custom")"));
  EXPECT_THAT(get(at_ + "/products/1").body, HasSubstr(R"(}],"metafields":[]})"));
  EXPECT_THAT(get(at_ + "/products/1?fields=variants.metafields.key").body,
              HasSubstr(R"("variants":[{"metafields":[{"key":"care"}]}])"));
}

TEST_F(Content, AScheduledArticleAppearsOnTimeWithAnotherTag) {
  const auto before = get(at_ + "/articles");
  clock_.advance(std::chrono::seconds(9));
  EXPECT_EQ(get(at_ + "/articles").header("ETag"), before.header("ETag"));
  clock_.advance(std::chrono::seconds(1));
  const auto after = get(at_ + "/articles");
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
  EXPECT_THAT(listed(after), ElementsAre(14, 12, 21, 11));
  EXPECT_EQ(status("/articles/14"), 200);
}

TEST_F(Content, UntilTheFirstPassAMissIsNotAnAbsence) {
  put(Kind::blogs, {blog(1, "Hats")}, "hats");
  for (const auto* path : {"/blogs/2", "/blogs/2/articles", "/articles/1", "/blogs/1/articles/by-handle/x"}) {
    const auto miss = get(std::string("/v1/stores/hats") + path, kOtherKey);
    EXPECT_EQ(miss.status, 503) << path;
    EXPECT_THAT(miss.body, HasSubstr("not-synced-yet"));
  }
  EXPECT_THAT(get("/v1/stores/hats/articles", kOtherKey).body, HasSubstr(R"("complete":false,"reason":"syncing")"));
  EXPECT_THAT(get("/v1/stores/hats/blogs/1/articles", kOtherKey).body, HasSubstr(R"("complete":false)"));
}

}  // namespace
}  // namespace stoa::api
