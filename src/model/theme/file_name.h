// What a theme's file is, by its name alone (shopify.dev/docs/storefronts/themes/architecture). Pure.
#pragma once

#include <string>
#include <string_view>

namespace stoa::model::theme {

enum class FileRole {
  settings_data,     // config/settings_data.json
  settings_schema,   // config/settings_schema.json
  json_template,     // templates/product.alternate.json, templates/customers/login.json
  section_group,     // sections/header-group.json
  context_override,  // templates/index.context.au.json: what differs there from its parent
  locale,            // locales/en.default.json, locales/en.schema.json
  section_schema,    // sections/hero.liquid: only its {% schema %} is kept
  block_schema,      // blocks/text.liquid, likewise
  other,             // listed, never fetched
};
std::string_view to_string(FileRole role);  // "sectionGroup": `kind` of the file's document

// Liquid's words for a template: "templates/customers/login.b2b.json" is directory customers, name login, suffix b2b.
struct FileName {
  FileRole role = FileRole::other;
  std::string_view path;       // without folder and ending: "customers/login.b2b", "header-group", "en.default", "hero"
  std::string_view directory;  // "customers", "metaobject"; empty: none
  std::string_view name;       // "login"
  std::string_view suffix;     // "b2b"; empty: none
  std::string_view context;    // of an override: "au"
  std::string parent;          // of an override: what it differs from, by its name: "index"
};
// The parts are views into `filename`.
FileName read_file_name(std::string_view filename);

// Whether the file's content is mirrored at all.
inline bool is_mirrored(std::string_view filename) { return read_file_name(filename).role != FileRole::other; }

}  // namespace stoa::model::theme
