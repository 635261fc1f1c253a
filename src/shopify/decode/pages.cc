// Pages with their metafields.
#include <array>

#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::array kLists{ListRow{"metafields", "PageMetafields"}};

}  // namespace

const KindRow kPagesRow{
    // read_online_store_pages will do as well (docs/api/admin-graphql, Page).
    .scope = "read_content",
    .other_scope = "read_online_store_pages",
    // 54 cost what 34 do, and are at most a few MB of HTML.
    .page_size = 54,
    .root = "pages",
    .single = "page",
    .count_root = "pagesCount",
    .count_operation = "PagesCount",
    .page_operation = "PagesPage",
    .by_ids_operation = "PagesByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .sorted_by_time = true,
    .lists = kLists,
    .id_lists = {},
};

}  // namespace stoa::shopify
