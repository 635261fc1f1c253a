#include "model/theme/sections.h"

#include <unordered_map>
#include <vector>

#include "base/json_text.h"

namespace stoa::model::theme {
namespace {

struct Entry {
  std::string_view token;  // the id as a JSON string, with its quotes
  std::string_view raw;
};

std::vector<Entry> entries(std::string_view map) {
  std::vector<Entry> out;
  if (!map.starts_with('{')) return out;
  json::Cursor cursor(map);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) out.push_back({{key->data() - 1, key->size() + 2}, cursor.take()});
  return out;
}

std::vector<std::string_view> strings(std::string_view list) {
  std::vector<std::string_view> out;
  if (!list.starts_with('[')) return out;
  json::Cursor cursor(list);
  cursor.enter_array();
  while (cursor.next_element()) {
    const auto element = cursor.take();
    if (element.starts_with('"')) out.push_back(element);
  }
  return out;
}

// The members that are moved or rewritten; all others are copied.
struct Parts {
  std::string_view type = "null", disabled, settings = "{}", blocks, block_order;
  bool is_static = false;
};

void append_section(std::string& out, const Entry& entry, bool listed);

// One section or block that is no object: kept as it is, so that nothing is lost.
void append_other(std::string& out, const Entry& entry) {
  out.append(R"({"id":)").append(entry.token).append(R"(,"type":null,"disabled":false,"raw":)").append(entry.raw);
  out += R"(,"settings":{},"blocks":[]})";
}

void append_section(std::string& out, const Entry& entry, bool listed) {
  if (!entry.raw.starts_with('{')) return append_other(out, entry);
  Parts parts;
  std::string others;
  json::Cursor cursor(entry.raw);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) {
    const auto value = cursor.take();
    if (*key == "type") {
      parts.type = value;
    } else if (*key == "disabled" && (value == "true" || value == "false")) {
      parts.disabled = value;
    } else if (*key == "settings") {
      parts.settings = value;
    } else if (*key == "blocks" && value.starts_with('{')) {
      parts.blocks = value;
    } else if (*key == "block_order" && value.starts_with('[')) {
      parts.block_order = value;
    } else if (*key == "blocks" || *key == "id") {
      others.append(R"(,"raw_)").append(*key).append("\":").append(value);  // our own names: their text stays beside
    } else {
      others.append(",\"").append(*key).append("\":").append(value);
      if (*key == "static" && value == "true") parts.is_static = true;
    }
  }
  out.append(R"({"id":)").append(entry.token).append(R"(,"type":)").append(parts.type);
  out.append(R"(,"disabled":)").append(parts.disabled == "true" ? "true" : "false").append(others);
  if (!listed && !parts.is_static) out += R"(,"unlisted":true)";
  if (const auto missing = missing_ids(parts.blocks, parts.block_order); !missing.empty())
    out.append(R"(,"missingBlocks":)").append(missing);
  out.append(R"(,"settings":)").append(parts.settings).append(R"(,"blocks":)");
  append_sections(out, parts.blocks, parts.block_order);
  out += '}';
}

}  // namespace

void append_sections(std::string& out, std::string_view map, std::string_view order) {
  const auto all = entries(map);
  std::unordered_map<std::string_view, std::size_t> positions;
  for (std::size_t i = 0; i < all.size(); ++i) positions.emplace(all[i].token, i);
  std::vector<char> done(all.size(), 0);
  const auto begin = out.size();
  const auto append = [&](std::size_t i, bool listed) {
    if (std::exchange(done[i], 1) != 0) return;
    out += out.size() == begin ? '[' : ',';
    append_section(out, all[i], listed);
  };
  for (const auto id : strings(order))
    if (const auto found = positions.find(id); found != positions.end()) append(found->second, true);
  const bool ordered = order.starts_with('[');
  for (std::size_t i = 0; i < all.size(); ++i) append(i, !ordered);
  out += out.size() == begin ? "[]" : "]";
}

std::string missing_ids(std::string_view map, std::string_view order) {
  std::string out;
  const auto all = entries(map);
  for (const auto id : strings(order)) {
    if (std::ranges::find(all, id, &Entry::token) != all.end()) continue;
    out.append(out.empty() ? "[" : ",").append(id);
  }
  if (!out.empty()) out += ']';
  return out;
}

}  // namespace stoa::model::theme
