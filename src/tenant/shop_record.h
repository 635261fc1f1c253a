// Changes to a shop's record that registration and change have in common. Pure.
#pragma once

#include "storage/records.h"
#include "tenant/ask_shop.h"

namespace stoa::tenant {

// Member of ShopRecord::info beside what the shop says of itself: owner type to the metafields that storefronts may
// read by their definition, {"PRODUCT": ["custom.care"]}.
inline constexpr std::string_view kReadableMetafields = "readableMetafields";

// What the shop said of itself.
void write_shop(const ShopAnswer& answered, Time now, storage::ShopRecord& shop);
// Whether the app was granted a scope, itself or by its writing twin.
bool has_scope(const std::vector<std::string>& granted, std::string_view wanted);
// A new state has a new date and no cause yet; the same state keeps both.
void set_state(storage::ShopRecord& shop, storage::StoreState state, Time now);

}  // namespace stoa::tenant
