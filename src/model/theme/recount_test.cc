// Three real themes (../shared/data, see its README.md), read a second time by other means: nothing is lost, and all
// stands in order.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "model/theme/file_document.h"
#include "model/theme/file_name.h"

namespace stoa::model::theme {
namespace {

const std::filesystem::path kData = "/work/shared/data";

std::string read(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// Plain JSON of a theme's file: comments and trailing commas are cut out by looking at single characters.
json::Value plain(const std::string& text) {
  std::string bare;
  bool in_string = false;
  for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
    if (!in_string && text.compare(i, 2, "/*") == 0) {
      i = text.find("*/", i) + 1;
      continue;
    }
    if (!in_string && text.compare(i, 2, "//") == 0) i = text.find('\n', i);
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) in_string = !in_string;
    if (!in_string && (text[i] == '}' || text[i] == ']'))
      while (bare.find_last_of(',') != std::string::npos &&
             bare.find_first_not_of(" \r\n\t", bare.find_last_of(',') + 1) == std::string::npos)
        bare.resize(bare.find_last_of(','));
    bare += text[i];
  }
  auto parsed = json::parse(bare);
  STOA_CHECK(parsed, parsed ? "" : parsed.error().what.c_str());
  return *parsed;
}

struct Counts {
  std::size_t sections = 0, blocks = 0, settings = 0, statics = 0, disabled = 0, nested = 0;
};

// That `made` (an array) is `map` in its order, with every member of every element.
void compare(const json::Value* map, const json::Value* order, const json::Value& made, Counts& counts, int depth,
             const std::string& where) {
  const auto& list = made.as_array();
  const json::Object none;
  const auto& source = map ? map->as_object() : none;
  ASSERT_EQ(list.size(), source.size()) << where;
  std::vector<std::string> wanted;
  if (order)
    for (const auto& id : order->as_array()) wanted.emplace_back(id.as_string());
  for (const auto& [id, value] : source)
    if (std::ranges::find(wanted, std::string(id)) == wanted.end()) wanted.emplace_back(id);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& element = list[i];
    const auto here = where + "/" + wanted[i];
    EXPECT_EQ(json::string_or(element, "id"), wanted[i]) << here;
    const auto& from = source.at(wanted[i]).as_object();
    for (const auto& [name, value] : from) {
      if (name == "blocks" || name == "block_order") continue;
      EXPECT_EQ(element.at(name), value) << here << " " << std::string(name);
    }
    EXPECT_EQ(element.at("disabled"), json::Value(json::bool_or(from, "disabled"))) << here;
    const auto settings = json::find(from, "settings") ? from.at("settings").as_object().size() : 0;
    EXPECT_EQ(element.at("settings").as_object().size(), settings) << here;
    counts.settings += settings;
    ++(depth == 0 ? counts.sections : counts.blocks);
    counts.nested += depth > 1;
    counts.statics += json::bool_or(from, "static");
    counts.disabled += json::bool_or(from, "disabled");
    compare(json::find(from, "blocks"), json::find(from, "block_order"), element.at("blocks"), counts, depth + 1, here);
  }
}

Counts recount(const std::string& theme) {
  Counts counts;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kData / theme)) {
    const auto filename = std::filesystem::relative(entry.path(), kData / theme).generic_string();
    if (!entry.is_regular_file() || !is_mirrored(filename)) continue;
    ++files;
    const auto text = read(entry.path());
    const auto source = plain(text);
    const auto made =
        *json::parse(file_document({.theme_id = "gid://shopify/OnlineStoreTheme/1", .filename = filename}, text));
    EXPECT_TRUE(made.at("error").is_null()) << filename << made.at("error");
    switch (read_file_name(filename).role) {
      case FileRole::json_template:
      case FileRole::section_group:
        compare(json::find(source, "sections"), json::find(source, "order"), made.at("sections"), counts, 0, filename);
        for (const auto& [name, value] : source.as_object()) {
          if (name == "sections" || name == "order") continue;
          EXPECT_EQ(made.at(name == "name" ? "title" : std::string_view(name)), value) << filename;
        }
        break;
      case FileRole::settings_data: {
        EXPECT_EQ(made.at("presets"), source.at("presets"));
        const auto& current = source.at("current");
        EXPECT_EQ(made.at("preset"), current.is_string() ? current : json::Value());
        const auto& in_force = current.is_string() ? source.at("presets").at(current.as_string()) : current;
        for (const auto& [name, value] : in_force.as_object()) {
          if (name == "sections" || name == "blocks" || name == "content_for_index") continue;
          EXPECT_EQ(made.at("settings").at(name), value) << filename;
        }
        compare(json::find(in_force, "sections"), nullptr, made.at("sections"), counts, 0, filename);
        compare(json::find(in_force, "blocks"), nullptr, made.at("blocks"), counts, 1, filename);
        break;
      }
      default: EXPECT_EQ(made.at("content"), source) << filename;
    }
  }
  EXPECT_GT(files, 15u) << theme;
  return counts;
}

TEST(ThreeThemes, AreReadWithNothingLost) {
  if (!std::filesystem::exists(kData / "theme-dawn")) GTEST_SKIP() << "no themes at " << kData;
  const auto dawn = recount("theme-dawn"), horizon = recount("theme-horizon"), other = recount("theme-mohammed9038");
  // As a few lines of Python count them in the same files.
  const auto totals = [](const Counts& c) { return std::array{c.sections, c.blocks, c.settings}; };
  EXPECT_EQ(totals(dawn), (std::array<std::size_t, 3>{36, 41, 280}));
  EXPECT_EQ(totals(horizon), (std::array<std::size_t, 3>{23, 97, 1494}));
  EXPECT_EQ(totals(other), (std::array<std::size_t, 3>{29, 21, 239}));
  EXPECT_GT(horizon.nested, 20u);
  EXPECT_GE(horizon.statics, 30u);
}

// The schemas that were extracted from those themes, put back into Liquid, come out again.
TEST(ThreeThemes, SchemasComeOutOfLiquidAsTheyWentIn) {
  std::size_t schemas = 0;
  for (const auto* theme : {"theme-dawn", "theme-horizon"}) {
    const auto path = kData / theme / "extracted-section-and-block-schemas.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no schemas at " << path;
    const auto extracted = *json::parse(read(path), 128);
    for (const auto& [filename, schema] : extracted.as_object()) {
      const auto liquid = "{% comment %}{% schema %}{% endcomment %}<div>{{ x }}</div>\n{% schema %}\n" +
                          json::write_pretty(schema) + "\n{% endschema %}\n";
      const auto made =
          *json::parse(file_document({.theme_id = "gid://shopify/OnlineStoreTheme/1", .filename = filename}, liquid));
      EXPECT_TRUE(made.at("error").is_null()) << std::string(filename) << made.at("error");
      EXPECT_EQ(made.at("schema"), schema) << std::string(filename);
      ++schemas;
    }
  }
  EXPECT_GT(schemas, 100u);
}

}  // namespace
}  // namespace stoa::model::theme
