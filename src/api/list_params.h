// Query strings of the read routes, turned into questions. Pure functions.
#pragma once

#include <expected>
#include <string_view>

#include "api/list_query.h"
#include "api/params.h"

namespace stoa::api {

template <class T>
using Parsed = std::expected<T, http::Problem>;

Parsed<ProductQuery> parse_product_query(std::string_view query);
Parsed<ProductQuery> parse_member_query(std::string_view query);  // of /collections/{id}/products
Parsed<CollectionQuery> parse_collection_query(std::string_view query);
Parsed<BlogQuery> parse_blog_query(std::string_view query);
Parsed<ArticleQuery> parse_article_query(std::string_view query);
Parsed<DiscountQuery> parse_discount_query(std::string_view query);
Parsed<PageQuery> parse_page_query(std::string_view query);
Parsed<MenuQuery> parse_menu_query(std::string_view query);
Parsed<MetaobjectQuery> parse_metaobject_query(std::string_view query);
Parsed<ThemeListQuery> parse_theme_list_query(std::string_view query);
// Of one theme, but for its id. The reader may have read other parameters before.
Parsed<ThemeQuery> parse_theme_query(ParamReader& in);
Parsed<MediaQuery> parse_media_query(std::string_view query);
// `fields` alone: of one object.
Parsed<Fields> parse_object_query(model::Kind kind, std::string_view query);
// No parameters at all.
Parsed<void> parse_no_query(std::string_view query);

// The gid meant by a gid, or by its number where all gids of the kind are of one type; nothing when it is neither, or
// another kind's. Of media also the URL that is the id of an image without gid.
std::optional<std::string> parse_object_id(model::Kind kind, std::string_view text);

}  // namespace stoa::api
