#include "model/theme/file_document.h"

#include <array>

#include "base/json_text.h"
#include "model/theme/file_name.h"
#include "model/theme/liquid_schema.h"
#include "model/theme/relaxed_json.h"
#include "model/theme/sections.h"
#include "model/theme/settings_data.h"

namespace stoa::model::theme {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view raw) {
  out.append(",\"").append(name).append("\":").append(raw);
}
std::string text_or_null(std::string_view text) { return text.empty() ? "null" : json::quoted(text); }

std::string head(const FileFacts& facts, const FileName& name) {
  std::string out = R"({"id":)" + json::quoted(file_document_id(facts.theme_id, facts.filename));
  append_member(out, "themeId", json::quoted(facts.theme_id));
  append_member(out, "filename", json::quoted(facts.filename));
  append_member(out, "kind", json::quoted(to_string(name.role)));
  append_member(out, "name", json::quoted(name.path));
  append_member(out, "checksumMd5", text_or_null(facts.checksum_md5));
  append_member(out, "updatedAt", text_or_null(facts.updated_at));
  return out;
}

// A JSON template or section group: its sections in order, all other members under their own names; `name` is taken,
// so a group's is its `title`.
Result<std::string> sectioned(const FileName& name, std::string_view content) {
  STOA_TRY_ASSIGN(const auto root, canonical_relaxed(content));
  if (!root.starts_with('{')) return fail(Code::corrupt, "the file is not a JSON object");
  std::string out;
  if (name.role == FileRole::json_template) {
    out.append(R"(,"template":{"directory":)").append(text_or_null(name.directory));
    out.append(R"(,"name":)").append(json::quoted(name.name));
    out.append(R"(,"suffix":)").append(text_or_null(name.suffix)).append("}");
  }
  std::string_view map, order;
  json::Cursor cursor(root);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) {
    const auto value = cursor.take();
    if (*key == "sections" && value.starts_with('{')) {
      map = value;
    } else if (*key == "order" && value.starts_with('[')) {
      order = value;
    } else if (*key == "name") {
      append_member(out, "title", value);
    } else {
      static constexpr std::array<std::string_view, 11> kOurs{"id",        "themeId",  "filename",       "kind",
                                                              "error",     "title",    "template",       "checksumMd5",
                                                              "updatedAt", "sections", "missingSections"};
      const bool ours = std::ranges::find(kOurs, *key) != kOurs.end();
      append_member(out, (ours ? "raw_" : "") + std::string(*key), value);
    }
  }
  if (const auto missing = missing_ids(map, order); !missing.empty()) append_member(out, "missingSections", missing);
  append_member(out, "sections", "");
  append_sections(out, map, order);
  return out;
}

// A context template: raw, with the file it overrides named.
Result<std::string> overriding(const FileName& name, std::string_view content) {
  STOA_TRY_ASSIGN(const auto root, canonical_relaxed(content));
  const auto parent = json::find_string(root, {"parent"});
  std::string out;
  append_member(out, "parent", json::quoted(parent.value_or(name.parent)));
  append_member(out, "context", json::quoted(name.context));
  append_member(out, "content", root);
  return out;
}

Result<std::string> whole(std::string_view content) {
  STOA_TRY_ASSIGN(const auto root, canonical_relaxed(content));
  std::string out;
  append_member(out, "content", root);
  return out;
}

// "en.default.schema": language en, the theme's default, texts of the editor.
Result<std::string> locale(const FileName& name, std::string_view content) {
  STOA_TRY_ASSIGN(const auto members, whole(content));
  auto language = name.path;
  const auto drop = [&](std::string_view ending) {
    const bool has = language.ends_with(ending);
    if (has) language.remove_suffix(ending.size());
    return has ? "true" : "false";
  };
  const auto* const schema = drop(".schema");
  const auto* const primary = drop(".default");
  std::string out;
  append_member(out, "locale", json::quoted(language));
  append_member(out, "default", primary);
  append_member(out, "schema", schema);
  return out + members;
}

Result<std::string> schema(std::string_view content) {
  STOA_TRY_ASSIGN(const auto text, find_schema(content));
  std::string out;
  if (!text) return append_member(out, "schema", "null"), out;
  auto root = canonical_relaxed(*text);
  if (!root) return fail(std::move(root).error().in("its schema"));
  append_member(out, "schema", *root);
  return out;
}

Result<std::string> members(const FileName& name, std::string_view content) {
  switch (name.role) {
    case FileRole::settings_data: return settings_data_members(content);
    case FileRole::json_template:
    case FileRole::section_group: return sectioned(name, content);
    case FileRole::context_override: return overriding(name, content);
    case FileRole::locale: return locale(name, content);
    case FileRole::section_schema:
    case FileRole::block_schema: return schema(content);
    case FileRole::settings_schema: return whole(content);
    case FileRole::other: break;
  }
  check_failed("file_document", "a file that is mirrored", __FILE__, __LINE__);
}

}  // namespace

std::string file_document_id(std::string_view theme_id, std::string_view filename) {
  return fmt::format("{}/{}", theme_id, filename);
}

std::string file_document(const FileFacts& facts, std::string_view content) {
  const auto name = read_file_name(facts.filename);
  auto body = head(facts, name);
  auto rest = members(name, content);
  append_member(body, "error", rest ? "null" : json::quoted(rest.error().what));
  if (rest) body += *rest;
  return body + "}";
}

}  // namespace stoa::model::theme
