// Products with their variants, media and metafields.
#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/text.h"
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::array kLists{ListRow{"media", "ProductMedia"}, ListRow{"metafields", "ProductMetafields"},
                            ListRow{"variants", "ProductVariants"},
                            ListRow{"metafields", "VariantMetafields", "ProductVariant", "productVariant"},
                            ListRow{"inventoryLevels", "InventoryLevels", "InventoryItem", "inventoryItem"}};

struct Variant {
  std::int64_t position;
  std::string_view raw;
};

// The variant the cursor stands at, read once. Its position is empty when it has none.
std::optional<Variant> take_variant(json::Cursor& cursor) {
  if (cursor.peek() != '{') return std::nullopt;
  const char* const start = cursor.position();
  std::optional<std::int64_t> position;
  cursor.enter_object();
  while (const auto key = cursor.next_key())
    if (const auto value = cursor.take(); *key == "position") position = parse_int(value);
  if (!position) return std::nullopt;
  return Variant{*position, {start, static_cast<std::size_t>(cursor.position() - start)}};
}

// Contract section 3: variants by `position`. Shopify's order is that already, so the usual cost is one look at each.
Result<void> arrange(std::string& body, std::string_view list) {
  std::vector<Variant> variants;
  json::Cursor cursor(list);
  cursor.enter_array();
  while (cursor.next_element()) {
    const auto variant = take_variant(cursor);
    if (!variant) return fail(Code::corrupt, "shopify: a variant without its position");
    variants.push_back(*variant);
  }
  if (std::ranges::is_sorted(variants, {}, &Variant::position)) return {};
  std::ranges::stable_sort(variants, {}, &Variant::position);
  std::string sorted;
  sorted.reserve(list.size());
  for (const auto& variant : variants) sorted.append(sorted.empty() ? "[" : ",").append(variant.raw);
  sorted += ']';
  body.replace(static_cast<std::size_t>(list.data() - body.data()), list.size(), sorted);
  return {};
}

}  // namespace

const KindRow kProductsRow{
    .scope = "read_products",
    // 12 is the most that costs what 8 do, and so are the 12 metafields and levels of a variant; of variants it is 20
    // (floor(2 ln n), test/schema/cost.mjs): 754 points a page, which fits the smallest bucket (1000). Longer nested
    // lists cost a call each, so these are long enough for most.
    .page_size = 12,
    .root = "products",
    .single = "product",
    .count_root = "productsCount",
    .count_operation = "ProductsCount",
    .page_operation = "ProductsPage",
    .by_ids_operation = "ProductsByIds",
    .page_in_publication_operation = "ProductsPageInPublication",
    .by_ids_in_publication_operation = "ProductsByIdsInPublication",
    .lists = kLists,
    .id_lists = {},
    .arranged = "variants",
    .arrange = arrange,
};

}  // namespace stoa::shopify
