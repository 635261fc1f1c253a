// What type each setting of a theme has, by the schemas that were mirrored: `config/settings_schema.json`, and what
// stands in {% schema %} of sections and blocks. It is what tells a bare handle from any other text. Pure; not
// thread-safe while schemas are added.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace stoa::model::theme {

class SettingTypes {
 public:
  // Setting id to type: "featured" to "collection".
  using Types = std::map<std::string, std::string, std::less<>>;

  // From file documents (file_document.h). `type`: of the section or block, which is its file's name.
  void add_theme(std::string_view settings_schema);
  void add_section(const std::string& type, std::string_view section_schema);
  void add_block(const std::string& type, std::string_view block_schema);

  const Types& of_theme() const { return theme_; }
  // Empty for a type whose schema was not added.
  const Types& of_section(std::string_view section) const;
  // Of a block in a section: as the section's own schema has it, else as the block's file.
  const Types& of_block(std::string_view section, std::string_view block) const;

 private:
  struct Section {
    Types settings;
    std::map<std::string, Types, std::less<>> blocks;
  };
  Types theme_;
  std::map<std::string, Section, std::less<>> sections_;
  std::map<std::string, Types, std::less<>> blocks_;
};

// The types that sections (sections.h: an array) and their blocks, to any depth, are of.
struct UsedTypes {
  std::set<std::string> sections, blocks;
  void add(std::string_view sections_array);
};

}  // namespace stoa::model::theme
