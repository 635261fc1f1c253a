#include "model/theme/settings_data.h"

#include "base/json_text.h"
#include "model/theme/relaxed_json.h"
#include "model/theme/sections.h"

namespace stoa::model::theme {
namespace {

// What `current` or a preset holds.
struct Current {
  std::string settings = "{";  // closed by the reader
  std::string_view sections, blocks, order = "[]";
};

Current read_current(std::string_view raw) {
  Current out;
  if (raw.starts_with('{')) {
    json::Cursor cursor(raw);
    cursor.enter_object();
    while (const auto key = cursor.next_key()) {
      const auto value = cursor.take();
      if (*key == "sections" && value.starts_with('{')) {
        out.sections = value;
      } else if (*key == "blocks" && value.starts_with('{')) {
        out.blocks = value;
      } else if (*key == "content_for_index" && value.starts_with('[')) {
        out.order = value;
      } else {
        out.settings.append(out.settings.size() > 1 ? ",\"" : "\"").append(*key).append("\":").append(value);
      }
    }
  }
  out.settings += '}';
  return out;
}

// The first array holds the ids of the second: sections that a vintage theme draws elsewhere than at home are no less
// listed.
void append_listed(std::string& out, std::string_view map, std::string_view order) {
  std::string ids(order.substr(0, order.size() - 1));
  if (map.starts_with('{')) {
    json::Cursor cursor(map);
    cursor.enter_object();
    while (const auto key = cursor.next_key()) {
      ids.append(ids.size() > 1 ? ",\"" : "\"").append(*key).append("\"");
      cursor.skip();
    }
  }
  append_sections(out, map, ids + "]");
}

}  // namespace

Result<std::string> settings_data_members(std::string_view content) {
  STOA_TRY_ASSIGN(const auto root, canonical_relaxed(content));
  if (!root.starts_with('{')) return fail(Code::corrupt, "the file is not a JSON object");
  std::string_view current = "{}", presets = "{}", platform = "null";
  std::string others;
  json::Cursor cursor(root);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) {
    const auto value = cursor.take();
    if (*key == "current") {
      current = value;
    } else if (*key == "presets") {
      presets = value;
    } else if (*key == "platform_customizations") {
      platform = value;
    } else {
      others.append(R"(,"raw_)").append(*key).append("\":").append(value);
    }
  }
  const bool named = current.starts_with('"');
  const auto in_force =
      read_current(named ? json::find_raw(presets, {current.substr(1, current.size() - 2)}) : current);
  std::string out;
  out.append(R"(,"preset":)").append(named ? current : "null");
  out.append(R"(,"settings":)").append(in_force.settings);
  out += R"(,"sections":)";
  append_listed(out, in_force.sections, in_force.order);
  out.append(R"(,"contentForIndex":)").append(in_force.order);
  out += R"(,"blocks":)";
  append_sections(out, in_force.blocks, {});
  out.append(R"(,"presets":)").append(presets).append(R"(,"platformCustomizations":)").append(platform);
  return out + others;
}

}  // namespace stoa::model::theme
