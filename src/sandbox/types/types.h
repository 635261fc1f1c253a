// The Admin API's types as far as the sandbox serves them: one file per object type (or family), each adding its
// tables. The next resource (blogs, themes, discounts …) is a new file, its model, and one line in make_schema().
#pragma once

#include <string>
#include <vector>

#include "sandbox/catalog.h"
#include "sandbox/graphql/execute.h"
#include "sandbox/graphql/schema.h"

namespace stoa::sandbox {

// What resolvers read from: one request's view of a shop. Lives as long as the request.
struct Reading {
  const Catalog& catalog;
  const graphql::Schema& schema;
  const std::vector<std::string>& scopes;
  const std::vector<std::string>& versions;  // supported, oldest first
  Time now;
  std::size_t list_max = 25'000;         // how far any list can be paged
  bool lone_product = false;             // product(id) is the only root: its variants page up to 2,048
  std::vector<std::string> search = {};  // elements of extensions.search
  std::string base_url = {};             // of the shop, as the caller reached it: "http://127.0.0.1:9292/s/demo"
};

// Built once, on first use.
const graphql::Schema& admin_schema();

void add_common(graphql::SchemaBuilder& builder);
void add_shop(graphql::SchemaBuilder& builder);
void write_locales(graphql::Call& call);  // of shopLocales
void add_app(graphql::SchemaBuilder& builder);
void add_product(graphql::SchemaBuilder& builder);
void add_variant(graphql::SchemaBuilder& builder);
void add_media(graphql::SchemaBuilder& builder);
void add_metafield(graphql::SchemaBuilder& builder);
void add_collection(graphql::SchemaBuilder& builder);
void add_publication(graphql::SchemaBuilder& builder);
void add_theme(graphql::SchemaBuilder& builder);
void add_blog(graphql::SchemaBuilder& builder);  // and Article
void add_menu(graphql::SchemaBuilder& builder);
void add_metaobject(graphql::SchemaBuilder& builder);
void add_page(graphql::SchemaBuilder& builder);
void add_discount(graphql::SchemaBuilder& builder);
void add_query(graphql::SchemaBuilder& builder);

// Fields of QueryRoot.
std::vector<graphql::FieldSpec> blog_roots();
std::vector<graphql::FieldSpec> discount_roots();
std::vector<graphql::FieldSpec> file_roots();
std::vector<graphql::FieldSpec> page_roots();
std::vector<graphql::FieldSpec> menu_roots();
std::vector<graphql::FieldSpec> metaobject_roots();

// Either of two scopes will do for content (shopify.md, section A).
inline constexpr std::string_view kContentScope = "read_content read_online_store_pages";

// Values that exist only while they are answered.
struct Money {
  std::string amount;  // as a Decimal
  std::string_view currency;
};
struct Counted {
  std::int64_t count;
  bool exact = true;
};
struct Seo {
  const std::optional<std::string>& title;
  const std::optional<std::string>& description;
};
struct Published {
  const Publishing* publishing;
  graphql::Object owner;
  bool visible;  // the owner's status lets it be seen at all
};

inline void write_time(graphql::Call& call, Time time) { call.string(iso_seconds(time)); }
void write_time(graphql::Call& call, const std::optional<Time>& time);
std::string default_cursor(std::int64_t id);
void write_count(graphql::Call& call, std::size_t count, std::int64_t limit = INT64_MAX);
void write_money(graphql::Call& call, std::string_view amount);  // in the shop's currency
void write_media(graphql::Call& call, const Media* media);
// A URL of media as this caller reaches it: what is said to lie on Shopify's CDN is served by the sandbox (cdn.h).
void write_url(graphql::Call& call, std::string_view url);
std::string_view media_type(const Media& media);  // "MediaImage"

// The number of a gid argument of that type. Nothing: the field has failed (Shopify's "Invalid id").
std::optional<std::int64_t> id_argument(graphql::Call& call, std::string_view name, std::string_view type);

// The connections that several types have.
void answer_metafields(graphql::Call& call, const std::vector<Metafield>& all);
void answer_metafield(graphql::Call& call, const std::vector<Metafield>& all);
void answer_media(graphql::Call& call, const std::vector<const Media*>& all);
void answer_publications(graphql::Call& call, const std::vector<Publishing>& all, bool visible);
void answer_published_on(graphql::Call& call, const std::vector<Publishing>& all, bool visible);
void answer_variants(graphql::Call& call, std::vector<const Variant*> all);
void answer_products_of(graphql::Call& call, const Collection& collection);
void answer_collections_of(graphql::Call& call, const Product& product);
// The root lists and counts, with search.
void answer_products(graphql::Call& call);
void answer_all_variants(graphql::Call& call);
void answer_collections(graphql::Call& call);
void answer_themes(graphql::Call& call);
std::size_t count_products(graphql::Call& call);
std::size_t count_collections(graphql::Call& call);

}  // namespace stoa::sandbox
