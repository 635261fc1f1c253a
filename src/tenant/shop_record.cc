#include "tenant/shop_record.h"

namespace stoa::tenant {

void write_shop(const ShopAnswer& answered, Time now, storage::ShopRecord& shop) {
  auto info = answered.shop.info;
  if (const auto* readable = shop.info.if_contains(kReadableMetafields)) info[kReadableMetafields] = *readable;
  shop.info = std::move(info);
  if (answered.scopes_known) shop.scopes = answered.scopes;
  shop.updated_at = now;
}

bool has_scope(const std::vector<std::string>& granted, std::string_view wanted) {
  // write_x implies read_x (shopify.md, section A).
  const auto write_twin = wanted.starts_with("read_") ? "write_" + std::string(wanted.substr(5)) : std::string();
  return std::any_of(granted.begin(), granted.end(),
                     [&](const std::string& scope) { return scope == wanted || scope == write_twin; });
}

void set_state(storage::ShopRecord& shop, storage::StoreState state, Time now) {
  if (shop.state == state) return;
  shop.state = state;
  shop.since = now;
  shop.cause.reset();
}

}  // namespace stoa::tenant
