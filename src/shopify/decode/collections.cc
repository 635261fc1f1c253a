// Collections with their metafields and their members in order.
#include <array>

#include "base/json_text.h"
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::array kLists{ListRow{"metafields", "CollectionMetafields"}, ListRow{"productIds", "CollectionProducts"}};
constexpr std::array<std::string_view, 1> kIdLists{"productIds"};

// productIds is the last member, so that readers can cut it off without reading on. Our documents ask for it last.
Result<void> arrange(std::string& body, std::string_view list) {
  const auto end = static_cast<std::size_t>(list.data() - body.data()) + list.size();
  if (end + 1 == body.size()) return {};
  const std::string member = fmt::format(R"("productIds":{})", list);
  body.erase(end - member.size(), member.size() + 1);  // with the comma behind it: it is not the last
  body.insert(body.size() - 1, "," + member);
  return {};
}

}  // namespace

const KindRow kCollectionsRow{
    .scope = "read_products",
    // As for products, 54 cost what 34 do: 184 points, and at most some 0.6 MB of product ids.
    .page_size = 54,
    .root = "collections",
    .single = "collection",
    .count_root = "collectionsCount",
    .count_operation = "CollectionsCount",
    .page_operation = "CollectionsPage",
    .by_ids_operation = "CollectionsByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .lists = kLists,
    .id_lists = kIdLists,
    .arranged = "productIds",
    .arrange = arrange,
};

}  // namespace stoa::shopify
