// Theme files to documents: each concern by itself.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/json_text.h"
#include "model/document.h"
#include "model/theme/file_document.h"
#include "model/theme/file_name.h"
#include "model/theme/link.h"
#include "model/theme/liquid_schema.h"
#include "model/theme/relaxed_json.h"
#include "model/theme/sections.h"

namespace stoa::model::theme {
namespace {

const std::string kTheme = "gid://shopify/OnlineStoreTheme/1";

std::string relaxed(std::string_view text) {
  const auto read = canonical_relaxed(text);
  return read ? *read : "error: " + read.error().what;
}

std::string document(const std::string& filename, std::string_view content) {
  return file_document({.theme_id = kTheme, .filename = filename, .checksum_md5 = "c", .updated_at = "u"}, content);
}

std::string sections(std::string_view map, std::string_view order) {
  std::string out;
  append_sections(out, map, order);
  return out;
}

TEST(RelaxedJson, ReadsWhatShopifyAndPeopleWrite) {
  EXPECT_EQ(relaxed("\xEF\xBB\xBF/* auto */\n/* twice */ {\"a\": 1.50, // why\n \"b\": [1,2,],\n}\n"),
            R"({"a":1.50,"b":[1,2]})");
  EXPECT_EQ(relaxed(R"({"u":"shopify:\/\/x \u00e9 \ud83d\ude00 /* kept */ // kept","n":-0.0e+10,"e":{},"l":[ ]})"),
            R"({"u":"shopify://x é 😀 /* kept */ // kept","n":-0.0e+10,"e":{},"l":[]})");
  EXPECT_EQ(relaxed("\"tab\there\""), R"("tab\there")");
  EXPECT_EQ(relaxed("[true,false,null]"), "[true,false,null]");
}

TEST(RelaxedJson, TheLastOfARepeatedKeyStands) {
  EXPECT_EQ(relaxed(R"({"a":{"x":[1,2]},"b":2,"\u0061":3,"c":4,"b":5})"), R"({"a":3,"c":4,"b":5})");
}

TEST(RelaxedJson, SaysWhereItIsNoJson) {
  EXPECT_EQ(relaxed("{\n  \"a\": {% if x %}"), "error: line 2, column 9: a key in quotes or } wanted");
  EXPECT_EQ(relaxed("{\"a\" 1}"), "error: line 1, column 6: a colon wanted");
  EXPECT_EQ(relaxed("{\"a\":1 \"b\":2}"), "error: line 1, column 8: a comma or } wanted");
  EXPECT_EQ(relaxed("[1"), "error: line 1, column 3: a comma or ] wanted");
  EXPECT_EQ(relaxed(""), "error: line 1, column 1: the end, a value wanted");
  EXPECT_EQ(relaxed("{} {}"), "error: line 1, column 4: more after the end");
  EXPECT_EQ(relaxed("[,]").substr(0, 6), "error:");
  EXPECT_EQ(relaxed("/* open"), "error: line 1, column 1: a comment without an end");
  EXPECT_EQ(relaxed(R"("\ud800")"), "error: line 1, column 1: a lone surrogate in a string");
  EXPECT_EQ(relaxed("\"open\\"), "error: line 1, column 1: a string without an end");
  EXPECT_EQ(relaxed("\"\xff\""), "error: bytes that are not UTF-8");
  EXPECT_EQ(relaxed("undefined").substr(0, 6), "error:");
  EXPECT_TRUE(canonical_relaxed(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(canonical_relaxed(std::string(65, '[') + std::string(65, ']')));
}

TEST(FileName, SaysWhatAFileIs) {
  const auto role = [](std::string_view name) { return to_string(read_file_name(name).role); };
  EXPECT_EQ(role("config/settings_data.json"), "settingsData");
  EXPECT_EQ(role("config/settings_schema.json"), "settingsSchema");
  EXPECT_EQ(role("config/markets.json"), "other");
  EXPECT_EQ(role("templates/index.json"), "template");
  EXPECT_EQ(role("templates/index.liquid"), "other");
  EXPECT_EQ(role("templates/feed.json.liquid"), "other");
  EXPECT_EQ(role("sections/header-group.json"), "sectionGroup");
  EXPECT_EQ(role("sections/hero.liquid"), "sectionSchema");
  EXPECT_EQ(role("blocks/_card.liquid"), "blockSchema");
  EXPECT_EQ(role("snippets/card.liquid"), "other");
  EXPECT_EQ(role("assets/data.json"), "other");
  EXPECT_EQ(role("locales/en.default.json"), "locale");
  EXPECT_EQ(role("templates/.json"), "other");

  const auto login = read_file_name("templates/customers/login.b2b.vip.json");
  EXPECT_EQ(login.path, "customers/login.b2b.vip");
  EXPECT_EQ(login.directory, "customers");
  EXPECT_EQ(login.name, "login");
  EXPECT_EQ(login.suffix, "b2b.vip");

  const auto context = read_file_name("templates/product.alternate.context.au.json");
  EXPECT_EQ(context.role, FileRole::context_override);
  EXPECT_EQ(context.context, "au");
  EXPECT_EQ(context.parent, "product.alternate");
  EXPECT_EQ(context.suffix, "alternate");
  EXPECT_EQ(role("sections/header-group.context.eu.json"), "contextOverride");
}

TEST(Sections, StandInOrderWithEverythingTheyHad) {
  EXPECT_EQ(
      sections(R"({"a":{"type":"x","settings":{"n":1.0}},"b":{"type":"y","disabled":true,"custom_css":["p {}"]}})",
               R"(["b","a"])"),
      R"([{"id":"b","type":"y","disabled":true,"custom_css":["p {}"],"settings":{},"blocks":[]},)"
      R"({"id":"a","type":"x","disabled":false,"settings":{"n":1.0},"blocks":[]}])");
  EXPECT_EQ(sections("", ""), "[]");
  EXPECT_EQ(sections("{}", R"(["gone"])"), "[]");
}

TEST(Sections, WhatTheOrderLeavesOutComesLastAndIsMarked) {
  const auto out = sections(R"({"s":{"type":"x","static":true},"a":{"type":"x"},"lost":{"type":"x"},"b":"text"})",
                            R"(["a","a","b","gone"])");
  const auto parsed = *json::parse(out);
  const auto& all = parsed.as_array();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(json::string_or(all[0], "id"), "a");
  EXPECT_EQ(json::string_or(all[1], "raw"), "text");
  EXPECT_EQ(json::string_or(all[2], "id"), "s");
  EXPECT_FALSE(json::bool_or(all[2], "unlisted")) << "a static block needs no order";
  EXPECT_EQ(json::string_or(all[3], "id"), "lost");
  EXPECT_TRUE(json::bool_or(all[3], "unlisted"));
  EXPECT_EQ(missing_ids(R"({"a":{}})", R"(["a","gone"])"), R"(["gone"])");
}

TEST(Sections, BlocksNestToAnyDepth) {
  const auto out = sections(
      R"({"s":{"type":"t","blocks":{"b":{"type":"group","blocks":{"c":{"type":"x","disabled":true},"d":{"type":"y"}},"block_order":["d","c","e"]}}}})",
      R"(["s"])");
  const auto parsed = *json::parse(out);
  const auto& block = parsed.at(0).at("blocks").at(0);
  EXPECT_EQ(block.at("blocks").at(0).at("id"), "d");
  EXPECT_EQ(block.at("blocks").at(1).at("disabled"), true);
  EXPECT_EQ(block.at("missingBlocks").at(0), "e");
  EXPECT_EQ(json::find(block, "unlisted"), nullptr) << "without an order all are listed";
}

TEST(LiquidSchema, IsFoundWhereItIsATag) {
  const auto schema = [](std::string_view text) {
    const auto found = find_schema(text);
    return !found ? "error: " + found.error().what : *found ? std::string(**found) : "none";
  };
  EXPECT_EQ(schema("<p>{% schema %}{\"a\":1}{% endschema %}"), R"({"a":1})");
  EXPECT_EQ(schema("{%- schema -%}\n{}\n{%- endschema -%}"), "\n{}\n");
  EXPECT_EQ(schema("{% comment %}{% schema %}no{% endschema %}{% endcomment %}{%schema%}yes{%endschema%}"), "yes");
  EXPECT_EQ(schema("{% raw %}{% schema %}{% endraw %}"), "none");
  EXPECT_EQ(schema("{% if x %}{{ y }}{% endif %}"), "none");
  EXPECT_EQ(schema("{% schema %}{"), "error: a schema tag without endschema");
  EXPECT_EQ(schema("{% sch"), "none");
}

TEST(Link, NamesWhatASettingPointsAt) {
  EXPECT_EQ(read_link("shopify://collections/all"), (Link{Kind::collections, "all"}));
  EXPECT_EQ(read_link("shopify://products/tee?variant=1"), (Link{Kind::products, "tee"}));
  EXPECT_EQ(read_link("shopify://products/%E6%9D%B1"), (Link{Kind::products, "東"}));
  EXPECT_EQ(read_link("shopify://blogs/news"), (Link{Kind::blogs, "news"}));
  EXPECT_EQ(read_link("shopify://blogs/news/first"), (Link{Kind::articles, "news/first"}));
  EXPECT_EQ(read_link("shopify://articles/news/first"), (Link{Kind::articles, "news/first"}));
  for (const auto* other :
       {"shopify://collections", "shopify://collections/", "shopify://products/a/b", "shopify://apps/x/blocks/y/z",
        "shopify://policies/refund-policy", "https://x.example/collections/all"})
    EXPECT_FALSE(read_link(other)) << other;
  EXPECT_EQ(read_link("collection", "frontpage"), (Link{Kind::collections, "frontpage"}));
  EXPECT_EQ(read_link("product_list", "tee"), (Link{Kind::products, "tee"}));
  EXPECT_EQ(read_link("article", "news/first"), (Link{Kind::articles, "news/first"}));
  EXPECT_EQ(read_link("url", "shopify://collections/all"), (Link{Kind::collections, "all"}));
  EXPECT_FALSE(read_link("text", "frontpage"));
  EXPECT_EQ(read_link("link_list", "main-menu"), (Link{Kind::menus, "main-menu"}));
  EXPECT_EQ(read_link("page", "about"), (Link{Kind::pages, "about"}));
  EXPECT_EQ(read_link("shopify://pages/about"), (Link{Kind::pages, "about"}));
  EXPECT_EQ(read_link("image_picker", "shopify://shop_images/a%20b.jpg"), (Link{Kind::media, "a b.jpg"}));
  EXPECT_EQ(read_link("video", "shopify://files/videos/Reel.mp4"), (Link{Kind::media, "Reel.mp4"}));
  EXPECT_FALSE(read_link("image_picker", "hero.jpg"));
  EXPECT_FALSE(read_link("", "hero.jpg"));
  EXPECT_FALSE(read_link("shopify://shop_images/"));
  EXPECT_FALSE(read_link("collection", ""));
  EXPECT_FALSE(read_link("article", "news"));
}

TEST(Link, ASourceInTheThemesOwnSettingsIsAPath) {
  EXPECT_EQ(read_settings_source("{{ settings.color_palette.background }}"), "color_palette.background");
  for (const auto* other : {"{{ closest.product }}", "{{ settings.a | upcase }}", "<h1>{{ settings.a }}</h1>",
                            "settings.a", "{{ settings. }}", "{{}}"})
    EXPECT_FALSE(read_settings_source(other)) << other;
}

TEST(FileDocument, OfATemplate) {
  const auto body = document("templates/customers/login.b2b.json",
                             "/* x */ {\"layout\": false, \"wrapper\": \"div#x\", \"order\": [\"m\", \"gone\"],"
                             "\"sections\": {\"m\": {\"type\": \"main\"}},}");
  EXPECT_EQ(
      body,
      R"({"id":"gid://shopify/OnlineStoreTheme/1/templates/customers/login.b2b.json",)"
      R"("themeId":"gid://shopify/OnlineStoreTheme/1","filename":"templates/customers/login.b2b.json",)"
      R"("kind":"template","name":"customers/login.b2b","checksumMd5":"c","updatedAt":"u","error":null,)"
      R"("template":{"directory":"customers","name":"login","suffix":"b2b"},"layout":false,"wrapper":"div#x",)"
      R"("missingSections":["gone"],"sections":[{"id":"m","type":"main","disabled":false,"settings":{},"blocks":[]}]})");
  EXPECT_TRUE(make_document(Kind::themes, body));
}

TEST(FileDocument, OfASectionGroupAndAnOverride) {
  const auto group =
      document("sections/header-group.json", R"({"type":"header","name":"Header","sections":{},"order":[]})");
  EXPECT_NE(group.find(R"("name":"header-group")"), std::string::npos);
  EXPECT_NE(group.find(R"("type":"header","title":"Header","sections":[])"), std::string::npos);
  const auto override =
      document("templates/index.context.au.json", R"({"parent":"index","sections":{"hero":{"settings":{"x":1}}}})");
  EXPECT_NE(override.find(R"("kind":"contextOverride","name":"index.context.au")"), std::string::npos);
  EXPECT_NE(
      override.find(
          R"("parent":"index","context":"au","content":{"parent":"index","sections":{"hero":{"settings":{"x":1}}}})"),
      std::string::npos);
}

TEST(FileDocument, AFileThatIsNoJsonIsListedWithItsError) {
  const auto body = document("templates/index.json", "{% layout none %}");
  EXPECT_EQ(json::find_string(body, {"error"}), "line 1, column 2: a key in quotes or } wanted");
  EXPECT_TRUE(json::find_raw(body, {"sections"}).empty());
  EXPECT_TRUE(make_document(Kind::themes, body));
  EXPECT_EQ(json::find_string(document("templates/a.json", "[]"), {"error"}), "the file is not a JSON object");
}

TEST(FileDocument, SettingsMayNameAPreset) {
  const auto named =
      document("config/settings_data.json",
               R"({"current":"Bold","presets":{"Bold":{"n":1.5,"sections":{"f":{"type":"footer"}}},"Light":{}}})");
  EXPECT_EQ(json::find_raw(named, {"preset"}), R"("Bold")");
  EXPECT_EQ(json::find_raw(named, {"settings"}), R"({"n":1.5})");
  EXPECT_TRUE(json::find_raw(named, {"sections"}).starts_with(R"([{"id":"f","type":"footer")"));
  EXPECT_EQ(json::find_raw(named, {"presets", "Light"}), "{}");

  const auto plain = document(
      "config/settings_data.json",
      R"({"current":{"n":2,"blocks":{"1":{"type":"shopify://apps/x","disabled":true}}},"platform_customizations":{"custom_css":["a"]}})");
  EXPECT_EQ(json::find_raw(plain, {"preset"}), "null");
  EXPECT_EQ(json::find_raw(plain, {"settings"}), R"({"n":2})");
  EXPECT_EQ(json::find_raw(plain, {"presets"}), "{}") << "no presets key";
  EXPECT_EQ(json::find_raw(plain, {"blocks"}),
            R"([{"id":"1","type":"shopify://apps/x","disabled":true,"settings":{},"blocks":[]}])");
  EXPECT_EQ(json::find_raw(plain, {"platformCustomizations"}), R"({"custom_css":["a"]})");
  EXPECT_EQ(json::find_raw(document("config/settings_data.json", R"({"current":"Gone","presets":{}})"), {"settings"}),
            "{}");
}

TEST(FileDocument, AVintageThemeHasItsHomePageInTheSettings) {
  const auto body = document("config/settings_data.json", R"({"current":{"color":"#fff",
      "sections":{"header":{"type":"header","settings":{}},
                  "150":{"type":"slideshow","blocks":{"9":{"type":"slide"},"8":{"type":"slide"}},"block_order":["8","9"]},
                  "151":{"type":"text","disabled":true}},
      "content_for_index":["151","150"]},"presets":{}})");
  const auto sections = *json::parse(json::find_raw(body, {"sections"}));
  ASSERT_EQ(sections.as_array().size(), 3u);
  EXPECT_EQ(sections.at(0).at("id"), "151");
  EXPECT_EQ(sections.at(1).at("blocks").at(0).at("id"), "8");
  EXPECT_EQ(sections.at(2).at("id"), "header");
  EXPECT_EQ(json::find(sections.at(2), "unlisted"), nullptr) << "drawn elsewhere than at home, but drawn";
  EXPECT_EQ(json::find_raw(body, {"contentForIndex"}), R"(["151","150"])");
}

TEST(FileDocument, OfALocaleAndASchema) {
  const auto locale = document("locales/pt-BR.default.schema.json", R"({"a":{"b":"c"}})");
  EXPECT_NE(locale.find(R"("locale":"pt-BR","default":true,"schema":true,"content":{"a":{"b":"c"}})"),
            std::string::npos);
  const auto section = document("sections/hero.liquid", "<p>{% schema %} {\"name\":\"Hero\",} {% endschema %}");
  EXPECT_EQ(json::find_raw(section, {"schema"}), R"({"name":"Hero"})");
  EXPECT_EQ(json::find_raw(document("blocks/x.liquid", "<p>"), {"schema"}), "null");
  EXPECT_EQ(json::find_string(document("blocks/x.liquid", "{% schema %}{a}{% endschema %}"), {"error"}),
            "its schema: line 1, column 2: a key in quotes or } wanted");
}

}  // namespace
}  // namespace stoa::model::theme
