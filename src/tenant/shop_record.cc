#include "tenant/shop_record.h"

namespace stoa::tenant {

void write_shop(const ShopAnswer& answered, Time now, storage::ShopRecord& shop) {
  shop.info = answered.shop.info;
  if (answered.scopes_known) shop.scopes = answered.scopes;
  shop.updated_at = now;
}

void set_state(storage::ShopRecord& shop, storage::StoreState state, Time now) {
  if (shop.state == state) return;
  shop.state = state;
  shop.since = now;
  shop.cause.reset();
}

}  // namespace stoa::tenant
