// Blogs with their metafields.
#include <array>

#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::array kLists{ListRow{"metafields", "BlogMetafields"}};

}  // namespace

const KindRow kBlogsRow{
    // read_online_store_pages will do as well (docs/api/admin-graphql, Blog).
    .scope = "read_content",
    .other_scope = "read_online_store_pages",
    // 54 cost what 34 do: 65 points. Few shops have more blogs than that.
    .page_size = 54,
    .root = "blogs",
    .single = "blog",
    .count_root = "blogsCount",
    .count_operation = "BlogsCount",
    .page_operation = "BlogsPage",
    .by_ids_operation = "BlogsByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .sorted_by_time = false,  // BlogSortKeys has no UPDATED_AT
    .lists = kLists,
    .id_lists = {},
};

}  // namespace stoa::shopify
