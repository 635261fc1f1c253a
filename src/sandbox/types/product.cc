// Product, its options and prices.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

const SearchFields<Product>& product_search() {
  static const SearchFields<Product> fields = {
      {"", [](const Product& p, const Term& t) { return fold(p.title).contains(fold(t.value)); }},
      {"id", [](const Product& p, const Term& t) { return match_number(t, p.id); }},
      {"updated_at", [](const Product& p, const Term& t) { return match_time(t, p.updated_at); }},
      {"created_at", [](const Product& p, const Term& t) { return match_time(t, p.created_at); }},
      {"published_at", [](const Product& p, const Term& t) { return match_time(t, p.published_at); }},
      {"published_status",
       [](const Product& p, const Term& t) {
         const bool published = p.published_at.has_value();
         return t.value == "any" || (t.value == "published" ? published : t.value == "unpublished" && !published);
       }},
      {"status",
       [](const Product& p, const Term& t) {
         for (std::string_view rest = t.value;; rest.remove_prefix(rest.find(',') + 1)) {
           if (match_text({"status", t.compare, std::string(rest.substr(0, rest.find(',')))}, p.status)) return true;
           if (rest.find(',') == std::string_view::npos) return false;
         }
       }},
      {"handle", [](const Product& p, const Term& t) { return match_text(t, p.handle); }},
      {"title", [](const Product& p, const Term& t) { return match_text(t, p.title); }},
      {"vendor", [](const Product& p, const Term& t) { return match_text(t, p.vendor); }},
      {"product_type", [](const Product& p, const Term& t) { return match_text(t, p.type); }},
      {"tag",
       [](const Product& p, const Term& t) {
         return std::ranges::any_of(p.tags, [&](const std::string& tag) { return match_text(t, tag); });
       }},
      {"tag_not",
       [](const Product& p, const Term& t) {
         return std::ranges::none_of(p.tags, [&](const std::string& tag) { return match_text(t, tag); });
       }},
      {"sku",
       [](const Product& p, const Term& t) {
         return std::ranges::any_of(p.variants, [&](const Variant& v) { return match_text(t, v.sku.value_or("")); });
       }},
      {"barcode",
       [](const Product& p, const Term& t) {
         return std::ranges::any_of(p.variants,
                                    [&](const Variant& v) { return match_text(t, v.barcode.value_or("")); });
       }},
      {"inventory_total", [](const Product& p, const Term& t) { return match_number(t, p.inventory()); }},
      {"gift_card", [](const Product& p, const Term& t) { return match_text(t, p.gift_card ? "true" : "false"); }}};
  return fields;
}

SortValue<Product> product_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Product& p) { return sortable(micros(p.updated_at)); };
  if (key == "CREATED_AT" || key == "CREATED") return [](const Product& p) { return sortable(micros(p.created_at)); };
  if (key == "PUBLISHED_AT")
    return [](const Product& p) { return sortable(p.published_at ? micros(*p.published_at) : 0); };
  if (key == "TITLE") return [](const Product& p) { return fold(p.title); };
  if (key == "VENDOR") return [](const Product& p) { return fold(p.vendor); };
  if (key == "PRODUCT_TYPE") return [](const Product& p) { return fold(p.type); };
  if (key == "INVENTORY_TOTAL") return [](const Product& p) { return sortable(p.inventory()); };
  if (key == "PRICE")
    return [](const Product& p) {
      double least = p.variants.empty() ? 0 : money_value(p.variants.front().price);
      for (const Variant& v : p.variants) least = std::min(least, money_value(v.price));
      return sortable(static_cast<std::int64_t>(least * 1000));
    };
  return nullptr;
}

bool visible(const Product& p) { return p.status == "ACTIVE" || p.status == "UNLISTED"; }

// The lowest or highest price of the variants that have one; null when none has.
const std::string* bound(const Product& p, bool highest, bool compare_at) {
  const std::string* best = nullptr;
  for (const Variant& v : p.variants) {
    const std::string* price = compare_at ? (v.compare_at_price ? &*v.compare_at_price : nullptr) : &v.price;
    if (price &&
        (!best || (highest ? money_value(*price) > money_value(*best) : money_value(*price) < money_value(*best))))
      best = price;
  }
  return best;
}

