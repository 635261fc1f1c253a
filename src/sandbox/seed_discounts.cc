// Made-up discounts: the eight types in turn, and for each active, scheduled and expired ones.
#include "sandbox/seed.h"

namespace stoa::sandbox {
namespace {

using namespace std::chrono_literals;

template <class T>
std::vector<std::int64_t> some_ids(std::span<const T* const> all, std::size_t count) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < all.size() && i < count; ++i) out.push_back(all[i]->id);
  return out;
}

DiscountItems items(const Catalog& catalog, std::size_t i) {
  DiscountItems out;
  if (i % 3 == 1) {
    out.of = DiscountItems::Of::products;
    out.products = some_ids(catalog.products().sorted(nullptr), i % 2 ? 70 : 2);  // 70: more than a first page
    out.variants = some_ids(catalog.variants(), i % 2 ? 0 : 3);
  } else if (i % 3 == 2) {
    out.of = DiscountItems::Of::collections;
    out.collections = some_ids(catalog.collections().sorted(nullptr), 2);
  }
  return out;
}

DiscountValue gives(Discount::Type type, std::size_t i) {
  DiscountValue value{.percentage = i % 2 ? 0.1 : 0.25};
  if (i % 4 == 2) value.amount = "5.00", value.each_item = i % 8 == 2;
  value.kind = type == Discount::Type::bxgy ? DiscountValue::Kind::on_quantity
               : value.amount.empty()       ? DiscountValue::Kind::percentage
                                            : DiscountValue::Kind::amount;
  return value;
}

void set_times(Discount& d, std::size_t state, std::size_t i) {
  d.created_at = kSeedEpoch + std::chrono::hours(i);
  d.updated_at = d.created_at + 1h;
  d.starts_at = state == 1 ? kSeedFuture : d.created_at;
  if (state == 2) d.ends_at = d.created_at + 48h;
  if (state == 0 && i % 2) d.ends_at = kSeedFuture;
}

void add_codes(Catalog& catalog, Discount& d, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n)
    d.codes.push_back({catalog.next_id(), fmt::format("{}-{}", n % 2 ? "Été" : "SAVE", d.codes.size() + d.id % 1000),
                       static_cast<int>(n % 3)});
}

}  // namespace

void seed_discounts(Catalog& catalog, const SeedOptions& options) {
  for (std::size_t i = 0; i < options.discounts; ++i) {
    auto d = std::make_unique<Discount>();
    d->id = catalog.next_id();
    d->type = static_cast<Discount::Type>(i % 4);
    d->automatic = i / 4 % 2 == 1;
    d->title = fmt::format("Discount {} \U0001F3F7 <b>&</b>", i);
    d->summary = "A part off, now and then";
    set_times(*d, i / 8 % 3, i);
    if (i % 3 == 0) d->tags = {"vip", "naïve"};
    d->used = static_cast<int>(i);
    if (i % 4 == 1) d->usage_limit = 100, d->uses_per_order = 1;
    d->once_per_customer = i % 2 == 1;
    d->combines_orders = i % 2 == 0;
    d->combines_shipping = i % 3 == 0;
    d->combines_products = i % 5 == 0;
    if (i % 5 == 0) d->combines_tags = {"vip"};
    d->gets_items = items(catalog, i);
    d->buys_items = items(catalog, i + 1);
    d->gets = gives(d->type, i);
    d->buys = {.kind = i % 8 == 1 ? DiscountValue::Kind::quantity : DiscountValue::Kind::amount,
               .amount = "40.00",
               .quantity = 2};
    if (i % 3 == 0) d->least_quantity = 2;
    if (i % 3 == 1) d->least_subtotal = "30.00";
    if (i % 3 != 2) d->countries = {"GB", "FR"};
    if (i % 2 == 0) d->shipping_price_max = "9.90";
    if (!d->automatic) add_codes(catalog, *d, i == 0 ? options.codes : i % 4);
    if (i % 6 == 0)
      d->metafields.push_back({catalog.next_id(), "DISCOUNT", "custom", "banner", "single_line_text_field", "Now",
                               d->created_at, d->updated_at});
    catalog.put(std::move(d));
  }
}

}  // namespace stoa::sandbox
