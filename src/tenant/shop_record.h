// Changes to a shop's record that registration and change have in common. Pure.
#pragma once

#include "storage/records.h"
#include "tenant/ask_shop.h"

namespace stoa::tenant {

// What the shop said of itself.
void write_shop(const ShopAnswer& answered, Time now, storage::ShopRecord& shop);
// A new state has a new date and no cause yet; the same state keeps both.
void set_state(storage::ShopRecord& shop, storage::StoreState state, Time now);

}  // namespace stoa::tenant
