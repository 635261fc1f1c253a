// The kinds that a configuration switches on: their routes, what a read key sees, and the answer while they are off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "base/ids.h"
#include "base/json.h"

namespace stoa::api {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// `published_at` empty: a draft.
std::string page(std::int64_t number, const std::string& handle, const std::string& published_at) {
  return fmt::format(
      R"({{"id":"{}","title":"Page {}","handle":"{}","body":"<script>1</script>","isPublished":true,"publishedAt":{},)"
      R"("createdAt":"2025-12-01T00:00:00Z","updatedAt":"2026-01-0{}T00:00:00Z","templateSuffix":null,)"
      R"("metafields":[{{"namespace":"secret","key":"margin","value":"1"}}]}})",
      gid("Page", number), 9 - number, handle, published_at.empty() ? "null" : '"' + published_at + '"', number);
}

std::string menu(std::int64_t number, const std::string& title) {
  return fmt::format(
      R"({{"id":"{}","handle":"m{}","title":"{}","isDefault":false,"items":[{{"id":"gid://shopify/MenuItem/1","title":"A","type":"PAGE",)"
      R"("url":"/a","resourceId":"gid://shopify/Page/1","tags":[],"items":[]}}]}})",
      gid("Menu", number), number, title);
}

struct MetaobjectShape {
  std::int64_t number = 1;
  std::string type = "size", handle = "m", storefront = "PUBLIC_READ";
  std::string publishable = R"({"status":"ACTIVE"})";
};
std::string metaobject(const MetaobjectShape& shape) {
  return fmt::format(
      R"({{"id":"{}","handle":"{}","type":"{}","displayName":"D","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-0{}T00:00:00Z",)"
      R"("capabilities":{{"publishable":{}}},"definition":{{"id":"gid://shopify/MetaobjectDefinition/1","access":{{"storefront":"{}"}}}},)"
      R"("fields":[{{"key":"k","type":"t","value":"v"}}]}})",
      gid("Metaobject", shape.number), shape.handle, shape.type, shape.number, shape.publishable, shape.storefront);
}

std::vector<std::int64_t> listed(const Answer& answer) {
  std::vector<std::int64_t> out;
  const auto body = json::parse(answer.body);
  EXPECT_TRUE(body && body->as_object().contains("data")) << answer.body;
  for (const auto& object : body->at("data").as_array()) out.push_back(parse_gid(object.at("id").as_string())->number);
  return out;
}

class FurtherOff : public ApiFixture {};

TEST_F(FurtherOff, ItsRoutesNameTheSettingAndTheStoreDoesNotListIt) {
  for (const auto* path : {"/pages", "/pages/1", "/pages/by-handle/about", "/menus", "/menus/1",
                           "/menus/by-handle/main", "/metaobjects", "/metaobjects/1", "/metaobjects/by-handle/size/m"})
    for (const auto key : {kKey, kOperator}) {
      const auto answer = get(std::string("/v1/stores/tees") + path, key);
      EXPECT_EQ(answer.status, 404) << path;
      EXPECT_THAT(answer.body, HasSubstr(R"("code":"kind-not-mirrored")"));
      EXPECT_THAT(answer.body, HasSubstr("sync.further_kinds"));
    }
  EXPECT_EQ(get("/v1/stores/tees/pages", "no-key").status, 401);
  EXPECT_THAT(get("/v1/stores/tees").body, Not(HasSubstr(R"("pages")")));
}

class Further : public ApiFixture {
 protected:
  Further() : ApiFixture(model::all_kinds()) {
    put(Kind::pages, {page(1, "about", "2026-01-01T00:00:00Z"), page(2, "draft", ""),
                      page(3, "soon", "2026-11-22T12:00:10Z"), page(4, "terms", "2026-01-01T00:00:00Z")});
    put(Kind::menus, {menu(1, "Zebra"), menu(2, "apple")});
    put(Kind::metaobjects, {metaobject({.number = 1}), metaobject({.number = 2, .type = "colour"}),
                            metaobject({.number = 3, .handle = "draft", .publishable = R"({"status":"DRAFT"})"}),
                            metaobject({.number = 4, .handle = "secret", .storefront = "NONE"}),
                            metaobject({.number = 5, .handle = "plain", .publishable = "null"}),
                            R"({"id":"gid://shopify/Metaobject/6","handle":"untold","type":"size","fields":[]})"});
    for (const auto kind : model::further_kinds()) complete(kind);
  }
  std::vector<std::int64_t> list(const std::string& path, std::string_view key = kKey) {
    const auto answer = get("/v1/stores/tees" + path, key);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    return listed(answer);
  }
  int status(const std::string& path, std::string_view key = kKey) { return get("/v1/stores/tees" + path, key).status; }
};

TEST_F(Further, PagesAreListedAndFoundByIdAndHandle) {
  EXPECT_THAT(list("/pages"), ElementsAre(1, 4));
  EXPECT_THAT(list("/pages?sort=title"), ElementsAre(4, 1));
  EXPECT_THAT(list("/pages?sort=-updatedAt"), ElementsAre(4, 1));
  EXPECT_THAT(list("/pages?handle=terms,about"), ElementsAre(4, 1));
  EXPECT_THAT(list("/pages?ids=4,1"), ElementsAre(4, 1));
  EXPECT_THAT(list("/pages?updatedSince=2026-01-02T00:00:00Z"), ElementsAre(4));
  EXPECT_THAT(get("/v1/stores/tees/pages/1").body, HasSubstr(R"("handle":"about")"));
  EXPECT_THAT(get("/v1/stores/tees/pages/1").body, Not(HasSubstr("margin")));
  EXPECT_THAT(get("/v1/stores/tees/pages/by-handle/terms?fields=title").body,
              HasSubstr(R"({"data":{"id":"gid://shopify/Page/4","title":"Page 5"}})"));
  EXPECT_THAT(get("/v1/stores/tees/pages/9").body, HasSubstr(R"("code":"page-not-found")"));
  EXPECT_THAT(get("/v1/stores/tees").body, HasSubstr(R"("pages":{"state":"current")"));
}

TEST_F(Further, APageThatIsNotPublishedIsShownToOperatorsOnly) {
  EXPECT_THAT(list("/pages?status=any", kOperator), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(list("/pages", kOperator), ElementsAre(1, 4));
  EXPECT_EQ(status("/pages?status=any"), 403);
  for (const auto* path : {"/pages/2", "/pages/by-handle/draft", "/pages/3", "/pages/by-handle/soon"}) {
    EXPECT_EQ(status(path), 404) << path;
    EXPECT_EQ(status(path, kOperator), 200) << path;
  }
}

TEST_F(Further, MenusAreListedAndFoundByIdAndHandle) {
  EXPECT_THAT(list("/menus"), ElementsAre(1, 2));
  EXPECT_THAT(list("/menus?sort=title"), ElementsAre(2, 1));
  EXPECT_THAT(get("/v1/stores/tees/menus/2").body, HasSubstr(R"("title":"apple")"));
  EXPECT_THAT(get("/v1/stores/tees/menus/by-handle/m1").body, HasSubstr(R"("resourceId":"gid://shopify/Page/1")"));
  EXPECT_THAT(get("/v1/stores/tees/menus/9").body, HasSubstr(R"("code":"menu-not-found")"));
}

TEST_F(Further, MetaobjectsAreFoundByTypeAndHandleTogether) {
  EXPECT_THAT(list("/metaobjects?type=colour"), ElementsAre(2));
  EXPECT_THAT(list("/metaobjects?sort=-updatedAt"), ElementsAre(5, 2, 1));
  EXPECT_THAT(list("/metaobjects?ids=5,1"), ElementsAre(5, 1));
  EXPECT_THAT(list("/metaobjects?updatedSince=2026-01-02T00:00:00Z"), ElementsAre(2, 5));
  EXPECT_THAT(get("/v1/stores/tees/metaobjects/by-handle/colour/m").body, HasSubstr("gid://shopify/Metaobject/2"));
  EXPECT_THAT(get("/v1/stores/tees/metaobjects/by-handle/size/m").body, HasSubstr("gid://shopify/Metaobject/1"));
  EXPECT_THAT(get("/v1/stores/tees/metaobjects/by-handle/other/m").body, HasSubstr(R"("code":"metaobject-not-found")"));
}

TEST_F(Further, AMetaobjectThatStorefrontsMayNotReadIsShownToOperatorsOnly) {
  EXPECT_THAT(list("/metaobjects"), ElementsAre(1, 2, 5));
  EXPECT_THAT(list("/metaobjects", kOperator), ElementsAre(1, 2, 3, 4, 5, 6));
  for (const auto* path : {"/metaobjects/3", "/metaobjects/4", "/metaobjects/6", "/metaobjects/by-handle/size/draft",
                           "/metaobjects/by-handle/size/secret", "/metaobjects/by-handle/size/untold"}) {
    EXPECT_EQ(status(path), 404) << path;
    EXPECT_EQ(status(path, kOperator), 200) << path;
  }
}

TEST_F(Further, AScheduledPageAppearsOnTimeFromACacheToo) {
  EXPECT_THAT(list("/pages"), ElementsAre(1, 4));
  EXPECT_EQ(status("/pages/by-handle/soon"), 404);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_THAT(list("/pages"), ElementsAre(1, 3, 4));
  EXPECT_EQ(status("/pages/by-handle/soon"), 200);
}

}  // namespace
}  // namespace stoa::api
