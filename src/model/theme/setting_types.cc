#include "model/theme/setting_types.h"

#include "base/json_text.h"

namespace stoa::model::theme {
namespace {

const SettingTypes::Types kNone;

template <class Visit>
void each(std::string_view array, Visit visit) {
  if (!array.starts_with('[')) return;
  json::Cursor cursor(array);
  cursor.enter_array();
  while (cursor.next_element()) visit(cursor.take());
}

std::string text(std::string_view object, std::string_view name) {
  return object.starts_with('{') ? json::find_string(object, {name}).value_or("") : "";
}
std::string_view raw(std::string_view object, std::string_view name) {
  return object.starts_with('{') ? json::find_raw(object, {name}) : "";
}

// A schema's `settings`: headers and paragraphs among them have no id.
void read_types(std::string_view settings, SettingTypes::Types& out) {
  each(settings, [&](std::string_view setting) {
    if (auto id = text(setting, "id"); !id.empty()) out.emplace(std::move(id), text(setting, "type"));
  });
}

void add_blocks(std::string_view blocks, std::set<std::string>& out) {
  each(blocks, [&](std::string_view block) {
    out.insert(text(block, "type"));
    add_blocks(raw(block, "blocks"), out);
  });
}

}  // namespace

void SettingTypes::add_theme(std::string_view settings_schema) {
  each(raw(settings_schema, "content"), [&](std::string_view group) { read_types(raw(group, "settings"), theme_); });
}

void SettingTypes::add_section(const std::string& type, std::string_view section_schema) {
  auto& section = sections_[type];
  const auto schema = raw(section_schema, "schema");
  read_types(raw(schema, "settings"), section.settings);
  each(raw(schema, "blocks"), [&](std::string_view block) {
    // {"type":"button"} without settings refers to blocks/button.liquid
    if (const auto settings = raw(block, "settings"); !settings.empty())
      read_types(settings, section.blocks[text(block, "type")]);
  });
}

void SettingTypes::add_block(const std::string& type, std::string_view block_schema) {
  read_types(raw(raw(block_schema, "schema"), "settings"), blocks_[type]);
}

const SettingTypes::Types& SettingTypes::of_section(std::string_view section) const {
  const auto found = sections_.find(section);
  return found == sections_.end() ? kNone : found->second.settings;
}

const SettingTypes::Types& SettingTypes::of_block(std::string_view section, std::string_view block) const {
  if (const auto in = sections_.find(section); in != sections_.end())
    if (const auto own = in->second.blocks.find(block); own != in->second.blocks.end()) return own->second;
  const auto found = blocks_.find(block);
  return found == blocks_.end() ? kNone : found->second;
}

void UsedTypes::add(std::string_view sections_array) {
  each(sections_array, [&](std::string_view section) {
    sections.insert(text(section, "type"));
    add_blocks(raw(section, "blocks"), blocks);
  });
}

}  // namespace stoa::model::theme
