// Discounts of all eight types, with their items, codes and metafields.
#include "shopify/discounts.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/text.h"
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::string_view kCodes = "discount.codes";
constexpr std::array kLists{ListRow{"metafields", "DiscountMetafields"},
                            ListRow{kCodes, "DiscountCodes"},
                            ListRow{"discount.customerGets.items.products", "DiscountGetsProducts"},
                            ListRow{"discount.customerGets.items.productVariants", "DiscountGetsVariants"},
                            ListRow{"discount.customerGets.items.collections", "DiscountGetsCollections"},
                            ListRow{"discount.customerBuys.items.products", "DiscountBuysProducts"},
                            ListRow{"discount.customerBuys.items.productVariants", "DiscountBuysVariants"},
                            ListRow{"discount.customerBuys.items.collections", "DiscountBuysCollections"}};

// Nothing is moved; a discount whose type is not said, or a code discount without its codes, is not whole.
Result<void> arrange(std::string&, std::string_view discount) {
  const auto type = json::find_string(discount, {"__typename"});
  if (!type) return fail(Code::corrupt, "shopify: a discount without its type");
  const auto codes = json::find_raw(discount, {"codes"});
  if (type->starts_with("DiscountCode") && !codes.starts_with('[') && codes != "null")
    return fail(Code::corrupt, "shopify: a {} without its codes", *type);
  return {};
}

std::size_t count_elements(std::string_view list) {
  std::size_t count = 0;
  json::Cursor cursor(list);
  cursor.enter_array();
  for (; cursor.next_element(); ++count) cursor.skip();
  return count;
}

}  // namespace

void bound_codes(Decoded& decoded, std::size_t codes_max) {
  const auto list = json::find_path(decoded.body, kCodes);
  if (!list.starts_with('[')) return;
  const auto open = std::ranges::find(decoded.open, kCodes, &OpenList::list);
  std::optional<std::int64_t> count;
  if (open == decoded.open.end())
    count = static_cast<std::int64_t>(count_elements(list));
  else if (json::find_string(decoded.body, {"discount", "codesCount", "precision"}) == "EXACT")
    count = parse_int(json::find_path(decoded.body, "discount.codesCount.count"));
  if (count && *count <= static_cast<std::int64_t>(codes_max)) return;
  decoded.body.replace(static_cast<std::size_t>(list.data() - decoded.body.data()), list.size(), "null");
  if (open != decoded.open.end()) decoded.open.erase(open);
}

const KindRow kDiscountsRow{
    .scope = "read_discounts",
    // 54 cost what 34 do: 457 points, a bxgy discount being the dearest.
    .page_size = 54,
    .root = "discountNodes",
    .single = "discountNode",
    .count_root = "discountNodesCount",
    .count_operation = "DiscountsCount",
    .page_operation = "DiscountsPage",
    .by_ids_operation = "DiscountsByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .lists = kLists,
    .id_lists = {},
    .arranged = "discount",
    .arrange = arrange,
};

}  // namespace stoa::shopify
