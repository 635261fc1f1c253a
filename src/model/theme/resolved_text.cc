#include "model/theme/resolved_text.h"

#include "base/json_text.h"

namespace stoa::model::theme {
namespace {

constexpr int kSourceDepthMax = 4;  // sources that lead to sources; a ring of them means nothing

std::string_view type_of(const SettingTypes::Types& types, std::string_view setting) {
  const auto found = types.find(setting);
  return found == types.end() ? std::string_view() : found->second;
}

}  // namespace

void ResolvedText::append_theme_settings() { append_settings(theme_settings_, types_.of_theme()); }

void ResolvedText::append_sections(std::string_view sections) {
  out_ += '[';
  json::Cursor cursor(sections);
  if (cursor.peek() == '[') {
    cursor.enter_array();
    for (bool first = true; cursor.next_element(); first = false) {
      if (!first) out_ += ',';
      append_element(cursor.take(), nullptr);
    }
  }
  out_ += ']';
}

// A section, or a block in the section of that type. Its `type` stands before its settings (sections.h).
void ResolvedText::append_element(std::string_view element, const std::string* section) {
  std::string type;
  json::Cursor cursor(element);
  cursor.enter_object();
  out_ += '{';
  for (bool first = true; const auto key = cursor.next_key(); first = false) {
    const auto value = cursor.take();
    if (!first) out_ += ',';
    if (*key == "settings") {
      append_settings(value, section == nullptr ? types_.of_section(type) : types_.of_block(*section, type));
      continue;
    }
    if (*key == "type" && value.starts_with('"')) type = json::unquoted(value);
    // A theme's own member of that name makes way for ours.
    out_.append("\"").append(*key == "resolved" ? "raw_resolved" : *key).append("\":");
    if (*key != "blocks" || !value.starts_with('[')) {
      out_ += value;
      continue;
    }
    out_ += '[';
    json::Cursor blocks(value);
    blocks.enter_array();
    for (bool first_block = true; blocks.next_element(); first_block = false) {
      if (!first_block) out_ += ',';
      append_element(blocks.take(), section == nullptr ? &type : section);
    }
    out_ += ']';
  }
  out_ += '}';
}

void ResolvedText::append_settings(std::string_view settings, const SettingTypes::Types& types) {
  out_.append(R"("settings":)").append(settings).append(R"(,"resolved":{)");
  Slot slot{.at = out_.size(), .members = {}};
  out_ += '}';
  if (!settings.starts_with('{')) return;
  json::Cursor cursor(settings);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) {
    auto value = meaning(type_of(types, *key), cursor.take(), 0);
    if (std::holds_alternative<std::monostate>(value)) continue;
    if (const auto* link = std::get_if<Link>(&value)) links_.insert(*link);
    if (const auto* links = std::get_if<std::vector<Link>>(&value)) links_.insert(links->begin(), links->end());
    if (const auto* anchors = std::get_if<Anchors>(&value))
      for (const auto& [url, link] : *anchors) links_.insert(link);
    slot.members.emplace_back(fmt::format("\"{}\"", *key), std::move(value));
  }
  if (!slot.members.empty()) slots_.push_back(std::move(slot));
}

ResolvedText::Meaning ResolvedText::meaning(std::string_view type, std::string_view raw, int depth) const {
  if (raw.starts_with('"')) {
    // Most texts are neither: no need to unescape them.
    if (type.empty() && !raw.contains("://") && !raw.contains("{{")) return {};
    const auto text = json::unquoted(raw);
    if (const auto path = read_settings_source(text)) return source(*path, depth);
    if (auto link = read_link(type, text)) return std::move(*link);
    Anchors anchors;
    for (auto& url : read_anchors(text))
      if (auto link = read_link(url)) anchors.emplace_back(std::move(url), std::move(*link));
    if (anchors.empty()) return {};
    return anchors;
  }
  if (!raw.starts_with('[')) return {};
  std::vector<Link> links;
  json::Cursor cursor(raw);
  cursor.enter_array();
  while (cursor.next_element()) {
    const auto element = cursor.take();
    if (!element.starts_with('"')) continue;
    if (auto link = read_link(type, json::unquoted(element))) links.push_back(std::move(*link));
  }
  if (links.empty()) return {};
  return links;
}

ResolvedText::Meaning ResolvedText::source(std::string_view path, int depth) const {
  if (depth == kSourceDepthMax) return {};
  const auto raw = json::find_path(theme_settings_, path);
  if (raw.empty() || raw == "null") return {};
  auto found = meaning(type_of(types_.of_theme(), path), raw, depth + 1);
  const bool leads_on = raw.starts_with('"') && read_settings_source(json::unquoted(raw));
  if (std::holds_alternative<std::monostate>(found) && !leads_on) return std::string(raw);
  return found;
}

std::string ResolvedText::text(const Targets& targets) const {
  std::string out;
  out.reserve(out_.size() + slots_.size() * 64);
  std::size_t copied = 0;
  for (const auto& slot : slots_) {
    out.append(out_, copied, slot.at - copied);
    copied = slot.at;
    bool first = true;
    const auto add = [&](const std::string& name, std::string_view value) {
      if (!std::exchange(first, false)) out += ',';
      out.append(name).append(":").append(value);
    };
    for (const auto& [name, value] : slot.members) {
      if (const auto* raw = std::get_if<std::string>(&value)) {
        add(name, *raw);
      } else if (const auto* link = std::get_if<Link>(&value)) {
        if (const auto target = targets.find(*link); target != targets.end()) add(name, json::quoted(target->second));
      } else if (const auto* links = std::get_if<std::vector<Link>>(&value)) {
        std::string list;
        for (const auto& each : *links)
          if (const auto target = targets.find(each); target != targets.end())
            list.append(list.empty() ? "[" : ",").append(json::quoted(target->second));
        if (!list.empty()) add(name, list + "]");
      } else if (const auto* anchors = std::get_if<Anchors>(&value)) {
        std::string object;
        for (const auto& [url, each] : *anchors)
          if (const auto target = targets.find(each); target != targets.end())
            object.append(object.empty() ? "{" : ",").append(json::quoted(url) + ":" + json::quoted(target->second));
        if (!object.empty()) add(name, object + "}");
      }
    }
  }
  return out.append(out_, copied);
}

}  // namespace stoa::model::theme
