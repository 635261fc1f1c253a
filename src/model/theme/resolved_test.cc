// What settings mean, beside what they say.
#include <gmock/gmock.h>

#include "model/theme/file_document.h"
#include "model/theme/resolved_text.h"

namespace stoa::model::theme {
namespace {
using ::testing::ElementsAre;

constexpr std::string_view kSettings =
    R"({"featured":"tees","accent":"#e85d04","badge":"{{ settings.accent }}","palette":{"ink":"#000"},"text":"tees",)"
    R"("ring":"{{ settings.gnir }}","gnir":"{{ settings.ring }}"})";

class Resolved : public ::testing::Test {
 protected:
  Resolved() {
    types_.add_theme(
        R"({"content":[{"name":"theme_info"},{"settings":[{"type":"header","content":"x"},{"type":"collection","id":"featured"}]}]})");
    types_.add_section(
        "grid",
        R"({"schema":{"settings":[{"type":"collection","id":"collection"},{"type":"product_list","id":"products"}],)"
        R"("blocks":[{"type":"post","settings":[{"type":"article","id":"post"}]},{"type":"card"},{"type":"@app"}]}})");
    types_.add_block("card", R"({"schema":{"settings":[{"type":"product","id":"product"}]}})");
    types_.add_section("bare", R"({"schema":null})");
  }
  // One section of `grid` with those settings: its `resolved`.
  std::string resolved(std::string_view settings, const ResolvedText::Targets& targets = {}) {
    return sections(fmt::format(R"([{{"id":"a","type":"grid","settings":{}}}])", settings), targets)
        .substr(std::string_view(R"([{"id":"a","type":"grid","settings":)").size() + settings.size() +
                std::string_view(R"(,"resolved":)").size());
  }
  std::string sections(std::string_view array, const ResolvedText::Targets& targets = {}) {
    ResolvedText out(types_, kSettings);
    out.append_sections(array);
    links_ = {out.links().begin(), out.links().end()};
    return out.text(targets);
  }
  SettingTypes types_;
  std::vector<Link> links_;
};

const Link kTees{Kind::collections, "tees"}, kTee{Kind::products, "tee"}, kHat{Kind::products, "hat"};

TEST_F(Resolved, ALinkBecomesTheIdOfWhatIsThere) {
  EXPECT_EQ(resolved(R"({"collection":"tees","title":"tees"})", {{kTees, "gid:1"}}), R"({"collection":"gid:1"}}])");
  EXPECT_THAT(links_, ElementsAre(kTees));
  EXPECT_EQ(resolved(R"({"collection":"tees"})"), "{}}]");
  EXPECT_EQ(resolved(R"({"link":"shopify://products/tee","title":"a \"shopify://products/hat\""})",
                     {{kTee, "gid:2"}, {kHat, "gid:3"}}),
            R"({"link":"gid:2"}}])");
}

TEST_F(Resolved, AListKeepsThoseThatAreThereInOrder) {
  EXPECT_EQ(resolved(R"({"products":["hat","gone","tee"]})", {{kTee, "gid:2"}, {kHat, "gid:3"}}),
            R"({"products":["gid:3","gid:2"]}}])");
  EXPECT_EQ(resolved(R"({"products":["gone"],"words":["hat"],"none":[]})", {{kHat, "gid:3"}}), "{}}]");
}

TEST_F(Resolved, ATextBecomesTheLinksThatItsAnchorsLeadTo) {
  const std::string text =
      R"({"text":"<p>See <a href=\"shopify://products/tee?variant=1\" title=\"x\">tees</a>, <a href='shopify://products/hat'>hats</a>)"
      R"( or <a href=\"https://elsewhere.example/\">more</a>, <a href=\"shopify://products/tee?variant=1\">again</a></p>","open":"<a href=\"shopify://products/tee"})";
  EXPECT_EQ(resolved(text, {{kTee, "gid:2"}, {kHat, "gid:3"}}),
            R"({"text":{"shopify://products/tee?variant=1":"gid:2","shopify://products/hat":"gid:3"}}}])");
  EXPECT_EQ(resolved(text, {{kHat, "gid:3"}}), R"({"text":{"shopify://products/hat":"gid:3"}}}])");
  EXPECT_EQ(resolved(text), "{}}]");
}

TEST_F(Resolved, ASourceBecomesWhatTheThemesSettingsSay) {
  EXPECT_EQ(
      resolved(
          R"({"a":"{{ settings.accent }}","b":"{{ settings.palette }}","c":"{{settings.palette.ink}}","d":"{{ settings.badge }}"})"),
      R"({"a":"#e85d04","b":{"ink":"#000"},"c":"#000","d":"#e85d04"}}])");
  EXPECT_EQ(resolved(R"({"a":"{{ settings.featured }}"})", {{kTees, "gid:1"}}), R"({"a":"gid:1"}}])");
  EXPECT_EQ(
      resolved(
          R"({"a":"{{ settings.gone }}","b":"{{ closest.product }}","c":"{{ settings.ring }}","d":"{{ settings.accent.deeper }}"})"),
      "{}}]");
}

TEST_F(Resolved, BlocksHaveTypesOfTheirOwnToAnyDepth) {
  const ResolvedText::Targets targets{{kTee, "gid:2"}, {{Kind::articles, "news/first"}, "gid:4"}};
  EXPECT_EQ(
      sections(
          R"([{"id":"a","type":"grid","settings":{"product":"tee"},"blocks":[)"
          R"({"id":"b","type":"card","settings":{"product":"tee"},"blocks":[{"id":"c","type":"post","settings":{"post":"news/first"},"blocks":[]}]}]},)"
          R"({"id":"d","type":null,"settings":{},"blocks":[]}])",
          targets),
      R"([{"id":"a","type":"grid","settings":{"product":"tee"},"resolved":{},"blocks":[)"
      R"({"id":"b","type":"card","settings":{"product":"tee"},"resolved":{"product":"gid:2"},"blocks":[)"
      R"({"id":"c","type":"post","settings":{"post":"news/first"},"resolved":{"post":"gid:4"},"blocks":[]}]}]},)"
      R"({"id":"d","type":null,"settings":{},"resolved":{},"blocks":[]}])");
  EXPECT_EQ(sections("[]"), "[]");
}

TEST_F(Resolved, AMemberOfThatNameMakesWay) {
  EXPECT_EQ(sections(R"([{"id":"a","type":"x","resolved":1,"settings":{},"blocks":[]}])"),
            R"([{"id":"a","type":"x","raw_resolved":1,"settings":{},"resolved":{},"blocks":[]}])");
}

TEST_F(Resolved, TheThemesOwnSettingsToo) {
  ResolvedText out(types_, kSettings);
  out.append_theme_settings();
  EXPECT_EQ(out.text({{kTees, "gid:1"}}),
            fmt::format(R"("settings":{},"resolved":{{"featured":"gid:1","badge":"#e85d04"}})", kSettings));
}

TEST(UsedTypes, AreThoseOfSectionsAndAllTheirBlocks) {
  UsedTypes used;
  used.add(
      R"([{"id":"a","type":"grid","settings":{},"blocks":[{"id":"b","type":"card","blocks":[{"id":"c","type":"post"}]}]},{"id":"d","type":"bare"}])");
  EXPECT_THAT(used.sections, ElementsAre("bare", "grid"));
  EXPECT_THAT(used.blocks, ElementsAre("card", "post"));
}

}  // namespace
}  // namespace stoa::model::theme
