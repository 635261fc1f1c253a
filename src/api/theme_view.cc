#include "api/theme_view.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "model/theme/file_document.h"

namespace stoa::api {
namespace {

using model::theme::FileRole;
using model::theme::read_file_name;

constexpr std::size_t kFilesAtOnce = 50;
constexpr std::string_view kSettingsData = "config/settings_data.json", kIndex = "templates/index.json";

// Members of a file's document that say where it comes from: left out where its name stands before it anyway.
constexpr std::array<std::string_view, 6> kOrigin{"id", "themeId", "kind", "name", "checksumMd5", "updatedAt"};

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

bool wants(const ThemeQuery& query, std::string_view member) {
  return query.members.empty() ? !contains(large_theme_members(), member) : contains(query.members, member);
}
bool wants_template(const ThemeQuery& query, std::string_view name) {
  return !query.templates || contains(*query.templates, name);
}

// Every member of a canonical object.
template <class Visit>
void each_member(std::string_view object, Visit visit) {
  json::Cursor cursor(object);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) {
    const auto value = cursor.take();
    visit(*key, value);
  }
}
template <class Visit>
void each_element(std::string_view array, Visit visit) {
  if (!array.starts_with('[')) return;
  json::Cursor cursor(array);
  cursor.enter_array();
  while (cursor.next_element()) visit(cursor.take());
}

// Of a vintage theme: the sections of its home page, in order. Empty when it has none there.
std::string home_sections(std::string_view settings_data) {
  const auto ids = json::find_raw(settings_data, {"contentForIndex"});
  std::string out;
  each_element(ids, [&](std::string_view id) {
    each_element(json::find_raw(settings_data, {"sections"}), [&](std::string_view section) {
      if (json::find_raw(section, {"id"}) == id) out.append(out.empty() ? "[" : ",").append(section);
    });
  });
  return out.empty() ? out : out + "]";
}

}  // namespace

ThemeView::ThemeView(storage::StoreHandle& store, std::span<const model::Kind> mirrored, const storage::Stored& theme,
                     MaySee may_see)
    : store_(store),
      mirrored_(mirrored),
      theme_(theme),
      may_see_(std::move(may_see)),
      is_parsed_(json::find_raw(theme.body, {"files"}).starts_with('[')),
      out_(types_, json::find_raw(theme.body, {"settings"})),
      newest_(theme.fetched_at) {
  each_element(json::find_raw(theme.body, {"files"}),
               [&](std::string_view file) { files_.insert(json::find_string(file, {"filename"}).value_or("")); });
}

Result<std::string> ThemeView::whole(const ThemeQuery& query) {
  append_own(query);
  if (is_parsed_) {
    STOA_TRY(learn_theme_types());
    if (wants(query, "settings")) {
      out_.append(",");
      out_.append_theme_settings();
    }
    STOA_TRY(append_settings_data(query));
    if (wants(query, "templates")) STOA_TRY(append_templates(query));
    if (wants(query, "sectionGroups")) {
      append_member("sectionGroups", "{");
      STOA_TRY(append_by_name(names_of(FileRole::section_group)));
      out_.append("}");
    }
    if (wants(query, "contextOverrides")) STOA_TRY(append_overrides(query));
    if (wants(query, "settingsSchema")) {
      STOA_TRY_ASSIGN(const auto schema, load_one("config/settings_schema.json"));
      const auto content = schema ? json::find_raw(schema->body, {"content"}) : std::string_view();
      append_member("settingsSchema", content.empty() ? "null" : content);
    }
    if (wants(query, "sectionSchemas")) STOA_TRY(append_contents("sectionSchemas", FileRole::section_schema, "schema"));
    if (wants(query, "blockSchemas")) STOA_TRY(append_contents("blockSchemas", FileRole::block_schema, "schema"));
    if (wants(query, "locales")) STOA_TRY(append_contents("locales", FileRole::locale, "content"));
    if (wants(query, "errors")) append_errors();
    if (wants(query, "files")) append_member("files", json::find_raw(theme_.body, {"files"}));
  }
  out_.append("}");
  return finish();
}

Result<std::optional<std::string>> ThemeView::one_template(const std::string& name) {
  const auto filename = fmt::format("templates/{}.json", name);
  std::optional<storage::Stored> found, settings_data;
  if (files_.contains(filename)) {
    STOA_TRY_ASSIGN(found, load_one(filename));
  } else if (filename == kIndex && is_parsed_) {
    STOA_TRY_ASSIGN(settings_data, load_one(std::string(kSettingsData)));
  }
  if (!found && (!settings_data || home_sections(settings_data->body).empty())) return std::optional<std::string>();
  STOA_TRY(learn_theme_types());
  STOA_TRY(learn_types({found ? *found : *settings_data}));
  if (found)
    append_file(*found, true);
  else
    append_vintage_index(settings_data->body);
  STOA_TRY_ASSIGN(auto text, finish());
  return std::optional(std::move(text));
}

