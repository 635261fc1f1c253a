#include "model/theme/file_name.h"

namespace stoa::model::theme {
namespace {

constexpr std::string_view kContext = ".context.";

bool take(std::string_view& text, std::string_view prefix, std::string_view ending) {
  if (text.size() <= prefix.size() + ending.size() || !text.starts_with(prefix) || !text.ends_with(ending))
    return false;
  text.remove_prefix(prefix.size());
  text.remove_suffix(ending.size());
  return true;
}

// "customers/login.b2b" into its parts.
void split_template(FileName& out, std::string_view path) {
  if (const auto slash = path.rfind('/'); slash != std::string_view::npos) {
    out.directory = path.substr(0, slash);
    path.remove_prefix(slash + 1);
  }
  const auto dot = path.find('.');
  out.name = path.substr(0, dot);
  if (dot != std::string_view::npos) out.suffix = path.substr(dot + 1);
}

}  // namespace

std::string_view to_string(FileRole role) {
  switch (role) {
    case FileRole::settings_data: return "settingsData";
    case FileRole::settings_schema: return "settingsSchema";
    case FileRole::json_template: return "template";
    case FileRole::section_group: return "sectionGroup";
    case FileRole::context_override: return "contextOverride";
    case FileRole::locale: return "locale";
    case FileRole::section_schema: return "sectionSchema";
    case FileRole::block_schema: return "blockSchema";
    case FileRole::other: break;
  }
  return "other";
}

FileName read_file_name(std::string_view filename) {
  FileName out{.path = filename, .parent = {}};
  if (filename == "config/settings_data.json" || filename == "config/settings_schema.json") {
    out.role = filename.ends_with("data.json") ? FileRole::settings_data : FileRole::settings_schema;
    take(out.path, "config/", ".json");
  } else if (take(out.path, "templates/", ".json")) {
    out.role = FileRole::json_template;
  } else if (take(out.path, "sections/", ".json")) {
    out.role = FileRole::section_group;
  } else if (take(out.path, "locales/", ".json")) {
    out.role = FileRole::locale;
  } else if (take(out.path, "sections/", ".liquid")) {
    out.role = FileRole::section_schema;
  } else if (take(out.path, "blocks/", ".liquid")) {
    out.role = FileRole::block_schema;
  }
  if (out.role != FileRole::json_template && out.role != FileRole::section_group) {
    out.name = out.path;
    return out;
  }
  auto base = out.path;
  if (const auto at = base.find(kContext); at != std::string_view::npos && at > 0) {
    out.role = FileRole::context_override;
    out.context = base.substr(at + kContext.size());
    base = base.substr(0, at);
    out.parent = base;
  }
  split_template(out, base);
  return out;
}

}  // namespace stoa::model::theme
