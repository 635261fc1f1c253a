// Collection, its rules and its members.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

const SearchFields<Collection>& collection_search() {
  static const SearchFields<Collection> fields = {
      {"", [](const Collection& c, const Term& t) { return fold(c.title).contains(fold(t.value)); }},
      {"id", [](const Collection& c, const Term& t) { return match_number(t, c.id); }},
      {"updated_at", [](const Collection& c, const Term& t) { return match_time(t, c.updated_at); }},
      {"handle", [](const Collection& c, const Term& t) { return match_text(t, c.handle); }},
      {"title", [](const Collection& c, const Term& t) { return match_text(t, c.title); }},
      {"collection_type",
       [](const Collection& c, const Term& t) { return match_text(t, c.smart ? "smart" : "custom"); }},
      {"published_status",
       [](const Collection& c, const Term& t) {
         return t.value == "any" || (t.value == "published") == !c.publishings.empty();
       }},
      {"product_id", [](const Collection& c, const Term& t) {
         return std::ranges::any_of(c.products, [&](std::int64_t id) { return match_number(t, id); });
       }}};
  return fields;
}

SortValue<Collection> collection_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Collection& c) { return sortable(micros(c.updated_at)); };
  if (key == "TITLE") return [](const Collection& c) { return fold(c.title); };
  return nullptr;
}

void add_rules(graphql::SchemaBuilder& builder) {
  builder.enumeration(
      "CollectionRuleColumn",
      "IS_PRICE_REDUCED PRODUCT_CATEGORY_ID PRODUCT_METAFIELD_DEFINITION TAG TITLE TYPE VARIANT_COMPARE_AT_PRICE "
      "VARIANT_INVENTORY VARIANT_METAFIELD_DEFINITION VARIANT_PRICE VARIANT_TITLE VARIANT_WEIGHT VENDOR");
  builder.enumeration(
      "CollectionRuleRelation",
      "CONTAINS ENDS_WITH EQUALS GREATER_THAN IS_NOT_SET IS_SET LESS_THAN NOT_CONTAINS NOT_EQUALS STARTS_WITH");
  builder.object(
      "CollectionRule", {},
      {field<Rule>("column: CollectionRuleColumn!", [](const Rule& r, Call& call) { call.string(r.column); }),
       field<Rule>("relation: CollectionRuleRelation!", [](const Rule& r, Call& call) { call.string(r.relation); }),
       field<Rule>("condition: String!", [](const Rule& r, Call& call) { call.string(r.condition); })});
  builder.object("CollectionRuleSet", {},
                 {field<Collection>("appliedDisjunctively: Boolean!",
                                    [](const Collection& c, Call& call) { call.boolean(c.any_rule); }),
                  field<Collection>("rules: [CollectionRule!]!", [](const Collection& c, Call& call) {
                    call.list(c.rules.size(), [&](std::size_t i) { call.value(&c.rules[i]); });
                  })});
}

}  // namespace

void add_collection(graphql::SchemaBuilder& builder) {
  builder.enumeration("CollectionSortKeys", "ID RELEVANCE TITLE UPDATED_AT");
  builder.enumeration("ProductCollectionSortKeys",
                      "BEST_SELLING COLLECTION_DEFAULT CREATED ID MANUAL PRICE RELEVANCE TITLE");
  builder.enumeration(
      "CollectionSortOrder",
      "ALPHA_ASC ALPHA_DESC BEST_SELLING CREATED CREATED_DESC MANUAL MOST_RELEVANT PRICE_ASC PRICE_DESC");
  add_rules(builder);
  builder
      .object(
          "Collection", {"HasMetafields", "Node", "Publishable"},
          {field<Collection>("id: ID!", [](const Collection& c, Call& call) { call.string(gid("Collection", c.id)); }),
           field<Collection>("legacyResourceId: UnsignedInt64!",
                             [](const Collection& c, Call& call) { call.string(std::to_string(c.id)); }),
           field<Collection>("title: String!", [](const Collection& c, Call& call) { call.string(c.title); }),
           field<Collection>("handle: String!", [](const Collection& c, Call& call) { call.string(c.handle); }),
           field<Collection>("descriptionHtml: HTML!",
                             [](const Collection& c, Call& call) { call.string(c.description_html); }),
           field<Collection>("sortOrder: CollectionSortOrder!",
                             [](const Collection& c, Call& call) { call.string(c.sort_order); }),
           field<Collection>("templateSuffix: String",
                             [](const Collection& c, Call& call) { call.string(c.template_suffix); }),
           field<Collection>("updatedAt: DateTime!",
                             [](const Collection& c, Call& call) { write_time(call, c.updated_at); }),
           field<Collection>("seo: SEO!",
                             [](const Collection& c, Call& call) {
                               const Seo seo{c.seo_title, c.seo_description};
                               call.value(&seo);
                             }),
           field<Collection>("image: Image",
                             [](const Collection& c, Call& call) { call.value(c.image ? &*c.image : nullptr); }),
           field<Collection>("productsCount: Count",
                             [](const Collection& c, Call& call) { write_count(call, c.products.size()); }),
           field<Collection>("ruleSet: CollectionRuleSet",
                             [](const Collection& c, Call& call) { call.value(c.smart ? &c : nullptr); }),
           field<Collection>("hasProduct(id: ID!): Boolean!",
                             [](const Collection& c, Call& call) {
                               const auto id = id_argument(call, "id", "Product");
                               if (id) call.boolean(std::ranges::find(c.products, *id) != c.products.end());
                             }),
           field<Collection>(
               "products(after: String, before: String, first: Int, last: Int, reverse: Boolean = false, sortKey: "
               "ProductCollectionSortKeys = COLLECTION_DEFAULT): ProductConnection!",
               [](const Collection& c, Call& call) { answer_products_of(call, c); }),
           field<Collection>("metafield(key: String!, namespace: String): Metafield",
                             [](const Collection& c, Call& call) { answer_metafield(call, c.metafields); }),
           field<Collection>(
               "metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: String, "
               "reverse: Boolean = false): MetafieldConnection!",
               [](const Collection& c, Call& call) { answer_metafields(call, c.metafields); }),
           field<Collection>("publishedOnPublication(publicationId: ID!): Boolean!",
                             [](const Collection& c, Call& call) { answer_published_on(call, c.publishings, true); }),
           field<Collection>(
               "resourcePublicationsV2(after: String, before: String, catalogType: CatalogType, first: Int, last: Int, "
               "onlyPublished: Boolean = true, reverse: Boolean = false): ResourcePublicationV2Connection!",
               [](const Collection& c, Call& call) { answer_publications(call, c.publishings, true); })})
      .scope = "read_products";
  builder.connection("Collection");
}

void answer_collections(Call& call) {
  const auto value = collection_order(call.arguments().text("sortKey", "ID"));
  answer_list(call, filtered(call, call.context<Reading>().catalog.collections().sorted(value), collection_search()),
              value, true);
}

std::size_t count_collections(Call& call) {
  return filtered(call, call.context<Reading>().catalog.collections().sorted(nullptr), collection_search()).size();
}

void answer_collections_of(Call& call, const Product& product) {
  const auto value = collection_order(call.arguments().text("sortKey", "ID"));
  auto items = filtered(call, call.context<Reading>().catalog.collections().sorted(value), collection_search());
  std::erase_if(items,
                [&](const Collection* c) { return std::ranges::find(c->products, product.id) == c->products.end(); });
  answer_list(call, std::move(items), value, true);
}

}  // namespace stoa::sandbox
