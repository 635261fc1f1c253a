// A stand-in shop's discounts: plain values, in the manner of model.h. One struct for the eight types of Shopify; what
// a type has no use for stays as it is.
#pragma once

#include "sandbox/model.h"

namespace stoa::sandbox {

// What a discount applies to, or asks to be bought.
struct DiscountItems {
  enum class Of { all, products, collections } of = Of::all;
  std::vector<std::int64_t> products, variants, collections;
};

// What it gives, or what must be bought.
struct DiscountValue {
  enum class Kind { percentage, amount, on_quantity, quantity } kind = Kind::percentage;
  double percentage = 0;  // 0..1
  std::string amount;     // also of what must be bought, when not a quantity
  bool each_item = false;
  std::int64_t quantity = 1;  // on_quantity: with the percentage, or the amount when there is one
};

struct RedeemCode {
  std::int64_t id = 0;
  std::string code;
  int used = 0;
};

struct Discount {
  enum class Type { basic, bxgy, free_shipping, app };

  std::int64_t id = 0;
  bool automatic = false;
  Type type = Type::basic;
  std::string title;
  std::string summary;
  Time starts_at;
  std::optional<Time> ends_at;
  Time created_at;
  Time updated_at;
  std::vector<std::string> tags;
  int used = 0;
  std::optional<int> usage_limit;
  std::optional<int> uses_per_order;
  bool once_per_customer = false;
  bool combines_orders = false, combines_products = false, combines_shipping = false;
  std::vector<std::string> combines_tags;
  DiscountItems gets_items, buys_items;
  DiscountValue gets, buys;
  std::optional<std::int64_t> least_quantity;
  std::optional<std::string> least_subtotal;
  std::vector<std::string> countries;  // none: all
  std::optional<std::string> shipping_price_max;
  std::vector<RedeemCode> codes;
  std::vector<Metafield> metafields;

  std::string_view node_type() const { return automatic ? "DiscountAutomaticNode" : "DiscountCodeNode"; }
  std::string_view type_name() const;  // "DiscountCodeBasic"
  std::string_view status(Time now) const {
    return ends_at && *ends_at <= now ? "EXPIRED" : starts_at > now ? "SCHEDULED" : "ACTIVE";
  }
};

inline constexpr auto kDiscountTypes = std::to_array<std::string_view>({"BASIC", "BXGY", "FREE_SHIPPING", "APP"});

}  // namespace stoa::sandbox
