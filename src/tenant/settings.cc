#include "tenant/settings.h"

#include <array>

#include "base/ids.h"
#include "base/text.h"

namespace stoa::tenant {
namespace {

using Check = std::optional<std::string> (*)(const json::Value&);

std::optional<std::string> is_flag(const json::Value& value) {
  return value.is_bool() ? std::nullopt : std::optional<std::string>("want true or false");
}

template <class Test>
std::optional<std::string> is_list_of(const json::Value& value, std::size_t count_max, const char* wanted, Test test) {
  const auto* list = value.if_array();
  if (list == nullptr || list->size() > count_max) return wanted;
  for (const auto& element : *list)
    if (!element.is_string() || !test(std::string_view(element.get_string()))) return wanted;
  return std::nullopt;
}

bool plain_text(std::string_view text) {
  // Visible ASCII: what is set here ends up in header lines and comparisons.
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::optional<std::string> is_publication(const json::Value& value) {
  const auto* text = value.if_string();
  const auto gid = text == nullptr ? Result<Gid>(fail(Code::invalid, "")) : parse_gid(std::string_view(*text));
  return gid && gid->type == "Publication" ? std::nullopt
                                           : std::optional<std::string>("want gid://shopify/Publication/<number>");
}
std::optional<std::string> is_metafields(const json::Value& value) {
  return is_list_of(value, 256, "want a list of up to 256 \"<namespace>.<key>\" or \"<namespace>.*\"",
                    [](std::string_view text) {
                      const auto dot = text.rfind('.');
                      return plain_text(text) && dot != std::string_view::npos && dot > 0 && dot + 1 < text.size();
                    });
}
std::optional<std::string> is_kinds(const json::Value& value) {
  return is_list_of(value, model::kKindCount,
                    "want a list of products, collections, blogs, articles, themes, media, discounts, pages, menus, "
                    "metaobjects",
                    [](std::string_view text) { return model::kind_from(text).has_value(); });
}
std::optional<std::string> is_themes(const json::Value& value) {
  return is_list_of(value, 20, "want a list of up to 20 theme ids, gid://shopify/OnlineStoreTheme/<number>",
                    [](std::string_view text) {
                      const auto gid = parse_gid(text);
                      return gid && gid->type == "OnlineStoreTheme";
                    });
}
std::optional<std::string> is_schedules(const json::Value& value) {
  constexpr auto kWanted =
      "want an object of kinds to intervals from \"1m\" to \"30d\", such as {\"products\":\"15m\"}";
  const auto* object = value.if_object();
  if (object == nullptr) return kWanted;
  for (const auto& [kind, interval] : *object) {
    const auto duration =
        interval.is_string() ? parse_duration(std::string_view(interval.get_string())) : fail(Code::invalid, "");
    if (!model::kind_from(kind) || !duration || *duration < std::chrono::minutes(1) ||
        *duration > std::chrono::days(30))
      return kWanted;
  }
  return std::nullopt;
}
std::optional<std::string> is_cache_control(const json::Value& value) {
  return value.is_string() && plain_text(std::string_view(value.get_string()))
             ? std::nullopt
             : std::optional<std::string>("want the text of a Cache-Control header");
}
std::optional<std::string> is_cors(const json::Value& value) {
  return is_list_of(value, 50, "want a list of up to 50 origins, such as \"https://app.example\"",
                    [](std::string_view text) {
                      return plain_text(text) && (text.starts_with("https://") || text.starts_with("http://")) &&
                             text.find('/', 8) == std::string_view::npos;
                    });
}

struct Setting {
  std::string_view name;
  Check check;
};
constexpr std::array kSettings{Setting{"paused", is_flag},
                               Setting{"publicationId", is_publication},
                               Setting{"metafields", is_metafields},
                               Setting{"inventory", is_flag},
                               Setting{"kinds", is_kinds},
                               Setting{"themes", is_themes},
                               Setting{"schedules", is_schedules},
                               Setting{"cacheControl", is_cache_control},
                               Setting{"cors", is_cors}};

}  // namespace

void merge_settings(json::Object& settings, const json::Value& change, std::vector<Fault>& faults) {
  const auto* members = change.if_object();
  if (members == nullptr) {
    faults.push_back({"/settings", "want an object"});
    return;
  }
  const auto faults_before = faults.size();
  json::Object merged = settings;
  for (const auto& [name, value] : *members) {
    const auto* setting = std::find_if(kSettings.begin(), kSettings.end(),
                                       [&](const Setting& row) { return row.name == std::string_view(name); });
    if (setting == kSettings.end()) {
      std::vector<std::string> known;
      for (const auto& row : kSettings) known.emplace_back(row.name);
      const auto meant = nearest(name, known);
      faults.push_back({"/settings" + pointer_to(name), meant
                                                            ? fmt::format("unknown setting, did you mean '{}'?", *meant)
                                                            : "unknown setting, remove it"});
    } else if (value.is_null()) {
      merged.erase(name);
    } else if (auto wrong = setting->check(value)) {
      faults.push_back({"/settings" + pointer_to(name), *wrong});
    } else {
      merged.insert_or_assign(name, value);
    }
  }
  if (faults.size() == faults_before) settings = std::move(merged);
}

std::string publication(const json::Object& settings) {
  return std::string(json::string_or(settings, "publicationId"));
}
bool paused(const json::Object& settings) { return json::bool_or(settings, "paused"); }

std::vector<std::string> themes(const json::Object& settings) {
  std::vector<std::string> out;
  if (const auto* list = settings.if_contains("themes"); list != nullptr && list->is_array())
    for (const auto& id : list->get_array())
      if (id.is_string()) out.emplace_back(id.get_string());
  return out;
}

std::vector<model::Kind> wanted_kinds(const json::Object& settings, std::span<const model::Kind> mirrored) {
  std::vector<model::Kind> out;
  const auto* list = settings.if_contains("kinds");
  for (const auto kind : mirrored) {
    const auto named = [&](const json::Value& element) {
      return element.is_string() && std::string_view(element.get_string()) == to_string(kind);
    };
    if (list == nullptr || std::any_of(list->as_array().begin(), list->as_array().end(), named)) out.push_back(kind);
  }
  return out;
}

std::optional<std::chrono::seconds> schedule(const json::Object& settings, model::Kind kind) {
  const auto* schedules = settings.if_contains("schedules");
  if (schedules == nullptr) return std::nullopt;
  const auto duration = parse_duration(json::string_or(*schedules, to_string(kind)));
  return duration ? std::optional(*duration) : std::nullopt;
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(Code::invalid, "duration: '{}', want a number and s, m, h or d, such as 15m", text.substr(0, 20));
  };
  if (text.size() < 2) return wrong();
  const auto number = parse_int(text.substr(0, text.size() - 1));
  if (!number || *number < 1 || *number > 1'000'000) return wrong();
  switch (text.back()) {
    case 's': return std::chrono::seconds(*number);
    case 'm': return std::chrono::minutes(*number);
    case 'h': return std::chrono::hours(*number);
    case 'd': return std::chrono::days(*number);
    default: return wrong();
  }
}

}  // namespace stoa::tenant
