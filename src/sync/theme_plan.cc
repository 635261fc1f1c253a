#include "sync/theme_plan.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/text.h"
#include "model/theme/file_document.h"
#include "model/theme/file_name.h"

namespace stoa::sync {
namespace {
constexpr std::size_t kBatchBytes = 2u << 20;
constexpr std::string_view kThemeGid = "gid://shopify/OnlineStoreTheme/";
}  // namespace

StoredFiles stored_files(std::string_view theme_body) {
  StoredFiles out;
  if (json::find_raw(theme_body, {"format"}) != std::to_string(model::theme::kThemeFormat)) return out;
  json::Cursor cursor(json::find_raw(theme_body, {"files"}));
  if (cursor.peek() != '[') return out;
  cursor.enter_array();
  while (cursor.next_element()) {
    const auto entry = cursor.take();
    auto& file = out[json::find_string(entry, {"filename"}).value_or("")];
    if (json::find_raw(entry, {"error"}).empty())
      file.checksum_md5 = json::find_string(entry, {"checksumMd5"}).value_or("");
    file.unreadable = json::find_string(entry, {"unreadable"}).value_or("");
  }
  return out;
}

ThemePlan plan_theme(const ListedFiles& listed, const StoredFiles& stored) {
  ThemePlan plan;
  for (const auto& [name, entry] : listed) {
    if (!model::theme::is_mirrored(name)) continue;
    const auto known = stored.find(name);
    const bool same = known != stored.end() && !known->second.checksum_md5.empty() &&
                      known->second.checksum_md5 == entry.file.checksum_md5;
    (same ? plan.unchanged : plan.fetch).push_back(name);
  }
  return plan;
}

std::vector<std::string> next_batch(const std::vector<std::string>& names, const ListedFiles& listed) {
  std::vector<std::string> out;
  std::size_t bytes = 0;
  for (const auto& name : names) {
    const auto found = listed.find(name);
    bytes += found == listed.end() ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(found->second.file.size, 0));
    if (!out.empty() && (out.size() == shopify::kThemeBodies || bytes > kBatchBytes)) break;
    out.push_back(name);
  }
  return out;
}

std::string theme_document(std::string_view theme_body, std::string_view settings, const ListedFiles& files) {
  std::string out(theme_body.substr(0, theme_body.size() - 1));
  out.append(R"(,"settings":)").append(settings).append(R"(,"files":[)");
  for (bool first = true; const auto& [name, entry] : files) {
    if (!std::exchange(first, false)) out += ',';
    out += std::string_view(entry.file.entry).substr(0, entry.file.entry.size() - 1);
    if (!entry.error.empty()) out.append(R"(,"error":)").append(json::quoted(entry.error));
    if (!entry.unreadable.empty()) out.append(R"(,"unreadable":)").append(json::quoted(entry.unreadable));
    out += '}';
  }
  return out + fmt::format(R"(],"format":{}}})", model::theme::kThemeFormat);
}

bool is_parsed(std::string_view theme_body, const std::vector<std::string>& named) {
  return json::find_string(theme_body, {"role"}) == "MAIN" ||
         std::ranges::find(named, json::find_string(theme_body, {"id"}).value_or("")) != named.end();
}

std::string theme_of(std::string_view document_id) {
  if (!document_id.starts_with(kThemeGid)) return std::string(document_id);
  return std::string(document_id.substr(0, document_id.find('/', kThemeGid.size())));
}

}  // namespace stoa::sync
