// Settings, sections and blocks as they are answered: beside each `settings` stands a `resolved`, which says what those
// settings that point at something mean now:
//   "settings":{"collection":"tees","color":"{{ settings.accent }}"},"resolved":{"collection":"gid…","color":"#e85d04"}
// A link becomes the gid of its target, a list of links the gids of those targets that exist; a dynamic source in the
// theme's own settings becomes what stands there, and where that is a link, its gid; a text with anchors becomes the
// links among them, each with its gid: {"shopify://products/tee":"gid…"}. What points at nothing is left
// out. The text is written once, before the targets are known: append everything, look up links(), take text().
// Pure; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/theme/link.h"
#include "model/theme/setting_types.h"

namespace stoa::model::theme {

class ResolvedText {
 public:
  using Targets = std::map<Link, std::string>;  // gids of those that exist

  // Both must outlive it. `theme_settings`: an object. `types` may grow between two calls.
  ResolvedText(const SettingTypes& types, std::string_view theme_settings)
      : types_(types), theme_settings_(theme_settings) {}

  void append(std::string_view text) { out_ += text; }
  // The theme's own: `"settings":{…},"resolved":{…}`
  void append_theme_settings();
  // An array as sections.h makes it, each section and block with its `resolved`.
  void append_sections(std::string_view sections);

  const std::set<Link>& links() const { return links_; }
  std::string text(const Targets& targets) const;

 private:
  using Anchors = std::vector<std::pair<std::string, Link>>;  // by the URL as it stands in the text
  // What a setting means: nothing, raw JSON of the theme's settings, a link, links, or those of a text.
  using Meaning = std::variant<std::monostate, std::string, Link, std::vector<Link>, Anchors>;
  // A `resolved` that is filled in at the end.
  struct Slot {
    std::size_t at;                                        // in out_
    std::vector<std::pair<std::string, Meaning>> members;  // name as a JSON string, with its quotes
  };

  void append_element(std::string_view element, const std::string* section);
  void append_settings(std::string_view settings, const SettingTypes::Types& types);
  Meaning meaning(std::string_view type, std::string_view raw, int depth) const;
  Meaning source(std::string_view path, int depth) const;

  const SettingTypes& types_;
  const std::string_view theme_settings_;
  std::string out_;
  std::vector<Slot> slots_;
  std::set<Link> links_;
};

}  // namespace stoa::model::theme
