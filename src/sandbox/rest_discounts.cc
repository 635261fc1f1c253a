#include "sandbox/rest_discounts.h"

#include "sandbox/rest_members.h"

namespace stoa::sandbox {
namespace {

constexpr std::size_t kCodesMax = 100'000;

RedeemCode code_named(Catalog& catalog, const Discount& discount, const std::string& text) {
  const auto same = std::ranges::find(discount.codes, text, &RedeemCode::code);
  return same == discount.codes.end() ? RedeemCode{catalog.next_id(), text, 0} : *same;
}

// `codes`: a list of texts; `code_count`: that many made-up ones. What stays keeps its id.
void read_codes(Members& in, Catalog& catalog, Discount& discount) {
  std::vector<std::string> texts;
  if (const auto* list = in.find("codes")) {
    if (!list->is_array()) return in.wrong("codes", "a list of texts");
    for (const auto& each : list->get_array()) {
      if (!each.is_string()) return in.wrong("codes", "a list of texts");
      texts.emplace_back(each.get_string());
    }
  } else if (in.find("code_count")) {
    std::int64_t count = -1;
    in.number("code_count", count);
    if (count < 0 || count > std::int64_t(kCodesMax)) return in.wrong("code_count", "0 to 100000");
    for (std::int64_t n = 0; n < count; ++n) texts.push_back(fmt::format("MADE-{}-{}", discount.id % 1000, n));
  } else {
    return;
  }
  std::vector<RedeemCode> codes;
  codes.reserve(texts.size());
  const bool fresh = discount.codes.empty();
  for (auto& text : texts)
    codes.push_back(fresh ? RedeemCode{catalog.next_id(), std::move(text), 0} : code_named(catalog, discount, text));
  discount.codes = std::move(codes);
}

// `products` or `collections`: ids of what it applies to; an empty list: everything.
void read_items(Members& in, DiscountItems& items) {
  const auto read = [&](std::string_view key, DiscountItems::Of of, std::vector<std::int64_t>& out) {
    const auto* list = in.find(key);
    if (!list) return;
    if (!list->is_array()) return in.wrong(key, "a list of ids");
    items = {};
    for (const auto& each : list->get_array()) {
      if (!each.is_int64()) return in.wrong(key, "a list of ids");
      out.push_back(each.get_int64());
    }
    if (!out.empty()) items.of = of;
  };
  read("products", DiscountItems::Of::products, items.products);
  read("collections", DiscountItems::Of::collections, items.collections);
}

}  // namespace

Result<void> apply_discount(Catalog& catalog, Discount& discount, const json::Object& json, Time now) {
  Members in(json, "discount");
  std::string_view type;
  in.constant("type", type, kDiscountTypes);
  if (!type.empty())
    discount.type = static_cast<Discount::Type>(std::ranges::find(kDiscountTypes, type) - kDiscountTypes.begin());
  in.truth("automatic", discount.automatic);
  in.text("title", discount.title);
  in.text("summary", discount.summary);
  in.time("starts_at", discount.starts_at);
  in.time("ends_at", discount.ends_at);
  in.number("used", discount.used);
  read_tags(in, discount.tags);
  read_items(in, discount.gets_items);
  read_codes(in, catalog, discount);
  read_metafields(in, catalog, discount.metafields, "DISCOUNT", now);
  STOA_TRY(in.done());
  if (discount.starts_at == Time{}) discount.starts_at = now;
  if (discount.automatic && !discount.codes.empty())
    return fail(Code::invalid, "discount: codes: an automatic discount has none");
  return {};
}

}  // namespace stoa::sandbox