Result<std::string> ThemeView::finish() {
  STOA_TRY_ASSIGN(const auto targets, find_targets(store_, mirrored_, out_.links(), may_see_));
  return out_.text(targets);
}

// ---- what is asked of the database

ThemeView::Names ThemeView::names_of(FileRole role) const {
  Names out;
  for (const auto& name : files_)
    if (read_file_name(name).role == role) out.push_back(name);
  return out;
}

Result<ThemeView::Documents> ThemeView::load(std::span<const std::string> filenames) {
  if (filenames.empty()) return Documents();
  std::vector<std::string> ids;
  for (const auto& name : filenames) ids.push_back(model::theme::file_document_id(theme_.id, name));
  STOA_TRY_ASSIGN(auto documents, store_.get_many(model::Kind::themes, ids));
  for (const auto& document : documents) newest_ = std::max(newest_, document.fetched_at);
  return documents;
}

Result<std::optional<storage::Stored>> ThemeView::load_one(const std::string& filename) {
  STOA_TRY_ASSIGN(auto documents, load(std::span(&filename, 1)));
  if (documents.empty()) return std::optional<storage::Stored>();
  return std::optional(std::move(documents.front()));
}

// Some at a time: a theme may have a thousand templates. The types of what stands in them are known to `visit`.
Result<> ThemeView::each_document(const Names& filenames, const std::function<void(const storage::Stored&)>& visit) {
  for (std::size_t i = 0; i < filenames.size(); i += kFilesAtOnce) {
    const auto count = std::min(kFilesAtOnce, filenames.size() - i);
    STOA_TRY_ASSIGN(const auto documents, load(std::span(filenames).subspan(i, count)));
    STOA_TRY(learn_types(documents));
    for (const auto& document : documents) visit(document);
  }
  return {};
}

Result<> ThemeView::learn_theme_types() {
  STOA_TRY_ASSIGN(const auto schema, load_one("config/settings_schema.json"));
  if (schema) types_.add_theme(schema->body);
  return {};
}

// The schemas of the sections and blocks that stand in those documents, unless they are known.
Result<> ThemeView::learn_types(const Documents& documents) {
  model::theme::UsedTypes used;
  for (const auto& document : documents) used.add(json::find_raw(document.body, {"sections"}));
  Names wanted;
  const auto want = [&](std::string_view folder, const std::set<std::string>& types) {
    for (const auto& type : types)
      if (auto name = fmt::format("{}/{}.liquid", folder, type); files_.contains(name) && learned_.insert(name).second)
        wanted.push_back(std::move(name));
  };
  want("sections", used.sections);
  want("blocks", used.blocks);
  STOA_TRY_ASSIGN(const auto schemas, load(wanted));
  for (const auto& schema : schemas) {
    const auto filename = json::find_string(schema.body, {"filename"}).value_or("");
    const auto name = read_file_name(filename);
    if (name.role == FileRole::section_schema) types_.add_section(std::string(name.path), schema.body);
    if (name.role == FileRole::block_schema) types_.add_block(std::string(name.path), schema.body);
  }
  return {};
}

// ---- what is written

void ThemeView::append_member(std::string_view name, std::string_view raw) {
  out_.append(fmt::format(R"(,"{}":)", name));
  out_.append(raw);
}

// The theme's own members, as Shopify has them; `id` is the first.
void ThemeView::append_own(const ThemeQuery& query) {
  out_.append(R"({"id":)");
  out_.append(json::quoted(theme_.id));
  each_member(theme_.body, [&](std::string_view key, std::string_view value) {
    static constexpr std::array<std::string_view, 5> kElsewhere{"id", "settings", "files", "format", "parsed"};
    if (!contains(kElsewhere, key) && wants(query, key)) append_member(key, value);
  });
  if (wants(query, "parsed")) append_member("parsed", is_parsed_ ? "true" : "false");
}

