// QueryRoot: what can be asked for.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

constexpr std::string_view kProducts = "read_products";

// The object behind a gid, whatever its type; a null self when there is none (or the sandbox keeps none of its kind).
graphql::Object look_up(const Call& call, std::string_view id_text) {
  const Reading& reading = call.context<Reading>();
  const auto id = parse_gid(id_text);
  if (!id) return {};
  const auto found = [&](const void* self) {
    return graphql::Object{self ? &reading.schema.known(id->type) : nullptr, self};
  };
  if (id->type == "Product") return found(reading.catalog.products().find(id->id));
  if (id->type == "ProductVariant") return found(reading.catalog.variant(id->id));
  if (id->type == "Collection") return found(reading.catalog.collections().find(id->id));
  if (id->type == "OnlineStoreTheme") return found(reading.catalog.themes().find(id->id));
  if (id->type == "Blog") return found(reading.catalog.blogs().find(id->id));
  if (id->type == "DiscountCodeNode" || id->type == "DiscountAutomaticNode") {
    const Discount* discount = reading.catalog.discounts().find(id->id);
    return found(discount && discount->node_type() == id->type ? discount : nullptr);
  }
  if (id->type == "Article") return found(reading.catalog.articles().find(id->id));
  if (id->type == "Page") return found(reading.catalog.pages().find(id->id));
  if (id->type == "Menu") return found(reading.catalog.menus().find(id->id));
  if (id->type == "Metaobject") return found(reading.catalog.metaobjects().find(id->id));
  if (id->type == "InventoryItem") return found(reading.catalog.variant_of_item(id->id));
  if (id->type == "Metafield") return found(reading.catalog.metafield(id->id));
  if (id->type == "Shop") return found(id->id == reading.catalog.info().id ? &reading.catalog.info() : nullptr);
  if (id->type == "Publication") {
    const auto& all = reading.catalog.info().publications;
    const auto at = std::ranges::find(all, id->id, &Publication::id);
    return found(at == all.end() ? nullptr : &*at);
  }
  const Media* media = reading.catalog.media(id->id);
  return found(media && media_type(*media) == id->type ? media : nullptr);
}

// What a type costs in scopes when it is reached by id alone.
std::string_view scope_of(const graphql::TypeDef* type) {
  return type ? std::string_view(type->scope) : std::string_view();
}

void write_node(Call& call, std::string_view id) {
  const graphql::Object object = look_up(call, id);
  if (!call.granted(scope_of(object.type))) return call.deny(scope_of(object.type));
  call.object(object);
}

template <class Look>
void write_by_id(Call& call, std::string_view type, Look&& look) {
  if (const auto id = id_argument(call, "id", type)) call.value(look(*id));
}

// identifier: {id} or {handle}; exactly one.
template <class ById, class ByHandle>
void write_by_identifier(Call& call, std::string_view type, ById&& by_id, ByHandle&& by_handle) {
  const graphql::Value* identifier = call.arguments().get("identifier");
  const graphql::Value* id = identifier->field("id");
  const graphql::Value* handle = identifier->field("handle");
  if ((id != nullptr) == (handle != nullptr))
    return call.fail(fmt::format("Exactly one of id, handle must be given to identify a {}", type), "BAD_REQUEST");
  if (handle) return call.value(by_handle(handle->text));
  const auto parsed = parse_gid(id->text);
  if (!parsed || parsed->type != type) return call.fail(fmt::format("Invalid id: {}", id->text), "RESOURCE_NOT_FOUND");
  call.value(by_id(parsed->id));
}

void answer_definitions(Call& call) {
  const auto owner = call.arguments().text("ownerType"), ns = call.arguments().text("namespace"),
             key = call.arguments().text("key");
  std::vector<const MetafieldDefinition*> wanted;
  for (const auto& definition : call.context<Reading>().catalog.info().definitions)
    if (definition.owner_type == owner && (ns.empty() || definition.ns == ns) && (key.empty() || definition.key == key))
      wanted.push_back(&definition);
  answer_list<MetafieldDefinition>(call, std::move(wanted), nullptr, true);
}

void add_inputs(graphql::SchemaBuilder& builder) {
  builder.input("UniqueMetafieldValueInput", {"key: String!", "namespace: String", "value: String!"});
  for (const auto name : {"ProductIdentifierInput", "CollectionIdentifierInput"})
    builder.input(name, {"customId: UniqueMetafieldValueInput", "handle: String", "id: ID"});
}

