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
  policy.cache_control = json::string_or(settings, "cacheControl", kDefaultCacheControl);
  if (const auto* list = json::find(settings, "metafields"); list != nullptr && list->is_array())
    for (const auto& item : list->get_array())
      if (item.is_string()) policy.metafields.emplace(item.get_string());

  std::string shown = policy.inventory ? "inventory" : "";
  for (const auto& name : policy.metafields) shown += '\0' + name;
  policy.fingerprint = hash_hex(content_hash({shown, "\1", policy.cache_control}));
  return policy;
}

std::vector<storage::Condition> list_conditions(model::Kind kind, Audience audience, Time now) {
  if (kind != model::Kind::products || audience == Audience::operators) return {};
  return {{.field = "publishedAt", .op = storage::Condition::Op::less_equal, .values = {micros(now)}}};
}

bool visible(model::Kind kind, Audience audience, std::string_view body, Time now) {
  if (kind != model::Kind::products || audience == Audience::operators) return true;
  const auto status = json::find_string(body, {"status"});
  if (status != "ACTIVE" && status != "UNLISTED") return false;
  const auto published = json::find_string(body, {"publishedAt"});
  if (!published) return false;
  const auto time = parse_iso(*published);
  return time && *time <= now;
}

}  // namespace stoa::api