void write_bound(Call& call, const Product& p, bool highest, bool compare_at) {
  const std::string* price = bound(p, highest, compare_at);
  write_money(call, price ? *price : "0.0");
}

std::string plain_text(std::string_view html) {
  std::string out;
  bool tag = false;
  for (const char c : html) {
    if (c == '<' || c == '>')
      tag = c == '<';
    else if (!tag)
      out += c;
  }
  return out;
}

std::string truncated(std::string text, std::int64_t bytes_max) {
  if (bytes_max < 0 || std::ssize(text) <= bytes_max) return text;
  auto end = static_cast<std::size_t>(bytes_max);
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // never inside a character
  return text.substr(0, end);
}

void add_options(graphql::SchemaBuilder& builder) {
  using Linked = std::array<std::string, 2>;
  builder.object("LinkedMetafield", {},
                 {field<Linked>("namespace: String", [](const Linked& l, Call& call) { call.string(l[0]); }),
                  field<Linked>("key: String", [](const Linked& l, Call& call) { call.string(l[1]); })});
  builder.object("ProductOptionValueSwatch", {},
                 {field<OptionValue>("color: Color", [](const OptionValue& o, Call& call) { call.string(o.swatch); }),
                  field<OptionValue>("image: MediaImage", [](const OptionValue&, Call& call) { call.null(); })});
  builder.object(
      "ProductOptionValue", {"Node"},
      {field<OptionValue>("id: ID!",
                          [](const OptionValue& o, Call& call) { call.string(gid("ProductOptionValue", o.id)); }),
       field<OptionValue>("name: String!", [](const OptionValue& o, Call& call) { call.string(o.name); }),
       field<OptionValue>("hasVariants: Boolean!", [](const OptionValue&, Call& call) { call.boolean(true); }),
       field<OptionValue>("linkedMetafieldValue: String", [](const OptionValue&, Call& call) { call.null(); }),
       field<OptionValue>("swatch: ProductOptionValueSwatch",
                          [](const OptionValue& o, Call& call) { call.value(o.swatch ? &o : nullptr); })});
  builder.object(
      "ProductOption", {"Node"},
      {field<Option>("id: ID!", [](const Option& o, Call& call) { call.string(gid("ProductOption", o.id)); }),
       field<Option>("name: String!", [](const Option& o, Call& call) { call.string(o.name); }),
       field<Option>("position: Int!", [](const Option& o, Call& call) { call.integer(o.position); }),
       field<Option>("linkedMetafield: LinkedMetafield",
                     [](const Option& o, Call& call) { call.value(o.linked ? &*o.linked : nullptr); }),
       field<Option>("values: [String!]!",
                     [](const Option& o, Call& call) {
                       call.list(o.values.size(), [&](std::size_t i) { call.string(o.values[i].name); });
                     }),
       field<Option>("optionValues: [ProductOptionValue!]!", [](const Option& o, Call& call) {
         call.list(o.values.size(), [&](std::size_t i) { call.value(&o.values[i]); });
       })});
}

void add_parts(graphql::SchemaBuilder& builder) {
  builder.enumeration("ProductStatus", "ACTIVE ARCHIVED DRAFT UNLISTED");
  builder.enumeration("ProductSortKeys",
                      "CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT VENDOR");
  builder.object("TaxonomyCategory", {"Node"},
                 {field<Category>("id: ID!",
                                  [](const Category& c, Call& call) {
                                    call.string(fmt::format("gid://shopify/TaxonomyCategory/{}", c.id));
                                  }),
                  field<Category>("name: String!", [](const Category& c, Call& call) { call.string(c.name); }),
                  field<Category>("fullName: String!", [](const Category& c, Call& call) { call.string(c.full_name); }),
                  field<Category>("isLeaf: Boolean!", [](const Category&, Call& call) { call.boolean(true); })});
  builder.object("ProductPriceRangeV2", {},
                 {field<Product>("minVariantPrice: MoneyV2!",
                                 [](const Product& p, Call& call) { write_bound(call, p, false, false); }),
                  field<Product>("maxVariantPrice: MoneyV2!",
                                 [](const Product& p, Call& call) { write_bound(call, p, true, false); })});
  builder.object("ProductCompareAtPriceRange", {},
                 {field<Product>("minVariantCompareAtPrice: MoneyV2!",
                                 [](const Product& p, Call& call) { write_bound(call, p, false, true); }),
                  field<Product>("maxVariantCompareAtPrice: MoneyV2!",
                                 [](const Product& p, Call& call) { write_bound(call, p, true, true); })});
}

}  // namespace