// What config/settings_data.json holds besides the settings.
Result<> ThemeView::append_settings_data(const ThemeQuery& query) {
  static constexpr std::array<std::string_view, 3> kElsewhere{"filename", "error", "settings"};
  static constexpr std::array<std::string_view, 6> kHere{"preset", "sections", "contentForIndex",
                                                         "blocks", "presets",  "platformCustomizations"};
  if (std::ranges::none_of(kHere, [&](std::string_view member) { return wants(query, member); })) return {};
  STOA_TRY_ASSIGN(const auto data, load_one(std::string(kSettingsData)));
  if (!data) return {};
  STOA_TRY(learn_types({*data}));
  each_member(data->body, [&](std::string_view key, std::string_view value) {
    if (contains(kOrigin, key) || contains(kElsewhere, key) || !wants(query, key)) return;
    const bool sections = key == "sections" || key == "blocks";
    append_member(key, sections ? "" : value);
    if (sections) out_.append_sections(value);
  });
  return {};
}

Result<> ThemeView::append_templates(const ThemeQuery& query) {
  auto names = names_of(FileRole::json_template);
  std::erase_if(names, [&](const auto& name) { return !wants_template(query, read_file_name(name).path); });
  append_member("templates", "{");
  STOA_TRY(append_by_name(names));
  if (!files_.contains(std::string(kIndex)) && wants_template(query, "index")) {
    STOA_TRY_ASSIGN(const auto data, load_one(std::string(kSettingsData)));
    if (data && !home_sections(data->body).empty()) {
      out_.append(names.empty() ? R"("index":)" : R"(,"index":)");
      append_vintage_index(data->body);
    }
  }
  out_.append("}");
  return {};
}

// "name":{…} of each.
Result<> ThemeView::append_by_name(const Names& filenames) {
  bool first = true;
  return each_document(filenames, [&](const storage::Stored& document) {
    if (!std::exchange(first, false)) out_.append(",");
    out_.append(json::find_raw(document.body, {"name"}));
    out_.append(":");
    append_file(document, false);
  });
}

// Those of the templates that were asked for, and of section groups.
Result<> ThemeView::append_overrides(const ThemeQuery& query) {
  auto names = names_of(FileRole::context_override);
  std::erase_if(names, [&](const auto& name) {
    return name.starts_with("templates/") && !wants_template(query, read_file_name(name).parent);
  });
  append_member("contextOverrides", "[");
  bool first = true;
  STOA_TRY(each_document(names, [&](const storage::Stored& document) {
    if (!std::exchange(first, false)) out_.append(",");
    append_file(document, false);
  }));
  out_.append("]");
  return {};
}

// An object of one member of each file, by the file's name.
Result<> ThemeView::append_contents(std::string_view name, FileRole role, std::string_view content) {
  append_member(name, "{");
  bool first = true;
  STOA_TRY(each_document(names_of(role), [&](const storage::Stored& document) {
    if (!std::exchange(first, false)) out_.append(",");
    out_.append(json::find_raw(document.body, {"name"}));
    out_.append(":");
    const auto raw = json::find_raw(document.body, {content});
    out_.append(raw.empty() ? "null" : raw);
  }));
  out_.append("}");
  return {};
}

// A template, section group or override; `alone`: with where it comes from.
void ThemeView::append_file(const storage::Stored& document, bool alone) {
  bool first = true, has_sections = false;
  const auto key_of = [&](std::string_view key) {
    out_.append(std::exchange(first, false) ? "{\"" : ",\"");
    out_.append(key);
    out_.append("\":");
  };
  each_member(document.body, [&](std::string_view key, std::string_view value) {
    if (!alone && contains(kOrigin, key)) return;
    key_of(key);
    if (key != "sections") return out_.append(value);
    has_sections = true;
    out_.append_sections(value);
  });
  // Of a file that cannot be read there is only its `error`.
  const auto kind = json::find_string(document.body, {"kind"});
  if (!has_sections && kind != to_string(FileRole::context_override)) {
    key_of("sections");
    out_.append("[]");
  }
  out_.append("}");
}

void ThemeView::append_vintage_index(std::string_view settings_data) {
  out_.append(fmt::format(
      R"({{"filename":"{}","error":null,"template":{{"directory":null,"name":"index","suffix":null}},"sections":)",
      kSettingsData));
  out_.append_sections(home_sections(settings_data));
  out_.append("}");
}

// The files that could not be had or read, and why.
void ThemeView::append_errors() {
  append_member("errors", "[");
  bool first = true;
  each_element(json::find_raw(theme_.body, {"files"}), [&](std::string_view file) {
    auto why = json::find_raw(file, {"error"});
    if (why.empty()) why = json::find_raw(file, {"unreadable"});
    if (why.empty()) return;
    out_.append(fmt::format(R"({}{{"filename":{},"error":{}}})", std::exchange(first, false) ? "" : ",",
                            json::find_raw(file, {"filename"}), why));
  });
  out_.append("]");
}

}  // namespace stoa::api
