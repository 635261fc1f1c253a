// Articles with their metafields, and their blog's id as a member of their own.
#include <array>

#include "base/json_text.h"
#include "shopify/decode/kind_row.h"

namespace stoa::shopify {
namespace {

constexpr std::array kLists{ListRow{"metafields", "ArticleMetafields"}};

// `blogId`, the last member: what a blog's articles are found by (contract section 5).
Result<void> arrange(std::string& body, std::string_view member) {
  const auto blog = json::find_raw(member, {"id"});
  if (!blog.starts_with('"')) return fail(Code::corrupt, "shopify: an article without its blog");
  if (json::find_raw(body, {"blogId"}).empty()) body.insert(body.size() - 1, fmt::format(R"(,"blogId":{})", blog));
  return {};
}

}  // namespace

const KindRow kArticlesRow{
    .scope = "read_content",
    .other_scope = "read_online_store_pages",
    // 54 cost what 34 do: 79 points, and at most a few MB of HTML.
    .page_size = 54,
    .root = "articles",
    .single = "article",
    .count_root = {},  // Shopify counts the articles of one blog only
    .count_operation = {},
    .page_operation = "ArticlesPage",
    .by_ids_operation = "ArticlesByIds",
    .page_in_publication_operation = {},
    .by_ids_in_publication_operation = {},
    .sorted_by_time = true,
    .lists = kLists,
    .id_lists = {},
    .arranged = "blog",
    .arrange = arrange,
};

}  // namespace stoa::shopify
