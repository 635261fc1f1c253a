// What may be asked of a store's lists. Plain values, each with the one canonical text that equal questions share:
// cache keys, cursors and Link headers are made of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/fields.h"
#include "base/clock.h"

namespace stoa {

struct ProductQuery {
  std::vector<std::string> ids = {};  // gids; with ids or handles and no sort: in the order asked
  std::vector<std::string> handles = {};
  std::optional<std::string> vendor = {}, product_type = {};  // exact
  std::vector<std::string> tags = {};                         // all of them, exact
  std::string collection = {};  // gid, number or handle; without ids, handles and sort: in the collection's own order
  std::string status = {};      // ACTIVE (the default) UNLISTED DRAFT ARCHIVED any
  std::optional<bool> available = {};
  std::optional<std::int64_t> price_min = {}, price_max = {};  // millionths; some variant's price may lie within
  std::optional<Time> updated_since = {};
  std::string sort = {};   // "title", "-createdAt", …; empty: see above, else by id
  std::size_t limit = 50;  // 1..250
  std::string after = {};  // a cursor
  api::Fields fields = {};
};

struct CollectionQuery {
  std::vector<std::string> ids = {};
  std::vector<std::string> handles = {};
  std::optional<Time> updated_since = {};
  std::string sort = {};
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct BlogQuery {
  std::string sort = {};  // "id" (the default), "title"
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct ArticleQuery {
  std::vector<std::string> ids = {};
  std::vector<std::string> handles = {};  // unique in one blog only: each may name several articles
  std::vector<std::string> tags = {};     // all of them, exact
  std::optional<Time> updated_since = {};
  std::string blog = {};    // gid: only of that blog, which must exist
  std::string status = {};  // published (the default), or "any"
  std::string sort = {};    // "-publishedAt" (the default), "id"; with ids or handles and no sort: in the order asked
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct PageQuery {
  std::vector<std::string> ids = {};
  std::vector<std::string> handles = {};
  std::optional<Time> updated_since = {};
  std::string status = {};  // published (the default), or "any"
  std::string sort = {};    // "id" (the default), "-updatedAt", …; with ids or handles and no sort: in the order asked
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct MenuQuery {
  std::string sort = {};  // "id" (the default), "title"
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct MetaobjectQuery {
  std::vector<std::string> ids = {};  // gids; without sort: in the order asked
  std::string type = {};              // exact; empty: all types
  std::optional<Time> updated_since = {};
  std::string sort = {};  // "id" (the default), "updatedAt", "-updatedAt"
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct DiscountQuery {
  std::string status = {};  // ACTIVE (the default) SCHEDULED EXPIRED any
  std::string sort = {};    // "id" (the default)
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

struct ThemeListQuery {
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};  // by default Shopify's own members of a theme
};

// Of one theme.
struct ThemeQuery {
  std::string id = "main";                                 // gid, number, or "main"
  std::optional<std::vector<std::string>> templates = {};  // only these, by name, sorted; nothing: all
  std::vector<std::string> members = {};  // `id` and these of api::theme_members(), sorted; empty: all but the large
};

struct MediaQuery {
  std::vector<std::string> ids = {};  // gids, and URLs of images that have none; then in the order asked
  std::string state = {};             // pending stored failed refused; empty: any
  std::optional<Time> updated_since = {};
  std::size_t limit = 50;
  std::string after = {};
  api::Fields fields = {};
};

namespace api {

// What a theme's answer may have; the large ones only when they are named.
std::span<const std::string_view> theme_members();
std::span<const std::string_view> large_theme_members();

// The orders that may be asked for; member_sorts: within a collection.
std::span<const std::string_view> product_sorts();
std::span<const std::string_view> member_sorts();
std::span<const std::string_view> collection_sorts();
std::span<const std::string_view> blog_sorts();
std::span<const std::string_view> article_sorts();
std::span<const std::string_view> discount_sorts();
std::span<const std::string_view> page_sorts();
std::span<const std::string_view> menu_sorts();
std::span<const std::string_view> metaobject_sorts();

// Filters and sort: what a cursor is bound to. A query string, ready encoded.
std::string canonical_walk(const ProductQuery& query);
std::string canonical_walk(const CollectionQuery& query);
std::string canonical_walk(const BlogQuery& query);
std::string canonical_walk(const ArticleQuery& query);  // without its blog, which is part of the path
std::string canonical_walk(const DiscountQuery& query);
std::string canonical_walk(const PageQuery& query);
std::string canonical_walk(const MenuQuery& query);
std::string canonical_walk(const MetaobjectQuery& query);
inline std::string canonical_walk(const ThemeListQuery&) { return ""; }
std::string canonical_query(const ThemeQuery& query);  // without its id, which is part of the path
std::string canonical_walk(const MediaQuery& query);
// The walk, fields and limit: everything but `after`.
template <class Query>
std::string canonical_query(const Query& query) {
  std::string out = canonical_walk(query);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  };
  if (!query.fields.everything()) add("fields", query.fields.canonical());
  add("limit", std::to_string(query.limit));
  return out;
}

}  // namespace api
}  // namespace stoa
