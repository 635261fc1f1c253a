#include "api/policy.h"

#include "api/discount_status.h"
#include "base/crypto.h"
#include "base/json_text.h"
#include "tenant/shop_record.h"

namespace stoa::api {
namespace {
constexpr std::string_view kDefaultCacheControl = "private, max-age=0, must-revalidate";

// Whether an ISO time is there and has come: of a draft it is null, of what is scheduled it lies ahead.
bool not_later(const std::optional<std::string>& text, Time now) {
  const auto time = text ? parse_iso(*text) : fail(Code::invalid, "");
  return time && *time <= now;
}
}  // namespace

bool Policy::shows_metafield(std::string_view owner_type, std::string_view name_space, std::string_view key) const {
  const auto defined = readable.find(owner_type);
  if (metafields.empty() && defined == readable.end()) return false;
  const auto name = fmt::format("{}.{}", name_space, key);
  return metafields.contains(name) || metafields.contains(fmt::format("{}.*", name_space)) ||
         (defined != readable.end() && defined->second.contains(name));
}

Policy parse_policy(const storage::StoreEntry& entry) {
  const json::Value settings = entry.client.settings;
  Policy policy;
  policy.inventory = json::bool_or(settings, "inventory");
  policy.publication = !json::string_or(settings, "publicationId").empty();
  policy.cache_control = json::string_or(settings, "cacheControl", kDefaultCacheControl);
  if (const auto* list = json::find(settings, "metafields"); list != nullptr && list->is_array())
    for (const auto& item : list->get_array())
      if (item.is_string()) policy.metafields.emplace(item.get_string());

  const json::Value info = entry.shop.info;
  if (const auto* all = json::find(info, tenant::kReadableMetafields); all != nullptr && all->is_object())
    for (const auto& [owner, names] : all->get_object())
      for (const auto& name : names.as_array()) policy.readable[owner].emplace(name.get_string());

  std::string shown = policy.inventory ? "inventory" : "";
  for (const auto& name : policy.metafields) shown += '\0' + name;
  for (const auto& [owner, names] : policy.readable)
    for (const auto& name : names) shown += '\2' + owner + '\0' + name;
  policy.fingerprint =
      hash_hex(content_hash({shown, "\1", policy.cache_control, "\1", json::string_or(settings, "publicationId")}));
  return policy;
}

std::vector<storage::Condition> list_conditions(model::Kind kind, Audience audience, const Policy& policy, Time now) {
  if (kind == model::Kind::themes) {
    // The files' documents stand beside the themes.
    std::vector<storage::Condition> own{{.field = "themeId", .op = storage::Condition::Op::is_null}};
    if (audience != Audience::operators) own.push_back({.field = "role", .values = {"MAIN"}});
    return own;
  }
  if (audience == Audience::operators) return {};
  if (kind == model::Kind::discounts) return {{.field = "automatic", .values = {true}}};
  if (kind == model::Kind::metaobjects) return {{.field = "readable", .values = {true}}};
  if (kind != model::Kind::products) return {};
  std::vector<storage::Condition> all{
      {.field = "publishedAt", .op = storage::Condition::Op::less_equal, .values = {micros(now)}}};
  // A product that was not fetched with that question yet has null there: not published, until a sync says otherwise.
  if (policy.publication) all.push_back({.field = "publishedOnPublication", .values = {true}});
  return all;
}

bool visible(model::Kind kind, Audience audience, const Policy& policy, std::string_view body, Time now) {
  if (audience == Audience::operators) return true;
  if (kind == model::Kind::articles || kind == model::Kind::pages)
    return not_later(json::find_string(body, {"publishedAt"}), now);
  if (kind == model::Kind::metaobjects) return model::is_readable_metaobject(body);
  // Files that are no media may be anything: what a shop sells as a download, for one.
  if (kind == model::Kind::media) return json::find_string(body, {"__typename"}) != "GenericFile";
  if (kind == model::Kind::discounts) return is_automatic(body) && discount_status(body, now) == "ACTIVE";
  if (kind == model::Kind::themes) return json::find_string(body, {"role"}) == "MAIN";
  if (kind != model::Kind::products) return true;
  const auto status = json::find_string(body, {"status"});
  if (status != "ACTIVE" && status != "UNLISTED") return false;
  if (policy.publication && json::find_raw(body, {"publishedOnPublication"}) != "true") return false;
  return not_later(json::find_string(body, {"publishedAt"}), now);
}

}  // namespace stoa::api