void add_product(graphql::SchemaBuilder& builder) {
  add_options(builder);
  add_parts(builder);
  builder
      .object(
          "Product",
          {"HasMetafields", "LegacyInteroperability", "Navigable", "Node", "OnlineStorePreviewable", "Publishable"},
          {field<Product>("id: ID!", [](const Product& p, Call& call) { call.string(gid("Product", p.id)); }),
           field<Product>("legacyResourceId: UnsignedInt64!",
                          [](const Product& p, Call& call) { call.string(std::to_string(p.id)); }),
           field<Product>("defaultCursor: String!",
                          [](const Product& p, Call& call) { call.string(default_cursor(p.id)); }),
           field<Product>("title: String!", [](const Product& p, Call& call) { call.string(p.title); }),
           field<Product>("handle: String!", [](const Product& p, Call& call) { call.string(p.handle); }),
           field<Product>("descriptionHtml: HTML!",
                          [](const Product& p, Call& call) { call.string(p.description_html); }),
           field<Product>("description(truncateAt: Int): String!",
                          [](const Product& p, Call& call) {
                            call.string(
                                truncated(plain_text(p.description_html), call.arguments().integer("truncateAt", -1)));
                          }),
           field<Product>("vendor: String!", [](const Product& p, Call& call) { call.string(p.vendor); }),
           field<Product>("productType: String!", [](const Product& p, Call& call) { call.string(p.type); }),
           field<Product>("tags: [String!]!", [](const Product& p, Call& call) { call.strings(p.tags); }),
           field<Product>("status: ProductStatus!", [](const Product& p, Call& call) { call.string(p.status); }),
           field<Product>("templateSuffix: String",
                          [](const Product& p, Call& call) { call.string(p.template_suffix); }),
           field<Product>("isGiftCard: Boolean!", [](const Product& p, Call& call) { call.boolean(p.gift_card); }),
           field<Product>("requiresSellingPlan: Boolean!", [](const Product&, Call& call) { call.boolean(false); }),
           field<Product>("hasOnlyDefaultVariant: Boolean!",
                          [](const Product& p, Call& call) { call.boolean(p.only_default_variant()); }),
           field<Product>("hasOutOfStockVariants: Boolean!",
                          [](const Product& p, Call& call) {
                            call.boolean(!std::ranges::all_of(p.variants, &Variant::available));
                          }),
           field<Product>("hasVariantsThatRequiresComponents: Boolean!",
                          [](const Product&, Call& call) { call.boolean(false); }),
           field<Product>("tracksInventory: Boolean!",
                          [](const Product& p, Call& call) { call.boolean(p.tracks_inventory()); }),
           field<Product>("totalInventory: Int!", [](const Product& p, Call& call) { call.integer(p.inventory()); }),
           field<Product>("createdAt: DateTime!", [](const Product& p, Call& call) { write_time(call, p.created_at); }),
           field<Product>("updatedAt: DateTime!", [](const Product& p, Call& call) { write_time(call, p.updated_at); }),
           field<Product>("publishedAt: DateTime",
                          [](const Product& p, Call& call) { write_time(call, p.published_at); }),
           field<Product>("onlineStoreUrl: URL",
                          [](const Product& p, Call& call) {
                            if (!p.published_at || !visible(p)) return call.null();
                            call.string("https://" + call.context<Reading>().catalog.info().domain + "/products/" +
                                        p.handle);
                          }),
           field<Product>("onlineStorePreviewUrl: URL",
                          [](const Product& p, Call& call) {
                            call.string("https://" + call.context<Reading>().catalog.info().domain + "/products/" +
                                        p.handle);
                          }),
           field<Product>("seo: SEO!",
                          [](const Product& p, Call& call) {
                            const Seo seo{p.seo_title, p.seo_description};
                            call.value(&seo);
                          }),
           field<Product>("category: TaxonomyCategory",
                          [](const Product& p, Call& call) {
                            call.value(p.category ? &categories()[static_cast<std::size_t>(*p.category)] : nullptr);
                          }),
           field<Product>(
               "featuredMedia: Media",
               [](const Product& p, Call& call) { write_media(call, p.media.empty() ? nullptr : &p.media.front()); }),
           field<Product>("options(first: Int): [ProductOption!]!",
                          [](const Product& p, Call& call) {
                            const auto wanted = static_cast<std::size_t>(
                                std::max<std::int64_t>(0, call.arguments().integer("first", 250)));
                            call.list(std::min(wanted, p.options.size()),
                                      [&](std::size_t i) { call.value(&p.options[i]); });
                          }),
           field<Product>("priceRangeV2: ProductPriceRangeV2!", [](const Product& p, Call& call) { call.value(&p); }),
           field<Product>("compareAtPriceRange: ProductCompareAtPriceRange",
                          [](const Product& p, Call& call) { call.value(bound(p, false, true) ? &p : nullptr); }),
           field<Product>("variantsCount: Count",
                          [](const Product& p, Call& call) { write_count(call, p.variants.size()); }),
           field<Product>("mediaCount: Count", [](const Product& p, Call& call) { write_count(call, p.media.size()); }),
           field<Product>(
               "variants(after: String, before: String, first: Int, last: Int, reverse: Boolean = false, sortKey: "
               "ProductVariantSortKeys = POSITION): ProductVariantConnection!",
               [](const Product& p, Call& call) {
                 std::vector<const Variant*> all;
                 for (const Variant& v : p.variants) all.push_back(&v);
                 answer_variants(call, std::move(all));
               }),
           field<Product>(
               "media(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
               "sortKey: ProductMediaSortKeys = POSITION): MediaConnection!",
               [](const Product& p, Call& call) {
                 std::vector<const Media*> all;
                 for (const Media& m : p.media) all.push_back(&m);
                 answer_media(call, all);
               }),
           field<Product>("metafield(key: String!, namespace: String): Metafield",
                          [](const Product& p, Call& call) { answer_metafield(call, p.metafields); }),
           field<Product>(
               "metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: String, "
               "reverse: Boolean = false): MetafieldConnection!",
               [](const Product& p, Call& call) { answer_metafields(call, p.metafields); }),
           field<Product>(
               "collections(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = "
               "false, sortKey: CollectionSortKeys = ID): CollectionConnection!",
               [](const Product& p, Call& call) { answer_collections_of(call, p); }),
           field<Product>("inCollection(id: ID!): Boolean!",
                          [](const Product& p, Call& call) {
                            const auto id = id_argument(call, "id", "Collection");
                            if (!id) return;
                            const Collection* c = call.context<Reading>().catalog.collections().find(*id);
                            call.boolean(c && std::ranges::find(c->products, p.id) != c->products.end());
                          }),
           field<Product>("publishedOnPublication(publicationId: ID!): Boolean!",
                          [](const Product& p, Call& call) { answer_published_on(call, p.publishings, visible(p)); }),
           field<Product>(
               "resourcePublicationsV2(after: String, before: String, catalogType: CatalogType, first: Int, last: Int, "
               "onlyPublished: Boolean = true, reverse: Boolean = false): ResourcePublicationV2Connection!",
               [](const Product& p, Call& call) { answer_publications(call, p.publishings, visible(p)); })})
      .scope = "read_products";
  builder.connection("Product");
}

void answer_products(Call& call) {
  const auto value = product_order(call.arguments().text("sortKey", "ID"));
  answer_list(call, filtered(call, call.context<Reading>().catalog.products().sorted(value), product_search()), value,
              true);
}

std::size_t count_products(Call& call) {
  return filtered(call, call.context<Reading>().catalog.products().sorted(nullptr), product_search()).size();
}

void answer_products_of(Call& call, const Collection& collection) {
  std::vector<const Product*> members;
  for (const std::int64_t id : collection.products)
    if (const Product* p = call.context<Reading>().catalog.products().find(id)) members.push_back(p);
  const auto key = call.arguments().text("sortKey", "COLLECTION_DEFAULT");
  const auto value = product_order(key);
  const bool keyed = value || key == "ID";
  if (keyed)
    std::ranges::sort(members, {},
                      [&](const Product* p) { return std::pair(value ? value(*p) : std::string(), p->id); });
  answer_list(call, std::move(members), value, keyed);
}

}  // namespace stoa::sandbox
