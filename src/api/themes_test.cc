// What the routes of themes answer. The walk that stores them is sync/'s; here they are put in as it would.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "base/json.h"
#include "base/json_text.h"
#include "model/theme/file_document.h"

namespace stoa::api {
namespace {
using model::Kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Files = std::map<std::string, std::string>;

const Files kFiles{
    {"config/settings_data.json",
     R"({"current":{"logo":"x","featured":"few","accent":"#123","sections":{"pw":{"type":"pw","settings":{}}},)"
     R"("blocks":{"app":{"type":"shopify://apps/a/blocks/b","settings":{}}}},"presets":{"Default":{}}})"},
    {"config/settings_schema.json", R"([{"settings":[{"type":"collection","id":"featured"}]}])"},
    {"templates/index.json",
     R"({"sections":{"b":{"type":"grid","settings":{"collection":"few","colour":"{{ settings.accent }}"}},)"
     R"("a":{"type":"spot","disabled":true,"blocks":{"x":{"type":"card","settings":{"product":"p1"}}},"block_order":["x"],)"
     R"("settings":{"products":["p2","gone","p1"],"post":"b1/hello","more":"shopify://blogs/b1"}}},"order":["b","a"]})"},
    {"templates/index.context.fr.json", R"({"parent":"index","sections":{"b":{"settings":{"title":"Choix"}}}})"},
    {"templates/customers/login.json", R"({"sections":{"m":{"type":"login"}},"order":["m"]})"},
    {"templates/product.alternate.json", R"({"layout":"bare","sections":{"m":{"type":"main"}},"order":["m"]})"},
    {"templates/page.broken.json", "{% once Liquid %}"},
    {"sections/header-group.json", R"({"type":"header","name":"Header","sections":{},"order":[]})"},
    {"sections/grid.liquid", R"({% schema %}{"settings":[{"type":"collection","id":"collection"}]}{% endschema %})"},
    {"sections/spot.liquid",
     R"({% schema %}{"settings":[{"type":"product_list","id":"products"},{"type":"article","id":"post"}]}{% endschema %})"},
    {"blocks/card.liquid", R"({% schema %}{"settings":[{"type":"product","id":"product"}]}{% endschema %})"},
    {"locales/en.default.json", R"({"hello":"Hi"})"}};

class Themes : public ApiFixture {
 protected:
  // A parsed theme, its own document last.
  void put_theme(std::int64_t number, std::string_view role, const Files& files) {
    const auto id = gid("OnlineStoreTheme", number);
    std::vector<std::string> bodies;
    std::string listed, settings = "{}";
    for (const auto& [name, content] : files) {
      bodies.push_back(model::theme::file_document({.theme_id = id, .filename = name, .checksum_md5 = "c"}, content));
      if (name == "config/settings_data.json") settings = json::find_raw(bodies.back(), {"settings"});
      const auto error = json::find_string(bodies.back(), {"error"});
      listed += fmt::format(R"({}{{"filename":"{}","checksumMd5":"c"{}}})", listed.empty() ? "" : ",", name,
                            error ? R"(,"unreadable":)" + json::quoted(*error) : "");
    }
    bodies.push_back(fmt::format(
        R"({{"id":"{}","name":"Theme {}","role":"{}","processing":false,"settings":{},"files":[{}],"format":1}})", id,
        number, role, settings, listed));
    put(Kind::themes, std::move(bodies));
  }
  void put_others() {
    put_product({.number = 1});
    put_product({.number = 2});
    put(Kind::collections, {collection_json(7, "few", {})});
    put(Kind::blogs, {R"({"id":"gid://shopify/Blog/3","title":"B","handle":"b1"})"});
    put(Kind::articles,
        {R"({"id":"gid://shopify/Article/4","title":"Hello","handle":"hello","publishedAt":"2026-01-01T00:00:00Z","blogId":"gid://shopify/Blog/3"})",
         R"({"id":"gid://shopify/Article/5","title":"Other blog's","handle":"hello","publishedAt":"2026-01-01T00:00:00Z","blogId":"gid://shopify/Blog/9"})"});
  }
  Themes() {
    put_theme(1, "MAIN", kFiles);
    put(Kind::themes,
        {R"({"id":"gid://shopify/OnlineStoreTheme/2","name":"Next","role":"UNPUBLISHED","processing":false})"});
    complete(Kind::themes);
  }
  json::Value data(const std::string& path, std::string_view key = kKey) {
    const auto answer = get(at_ + path, key);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    const auto body = json::parse(answer.body);
    EXPECT_TRUE(body) << answer.body;
    return body->at("data");
  }
  int status(const std::string& path, std::string_view key = kKey) { return get(at_ + path, key).status; }
  static std::vector<std::string> names(const json::Value& object) {
    std::vector<std::string> out;
    for (const auto& [name, value] : object.as_object()) out.emplace_back(name);
    return out;
  }
  const std::string at_ = "/v1/stores/tees";
};

TEST_F(Themes, TheMainThemeIsOneAnswer) {
  put_others();
  const auto theme = data("/theme");
  EXPECT_THAT(names(theme),
              ElementsAre("id", "name", "role", "processing", "parsed", "settings", "resolved", "preset", "sections",
                          "contentForIndex", "blocks", "templates", "sectionGroups", "contextOverrides", "errors"));
  EXPECT_EQ(json::write(theme.at("settings")), R"({"logo":"x","featured":"few","accent":"#123"})");
  EXPECT_EQ(json::write(theme.at("resolved")), R"({"featured":"gid://shopify/Collection/7"})");
  EXPECT_THAT(names(theme.at("templates")),
              ElementsAre("customers/login", "index", "page.broken", "product.alternate"));
  const auto& home = theme.at("templates").at("index").at("sections").as_array();
  ASSERT_EQ(home.size(), 2u);
  EXPECT_EQ(home[0].at("id"), "b");
  EXPECT_EQ(json::write(home[0].at("resolved")), R"({"collection":"gid://shopify/Collection/7","colour":"#123"})");
  EXPECT_EQ(home[1].at("disabled"), true);
  EXPECT_EQ(
      json::write(home[1].at("resolved")),
      R"({"products":["gid://shopify/Product/2","gid://shopify/Product/1"],"post":"gid://shopify/Article/4","more":"gid://shopify/Blog/3"})");
  EXPECT_EQ(json::write(home[1].at("blocks").at(0).at("resolved")), R"({"product":"gid://shopify/Product/1"})");
  EXPECT_EQ(json::write(theme.at("contextOverrides")),
            R"([{"filename":"templates/index.context.fr.json","error":null,"parent":"index","context":"fr",)"
            R"("content":{"parent":"index","sections":{"b":{"settings":{"title":"Choix"}}}}}])");
  EXPECT_EQ(theme.at("sectionGroups").at("header-group").at("title"), "Header");
  // A file that is no JSON is listed with its error, the rest is served.
  EXPECT_EQ(theme.at("errors").as_array().size(), 1u);
  EXPECT_EQ(theme.at("errors").at(0).at("filename"), "templates/page.broken.json");
  EXPECT_EQ(theme.at("templates").at("page.broken").at("error"), theme.at("errors").at(0).at("error"));
  EXPECT_EQ(json::write(theme.at("templates").at("page.broken").at("sections")), "[]");
}

TEST_F(Themes, MayBeTrimmed) {
  EXPECT_THAT(names(data("/theme?templates=index,nope").at("templates")), ElementsAre("index"));
  EXPECT_EQ(data("/theme?templates=index").at("contextOverrides").as_array().size(), 1u);
  EXPECT_EQ(data("/theme?templates=product.alternate").at("contextOverrides").as_array().size(), 0u);
  EXPECT_THAT(names(data("/theme?fields=templates,settings&templates=index")),
              ElementsAre("id", "settings", "resolved", "templates"));
  const auto large = data("/theme?fields=files,presets,settingsSchema,sectionSchemas,blockSchemas,locales");
  EXPECT_THAT(names(large),
              ElementsAre("id", "presets", "settingsSchema", "sectionSchemas", "blockSchemas", "locales", "files"));
  EXPECT_EQ(json::write(large.at("locales")), R"({"en.default":{"hello":"Hi"}})");
  EXPECT_THAT(names(large.at("sectionSchemas")), ElementsAre("grid", "spot"));
  EXPECT_EQ(large.at("files").as_array().size(), kFiles.size());
  EXPECT_THAT(get(at_ + "/theme?fields=template&templates=&x=1").body,
              AllOf(HasSubstr(R"("parameter":"fields")"), HasSubstr("did you mean `templates`"),
                    HasSubstr(R"("parameter":"templates")"), HasSubstr(R"("parameter":"x")")));
  EXPECT_EQ(status("/theme?fields=nope"), 400);
}

TEST_F(Themes, AreListedAndFoundByIdAsTheReaderMay) {
  const auto mine = data("/themes");
  ASSERT_EQ(mine.as_array().size(), 1u);
  EXPECT_THAT(names(mine.at(0)), ElementsAre("id", "name", "role", "processing"));
  EXPECT_EQ(data("/themes", kOperator).as_array().size(), 2u);
  EXPECT_EQ(data("/themes?fields=files").at(0).at("files").as_array().size(), kFiles.size());
  EXPECT_EQ(status("/themes/2"), 404);
  EXPECT_EQ(status("/themes/9", kOperator), 404);
  EXPECT_THAT(get(at_ + "/themes/9").body, HasSubstr(R"("code":"theme-not-found")"));
  EXPECT_EQ(
      json::write(data("/themes/2", kOperator)),
      R"({"id":"gid://shopify/OnlineStoreTheme/2","name":"Next","role":"UNPUBLISHED","processing":false,"parsed":false})");
  for (const auto* same : {"/themes/1", "/themes/main", "/themes/gid%3A%2F%2Fshopify%2FOnlineStoreTheme%2F1"})
    EXPECT_EQ(get(at_ + same).body, get(at_ + "/theme").body) << same;
  // A file's document is no theme.
  EXPECT_EQ(status("/themes/gid%3A%2F%2Fshopify%2FOnlineStoreTheme%2F1%2Ftemplates%2Findex.json"), 404);
}

TEST_F(Themes, OneTemplateByItsName) {
  EXPECT_EQ(data("/themes/main/templates/customers/login").at("sections").at(0).at("type"), "login");
  EXPECT_EQ(data("/themes/1/templates/product.alternate").at("layout"), "bare");
  EXPECT_EQ(data("/themes/main/templates/index").at("id"), "gid://shopify/OnlineStoreTheme/1/templates/index.json");
  EXPECT_EQ(data("/themes/main/templates/index.context.fr").at("parent"), "index");
  EXPECT_THAT(json::write(data("/themes/main/templates/page.broken").at("error")), HasSubstr("line 1"));
  EXPECT_THAT(get(at_ + "/themes/main/templates/cart").body, HasSubstr(R"("code":"template-not-found")"));
  EXPECT_EQ(status("/themes/main/templates/index?fields=id"), 400);
  EXPECT_EQ(status("/themes/2/templates/index"), 404);
  EXPECT_THAT(get(at_ + "/themes/2/templates/index", kOperator).body, HasSubstr("settings.themes"));
}

TEST_F(Themes, AVintageThemeHasItsHomePageAsATemplateToo) {
  put_theme(
      1, "MAIN",
      {{"config/settings_data.json",
        R"({"current":{"c":"x","sections":{"f":{"type":"footer"},"b":{"type":"grid","settings":{"collection":"few"}},"a":{"type":"hero"}},"content_for_index":["a","b"]}})"},
       {"sections/grid.liquid",
        R"({% schema %}{"settings":[{"type":"collection","id":"collection"}]}{% endschema %})"}});
  put_others();
  const auto theme = data("/theme?templates=index");
  EXPECT_EQ(theme.at("sections").as_array().size(), 3u);
  const auto home = theme.at("templates").at("index");
  EXPECT_EQ(home.at("filename"), "config/settings_data.json");
  ASSERT_EQ(home.at("sections").as_array().size(), 2u);
  EXPECT_EQ(home.at("sections").at(0).at("id"), "a");
  EXPECT_EQ(json::write(home.at("sections").at(1).at("resolved")), R"({"collection":"gid://shopify/Collection/7"})");
  EXPECT_EQ(data("/themes/main/templates/index"), home);
  EXPECT_THAT(names(data("/theme?templates=product").at("templates")), ElementsAre());
}

TEST_F(Themes, PicturesAndLinksOfTextsAreResolvedToo) {
  put_others();
  put(Kind::media,
      {R"({"id":"gid://shopify/MediaImage/8","__typename":"MediaImage","sourceUrl":"https://cdn.shopify.com/s/files/1/files/hero.jpg?v=1"})",
       R"({"id":"gid://shopify/GenericFile/9","__typename":"GenericFile","sourceUrl":"https://cdn.shopify.com/s/files/1/files/sold.pdf?v=1"})"});
  put_theme(
      1, "MAIN",
      {{"templates/index.json",
        R"({"sections":{"a":{"type":"x","settings":{"image":"shopify://shop_images/hero.jpg","gone":"shopify://shop_images/gone.jpg",)"
        R"("file":"shopify://files/sold.pdf","page":"shopify://pages/about",)"
        R"("text":"<a href=\"shopify://collections/few\">few</a>"}}},"order":["a"]})"}});
  const auto resolved = [&](std::string_view key) {
    return json::write(data("/theme", key).at("templates").at("index").at("sections").at(0).at("resolved"));
  };
  // Pages are not mirrored here; what is no media is for operators.
  EXPECT_EQ(
      resolved(kKey),
      R"({"image":"gid://shopify/MediaImage/8","text":{"shopify://collections/few":"gid://shopify/Collection/7"}})");
  EXPECT_EQ(
      resolved(kOperator),
      R"({"image":"gid://shopify/MediaImage/8","file":"gid://shopify/GenericFile/9","text":{"shopify://collections/few":"gid://shopify/Collection/7"}})");
}

TEST_F(Themes, AnAnswerGoesStaleWhenATargetChanges) {
  const auto before = get(at_ + "/theme");
  EXPECT_THAT(before.body, Not(HasSubstr("gid://shopify/Product/1")));
  ASSERT_TRUE(get_now(at_ + "/theme")) << "served from memory";
  put_others();
  const auto after = get(at_ + "/theme");
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
  EXPECT_THAT(after.body, HasSubstr(R"("product":"gid://shopify/Product/1")"));
  EXPECT_EQ(get(at_ + "/theme", kKey, {{"If-None-Match", after.header("ETag")}}).status, 304);
  // Drafts are for operators.
  put_product({.number = 1, .status = "DRAFT"});
  EXPECT_THAT(get(at_ + "/theme").body, Not(HasSubstr("gid://shopify/Product/1")));
  EXPECT_THAT(get(at_ + "/theme", kOperator).body, HasSubstr("gid://shopify/Product/1"));
  // What is published later is resolved from then on, without a write.
  put_product({.number = 1, .published_at = "2026-11-22T12:00:10Z"});
  EXPECT_THAT(get(at_ + "/theme").body, Not(HasSubstr("gid://shopify/Product/1")));
  clock_.advance(std::chrono::seconds(20));
  EXPECT_THAT(get(at_ + "/theme").body, HasSubstr("gid://shopify/Product/1"));
  erase(Kind::products, gid("Product", 1));
  EXPECT_THAT(get(at_ + "/theme").body, Not(HasSubstr("gid://shopify/Product/1")));
}

TEST_F(Themes, TheDataOfTheTrioIsThatVeryAnswer) {
  const auto theme = get(at_ + "/theme?templates=index");
  for (const auto* named :
       {"clientKey=tees", "shopDomain=tees.myshopify.com", "clientKey=TEES&shopDomain=tees.myshopify.com"}) {
    const auto same = get(fmt::format("/api/theme/data?{}&templates=index", named));
    EXPECT_EQ(same.status, 200) << named << same.body;
    EXPECT_EQ(same.body, theme.body);
    EXPECT_EQ(same.header("ETag"), theme.header("ETag"));
  }
  EXPECT_TRUE(get_now("/api/theme/data?clientKey=tees&templates=index"));
  EXPECT_EQ(get("/api/theme/data?clientKey=tees", kOperator).status, 200);
  EXPECT_EQ(get("/api/theme/data?clientKey=tees", "").status, 401);
  // A store that is another's, unknown, or named by two names that do not agree: one and the same answer.
  const auto unknown = get("/api/theme/data?clientKey=nobody").body;
  EXPECT_THAT(unknown, HasSubstr(R"("code":"store-not-found")"));
  for (const auto* wrong : {"clientKey=hats", "shopDomain=tees", "clientKey=tees.myshopify.com",
                            "clientKey=tees&shopDomain=hats.myshopify.com"})
    EXPECT_EQ(get(fmt::format("/api/theme/data?{}", wrong)).body, unknown) << wrong;
  const auto none = get("/api/theme/data?template=index");
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(none.body, AllOf(HasSubstr(R"("parameter":"clientKey")"), HasSubstr(R"("parameter":"template")")));
}

TEST_F(Themes, WithoutAThemeYetTheAnswerIsToWait) {
  EXPECT_EQ(get("/v1/stores/hats/theme", kOtherKey).status, 503);
  complete(Kind::themes, "hats");
  EXPECT_THAT(get("/v1/stores/hats/theme", kOtherKey).body, HasSubstr(R"("code":"theme-not-found")"));
  EXPECT_EQ(get("/v1/stores/hats/themes", kOtherKey).body,
            R"({"data":[],"page":{"next":null,"limit":50},"complete":true})");
}

}  // namespace
}  // namespace stoa::api
