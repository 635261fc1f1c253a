#include "api/list_params.h"

#include <array>

#include "base/ids.h"
#include "base/text.h"
#include "model/document.h"

namespace stoa::api {
namespace {
constexpr std::array<std::string_view, 5> kStatuses{"ACTIVE", "UNLISTED", "DRAFT", "ARCHIVED", "any"};
constexpr std::array<std::string_view, 2> kPublishedStatuses{"published", "any"};

std::vector<std::string> read_ids(ParamReader& in, model::Kind kind) {
  std::vector<std::string> out;
  for (const auto& text : in.list("ids")) {
    auto id = parse_object_id(kind, text);
    if (!id) {
      in.fault("ids", fmt::format("`{}` is not the id of a {}: use its gid or its number", text.substr(0, 100),
                                  fmt::join(model::spec(kind).gid_types, " or ")));
    } else if (std::ranges::find(out, *id) == out.end()) {
      out.push_back(std::move(*id));
    }
  }
  return out;
}

Fields read_fields(ParamReader& in, model::Kind kind) {
  const auto text = in.filled("fields");
  if (!text) return {};
  auto fields = parse_fields(kind, *text);
  if (fields) return std::move(*fields);
  in.fault("fields", fields.error().what);
  return {};
}

std::optional<std::int64_t> read_price(ParamReader& in, std::string_view name) {
  const auto text = in.filled(name);
  if (!text) return std::nullopt;
  const auto price = model::parse_decimal(*text);
  if (!price || *price < 0) in.fault(name, "not an amount: use a decimal such as 25.00");
  return price;
}

// What every list takes.
template <class Query>
void read_page(ParamReader& in, model::Kind kind, Query& query) {
  query.limit = in.limit();
  query.after = in.filled("after").value_or("");
  query.fields = read_fields(in, kind);
}

// What every list with filters takes.
template <class Query>
void read_common(ParamReader& in, model::Kind kind, Query& query) {
  query.ids = read_ids(in, kind);
  query.handles = in.list("handle");
  query.updated_since = in.time("updatedSince");
  read_page(in, kind, query);
}

template <class Query>
Parsed<Query> finish(ParamReader& in, Query query) {
  if (auto problem = in.problem()) return std::unexpected(std::move(*problem));
  return query;
}

ProductQuery read_products(ParamReader& in, bool has_collection) {
  ProductQuery query;
  read_common(in, model::Kind::products, query);
  query.vendor = in.text("vendor");
  query.product_type = in.text("productType");
  query.tags = in.texts("tag");
  query.status = in.one_of("status", kStatuses);
  if (query.status == "ACTIVE") query.status.clear();
  query.available = in.truth("available");
  query.price_min = read_price(in, "price.min");
  query.price_max = read_price(in, "price.max");
  query.sort = in.one_of("sort", has_collection ? member_sorts() : product_sorts());
  return query;
}
}  // namespace

Parsed<ProductQuery> parse_product_query(std::string_view text) {
  ParamReader in(text);
  std::string collection = in.filled("collection").value_or("");
  ProductQuery query = read_products(in, !collection.empty());
  query.collection = std::move(collection);
  return finish(in, std::move(query));
}

Parsed<ProductQuery> parse_member_query(std::string_view text) {
  ParamReader in(text);
  ProductQuery query = read_products(in, true);
  return finish(in, std::move(query));
}

Parsed<CollectionQuery> parse_collection_query(std::string_view text) {
  ParamReader in(text);
  CollectionQuery query;
  read_common(in, model::Kind::collections, query);
  query.sort = in.one_of("sort", collection_sorts());
  return finish(in, std::move(query));
}

Parsed<BlogQuery> parse_blog_query(std::string_view text) {
  ParamReader in(text);
  BlogQuery query;
  read_page(in, model::Kind::blogs, query);
  query.sort = in.one_of("sort", blog_sorts());
  return finish(in, std::move(query));
}

Parsed<ArticleQuery> parse_article_query(std::string_view text) {
  ParamReader in(text);
  ArticleQuery query;
  read_common(in, model::Kind::articles, query);
  query.tags = in.texts("tag");
  query.status = in.one_of("status", kPublishedStatuses);
  if (query.status == "published") query.status.clear();
  query.sort = in.one_of("sort", article_sorts());
  return finish(in, std::move(query));
}

Parsed<PageQuery> parse_page_query(std::string_view text) {
  ParamReader in(text);
  PageQuery query;
  read_common(in, model::Kind::pages, query);
  query.status = in.one_of("status", kPublishedStatuses);
  if (query.status == "published") query.status.clear();
  query.sort = in.one_of("sort", page_sorts());
  return finish(in, std::move(query));
}

Parsed<MenuQuery> parse_menu_query(std::string_view text) {
  ParamReader in(text);
  MenuQuery query;
  read_page(in, model::Kind::menus, query);
  query.sort = in.one_of("sort", menu_sorts());
  return finish(in, std::move(query));
}

Parsed<MetaobjectQuery> parse_metaobject_query(std::string_view text) {
  ParamReader in(text);
  MetaobjectQuery query;
  query.ids = read_ids(in, model::Kind::metaobjects);
  query.type = in.filled("type").value_or("");
  query.updated_since = in.time("updatedSince");
  read_page(in, model::Kind::metaobjects, query);
  query.sort = in.one_of("sort", metaobject_sorts());
  return finish(in, std::move(query));
}

Parsed<DiscountQuery> parse_discount_query(std::string_view text) {
  constexpr std::array<std::string_view, 4> kDiscountStatuses{"ACTIVE", "SCHEDULED", "EXPIRED", "any"};
  ParamReader in(text);
  DiscountQuery query;
  read_page(in, model::Kind::discounts, query);
  query.status = in.one_of("status", kDiscountStatuses);
  if (query.status == "ACTIVE") query.status.clear();
  query.sort = in.one_of("sort", discount_sorts());
  return finish(in, std::move(query));
}

Parsed<ThemeListQuery> parse_theme_list_query(std::string_view text) {
  ParamReader in(text);
  ThemeListQuery query;
  read_page(in, model::Kind::themes, query);
  return finish(in, std::move(query));
}

Parsed<ThemeQuery> parse_theme_query(ParamReader& in) {
  ThemeQuery query;
  query.members = in.list("fields");
  for (const auto& member : query.members) {
    if (std::ranges::find(theme_members(), member) != theme_members().end()) continue;
    const auto near = nearest(member, {theme_members().begin(), theme_members().end()});
    in.fault("fields", fmt::format("a theme has no member `{}`{}", member.substr(0, 100),
                                   near ? fmt::format(", did you mean `{}`", *near) : ""));
  }
  std::ranges::sort(query.members);
  if (auto names = in.list("templates"); !names.empty()) {
    std::ranges::sort(names);
    query.templates = std::move(names);
  }
  return finish(in, std::move(query));
}

Parsed<MediaQuery> parse_media_query(std::string_view text) {
  constexpr std::array<std::string_view, 4> kStates{"pending", "stored", "failed", "refused"};
  ParamReader in(text);
  MediaQuery query;
  query.ids = read_ids(in, model::Kind::media);
  query.state = in.one_of("state", kStates);
  query.updated_since = in.time("updatedSince");
  read_page(in, model::Kind::media, query);
  return finish(in, std::move(query));
}

Parsed<Fields> parse_object_query(model::Kind kind, std::string_view text) {
  ParamReader in(text);
  Fields fields = read_fields(in, kind);
  return finish(in, std::move(fields));
}

Parsed<void> parse_no_query(std::string_view text) {
  ParamReader in(text);
  if (auto problem = in.problem()) return std::unexpected(std::move(*problem));
  return {};
}

std::optional<std::string> parse_object_id(model::Kind kind, std::string_view text) {
  const auto types = model::spec(kind).gid_types;
  if (const auto gid = parse_gid(text)) {
    if (!model::has_gid_type(kind, gid->type)) return std::nullopt;
    return make_gid(gid->type, gid->number);
  }
  if (kind == model::Kind::media && (text.starts_with("https://") || text.starts_with("http://")))
    return std::string(text);
  const auto number = parse_int(text);
  if (types.size() != 1 || !number || *number <= 0) return std::nullopt;
  return make_gid(types.front(), *number);
}

}  // namespace stoa::api