std::vector<graphql::FieldSpec> catalog_fields() {
  return {
      field<Reading>(
          "product(id: ID!): Product",
          [](const Reading& r, Call& call) {
            write_by_id(call, "Product", [&](std::int64_t id) { return r.catalog.products().find(id); });
          },
          kProducts),
      field<Reading>(
          "productByIdentifier(identifier: ProductIdentifierInput!): Product",
          [](const Reading& r, Call& call) {
            write_by_identifier(
                call, "Product", [&](std::int64_t id) -> const Product* { return r.catalog.products().find(id); },
                [&](const std::string& handle) { return r.catalog.product_by_handle(handle); });
          },
          kProducts),
      field<Reading>(
          "products(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
          "savedSearchId: ID, sortKey: ProductSortKeys = ID): ProductConnection!",
          [](const Reading&, Call& call) { answer_products(call); }, kProducts),
      field<Reading>(
          "productsCount(limit: Int = 10000, query: String, savedSearchId: ID): Count",
          [](const Reading&, Call& call) {
            write_count(call, count_products(call), call.arguments().integer("limit", INT64_MAX));
          },
          kProducts),
      field<Reading>(
          "productVariant(id: ID!): ProductVariant",
          [](const Reading& r, Call& call) {
            write_by_id(call, "ProductVariant", [&](std::int64_t id) { return r.catalog.variant(id); });
          },
          kProducts),
      field<Reading>(
          "productVariants(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = "
          "false, savedSearchId: ID, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!",
          [](const Reading&, Call& call) { answer_all_variants(call); }, kProducts),
      field<Reading>(
          "collection(id: ID!): Collection",
          [](const Reading& r, Call& call) {
            write_by_id(call, "Collection", [&](std::int64_t id) { return r.catalog.collections().find(id); });
          },
          kProducts),
      field<Reading>(
          "collectionByIdentifier(identifier: CollectionIdentifierInput!): Collection",
          [](const Reading& r, Call& call) {
            write_by_identifier(
                call, "Collection",
                [&](std::int64_t id) -> const Collection* { return r.catalog.collections().find(id); },
                [&](const std::string& handle) { return r.catalog.collection_by_handle(handle); });
          },
          kProducts),
      field<Reading>(
          "collections(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
          "savedSearchId: ID, sortKey: CollectionSortKeys = ID): CollectionConnection!",
          [](const Reading&, Call& call) { answer_collections(call); }, kProducts),
      field<Reading>(
          "collectionsCount(limit: Int = 10000, query: String, savedSearchId: ID): Count",
          [](const Reading&, Call& call) {
            write_count(call, count_collections(call), call.arguments().integer("limit", INT64_MAX));
          },
          kProducts),
      field<Reading>(
          "inventoryItem(id: ID!): InventoryItem",
          [](const Reading& r, Call& call) {
            write_by_id(call, "InventoryItem", [&](std::int64_t id) { return r.catalog.variant_of_item(id); });
          },
          kProducts),
      field<Reading>(
          "metafieldDefinitions(after: String, before: String, first: Int, key: String, last: Int, namespace: String, "
          "ownerType: MetafieldOwnerType!, query: String, reverse: Boolean = false, sortKey: "
          "MetafieldDefinitionSortKeys = ID): MetafieldDefinitionConnection!",
          [](const Reading&, Call& call) { answer_definitions(call); }, kProducts)};
}

std::vector<graphql::FieldSpec> theme_fields() {
  return {
      field<Reading>(
          "theme(id: ID!): OnlineStoreTheme",
          [](const Reading& r, Call& call) {
            write_by_id(call, "OnlineStoreTheme", [&](std::int64_t id) { return r.catalog.themes().find(id); });
          },
          "read_themes"),
      field<Reading>(
          "themes(after: String, before: String, first: Int, last: Int, names: [String!], reverse: Boolean = false, "
          "roles: [ThemeRole!]): OnlineStoreThemeConnection",
          [](const Reading&, Call& call) { answer_themes(call); }, "read_themes")};
}

std::vector<graphql::FieldSpec> shop_fields() {
  return {
      field<Reading>("shop: Shop!", [](const Reading& r, Call& call) { call.value(&r.catalog.info()); }),
      field<Reading>("currentAppInstallation: AppInstallation!", [](const Reading& r, Call& call) { call.value(&r); }),
      field<Reading>(
          "shopLocales(published: Boolean = false): [ShopLocale!]!",
          [](const Reading&, Call& call) { write_locales(call); }, "read_locales"),
      field<Reading>("publicApiVersions: [ApiVersion!]!",
                     [](const Reading& r, Call& call) {
                       call.list(r.versions.size(), [&](std::size_t i) { call.value(&r.versions[i]); });
                     }),
      field<Reading>("node(id: ID!): Node",
                     [](const Reading&, Call& call) { write_node(call, call.arguments().text("id")); }),
      field<Reading>("nodes(ids: [ID!]!): [Node]!",
                     [](const Reading&, Call& call) {
                       const auto& ids = call.arguments().get("ids")->items;
                       if (ids.size() > 250)
                         return call.fail(
                             fmt::format("The input array size of {} is greater than the maximum allowed of 250.",
                                         ids.size()),
                             "MAX_INPUT_SIZE_EXCEEDED");
                       call.list(ids.size(), [&](std::size_t i) { write_node(call, ids[i].text); });
                     }),
      field<Reading>(
          "publication(id: ID!): Publication",
          [](const Reading&, Call& call) {
            if (id_argument(call, "id", "Publication")) call.value(look_up(call, call.arguments().text("id")).self);
          },
          "read_publications"),
      field<Reading>(
          "publications(after: String, before: String, catalogType: CatalogType, first: Int, last: Int, reverse: "
          "Boolean = false): PublicationConnection!",
          [](const Reading& r, Call& call) {
            std::vector<const Publication*> all;
            for (const Publication& p : r.catalog.info().publications) all.push_back(&p);
            answer_list<Publication>(call, std::move(all), nullptr, true);
          },
          "read_publications")};
}

}  // namespace

void add_query(graphql::SchemaBuilder& builder) {
  add_inputs(builder);
  auto fields = catalog_fields();
  for (const auto& more : {shop_fields(), theme_fields(), blog_roots(), discount_roots(), file_roots(), page_roots(),
                           menu_roots(), metaobject_roots()})
    fields.insert(fields.end(), more.begin(), more.end());
  builder.object("QueryRoot", {}, fields);
}

}  // namespace stoa::sandbox
