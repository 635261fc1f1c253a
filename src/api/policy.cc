#include "api/policy.h"

#include "base/crypto.h"
#include "base/json_text.h"

namespace stoa::api {
namespace {
constexpr std::string_view kDefaultCacheControl = "private, max-age=0, must-revalidate";
}

bool Policy::shows_metafield(std::string_view name_space, std::string_view key) const {
  if (metafields.empty()) return false;
  return metafields.contains(fmt::format("{}.*", name_space)) ||
         metafields.contains(fmt::format("{}.{}", name_space, key));
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

  std::string shown = policy.inventory ? "inventory" : "";
  for (const auto& name : policy.metafields) shown += '\0' + name;
  policy.fingerprint =
      hash_hex(content_hash({shown, "\1", policy.cache_control, "\1", json::string_or(settings, "publicationId")}));
  return policy;
}

std::vector<storage::Condition> list_conditions(model::Kind kind, Audience audience, const Policy& policy, Time now) {
  if (kind != model::Kind::products || audience == Audience::operators) return {};
  std::vector<storage::Condition> all{
      {.field = "publishedAt", .op = storage::Condition::Op::less_equal, .values = {micros(now)}}};
  // A product that was not fetched with that question yet has null there: not published, until a sync says otherwise.
  if (policy.publication) all.push_back({.field = "publishedOnPublication", .values = {true}});
  return all;
}

bool visible(model::Kind kind, Audience audience, const Policy& policy, std::string_view body, Time now) {
  if (kind != model::Kind::products || audience == Audience::operators) return true;
  const auto status = json::find_string(body, {"status"});
  if (status != "ACTIVE" && status != "UNLISTED") return false;
  if (policy.publication && json::find_raw(body, {"publishedOnPublication"}) != "true") return false;
  const auto published = json::find_string(body, {"publishedAt"});
  if (!published) return false;
  const auto time = parse_iso(*published);
  return time && *time <= now;
}

}  // namespace stoa::api
