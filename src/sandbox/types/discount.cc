// Discounts: their nodes and the eight types behind them.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;
using graphql::FieldSpec;

namespace {

using Type = Discount::Type;
constexpr std::string_view kScope = "read_discounts";
constexpr std::string_view kPage = "after: String, before: String, first: Int, last: Int, reverse: Boolean = false";

const graphql::TypeDef& known(const Call& call, std::string_view name) {
  return call.context<Reading>().schema.known(name);
}

// ---- the parts

// A discount seen as what it gives or as what must be bought.
struct Side {
  const Discount& discount;
  const DiscountItems& items;
  const DiscountValue& value;
};

template <class T, class Find>
void write_ids(Call& call, const std::vector<std::int64_t>& ids, Find find) {
  std::vector<const T*> all;
  for (const auto id : ids)
    if (const T* object = find(call.context<Reading>().catalog, id)) all.push_back(object);
  answer_list<T>(call, std::move(all), nullptr, true);
}

void add_items(graphql::SchemaBuilder& builder) {
  static const std::string products = fmt::format("products({}): ProductConnection!", kPage),
                           variants = fmt::format("productVariants({}): ProductVariantConnection!", kPage),
                           collections = fmt::format("collections({}): CollectionConnection!", kPage);
  builder.object(
      "AllDiscountItems", {},
      {field<DiscountItems>("allItems: Boolean!", [](const DiscountItems&, Call& call) { call.boolean(true); })});
  builder.object(
      "DiscountProducts", {},
      {field<DiscountItems>(products,
                            [](const DiscountItems& items, Call& call) {
                              write_ids<Product>(call, items.products, [](const Catalog& c, std::int64_t id) {
                                return c.products().find(id);
                              });
                            }),
       field<DiscountItems>(variants, [](const DiscountItems& items, Call& call) {
         write_ids<Variant>(call, items.variants, [](const Catalog& c, std::int64_t id) { return c.variant(id); });
       })});
  builder.object("DiscountCollections", {},
                 {field<DiscountItems>(collections, [](const DiscountItems& items, Call& call) {
                   write_ids<Collection>(call, items.collections,
                                         [](const Catalog& c, std::int64_t id) { return c.collections().find(id); });
                 })});
  builder.unity("DiscountItems", {"AllDiscountItems", "DiscountCollections", "DiscountProducts"});
}

void write_items(Call& call, const DiscountItems& items) {
  const auto name = items.of == DiscountItems::Of::all        ? "AllDiscountItems"
                    : items.of == DiscountItems::Of::products ? "DiscountProducts"
                                                              : "DiscountCollections";
  call.object({&known(call, name), &items});
}

void write_gets(Call& call, const DiscountValue& value) {
  const auto name = value.kind == DiscountValue::Kind::on_quantity ? "DiscountOnQuantity"
                    : value.kind == DiscountValue::Kind::amount    ? "DiscountAmount"
                                                                   : "DiscountPercentage";
  call.object({&known(call, name), &value});
}

void write_buys(Call& call, const DiscountValue& value) {
  const bool counted = value.kind == DiscountValue::Kind::quantity;
  call.object({&known(call, counted ? "DiscountQuantity" : "DiscountPurchaseAmount"), &value});
}

void add_values(graphql::SchemaBuilder& builder) {
  using Value = DiscountValue;
  builder.object("DiscountPercentage", {},
                 {field<Value>("percentage: Float!", [](const Value& v, Call& call) { call.real(v.percentage); })});
  builder.object(
      "DiscountAmount", {},
      {field<Value>("amount: MoneyV2!", [](const Value& v, Call& call) { write_money(call, v.amount); }),
       field<Value>("appliesOnEachItem: Boolean!", [](const Value& v, Call& call) { call.boolean(v.each_item); })});
  builder.object("DiscountQuantity", {}, {field<Value>("quantity: UnsignedInt64!", [](const Value& v, Call& call) {
                   call.string(std::to_string(v.quantity));
                 })});
  builder.object(
      "DiscountPurchaseAmount", {},
      {field<Value>("amount: Decimal!", [](const Value& v, Call& call) { call.string(decimal_amount(v.amount)); })});
  builder.unity("DiscountEffect", {"DiscountAmount", "DiscountPercentage"});
  builder.object("DiscountOnQuantity", {},
                 {field<Value>("quantity: DiscountQuantity!", [](const Value& v, Call& call) { call.value(&v); }),
                  field<Value>("effect: DiscountEffect!", [](const Value& v, Call& call) {
                    call.object({&known(call, v.amount.empty() ? "DiscountPercentage" : "DiscountAmount"), &v});
                  })});
  builder.unity("DiscountCustomerGetsValue", {"DiscountAmount", "DiscountOnQuantity", "DiscountPercentage"});
  builder.unity("DiscountCustomerBuysValue", {"DiscountPurchaseAmount", "DiscountQuantity"});
}

void add_sides(graphql::SchemaBuilder& builder) {
  builder.object(
      "DiscountCustomerGets", {},
      {field<Side>("appliesOnOneTimePurchase: Boolean!", [](const Side&, Call& call) { call.boolean(true); }),
       field<Side>("appliesOnSubscription: Boolean!", [](const Side&, Call& call) { call.boolean(false); }),
       field<Side>("items: DiscountItems!", [](const Side& s, Call& call) { write_items(call, s.items); }),
       field<Side>("value: DiscountCustomerGetsValue!", [](const Side& s, Call& call) { write_gets(call, s.value); })});
  builder.object(
      "DiscountCustomerBuys", {},
      {field<Side>("isOneTimePurchase: Boolean!", [](const Side&, Call& call) { call.boolean(true); }),
       field<Side>("isSubscription: Boolean!", [](const Side&, Call& call) { call.boolean(false); }),
       field<Side>("items: DiscountItems!", [](const Side& s, Call& call) { write_items(call, s.items); }),
       field<Side>("value: DiscountCustomerBuysValue!", [](const Side& s, Call& call) { write_buys(call, s.value); })});
}

void add_conditions(graphql::SchemaBuilder& builder) {
  builder.object("DiscountMinimumQuantity", {},
                 {field<Discount>("greaterThanOrEqualToQuantity: UnsignedInt64!", [](const Discount& d, Call& call) {
                   call.string(std::to_string(*d.least_quantity));
                 })});
  builder.object("DiscountMinimumSubtotal", {},
                 {field<Discount>("greaterThanOrEqualToSubtotal: MoneyV2!",
                                  [](const Discount& d, Call& call) { write_money(call, *d.least_subtotal); })});
  builder.unity("DiscountMinimumRequirement", {"DiscountMinimumQuantity", "DiscountMinimumSubtotal"});
  builder.enumeration("CountryCode", "AU CA CH DE DK ES FR GB IE IT JP KR NL NO PL PT SE US");
  builder.object("DiscountCountryAll", {},
                 {field<Discount>("allCountries: Boolean!", [](const Discount&, Call& call) { call.boolean(true); })});
  builder.object(
      "DiscountCountries", {},
      {field<Discount>("countries: [CountryCode!]!", [](const Discount& d, Call& call) { call.strings(d.countries); }),
       field<Discount>("includeRestOfWorld: Boolean!", [](const Discount&, Call& call) { call.boolean(false); })});
  builder.unity("DiscountShippingDestinationSelection", {"DiscountCountries", "DiscountCountryAll"});
  builder.object("DiscountCombinesWith", {},
                 {field<Discount>("orderDiscounts: Boolean!",
                                  [](const Discount& d, Call& call) { call.boolean(d.combines_orders); }),
                  field<Discount>("productDiscounts: Boolean!",
                                  [](const Discount& d, Call& call) { call.boolean(d.combines_products); }),
                  field<Discount>("productDiscountsWithTagsOnSameCartLine: [String!]",
                                  [](const Discount& d, Call& call) {
                                    d.combines_tags.empty() ? call.null() : call.strings(d.combines_tags);
                                  }),
                  field<Discount>("shippingDiscounts: Boolean!",
                                  [](const Discount& d, Call& call) { call.boolean(d.combines_shipping); })});
  builder.enumeration("DiscountBuyerSelection", "ALL");
  builder.object("DiscountBuyerSelectionAll", {},
                 {field<Discount>("all: DiscountBuyerSelection!",
                                  [](const Discount&, Call& call) { call.string(std::string_view("ALL")); })});
  builder.unity("DiscountContext", {"DiscountBuyerSelectionAll"});
  builder.object("AppDiscountType", {},
                 {field<Discount>("functionId: String!",
                                  [](const Discount& d, Call& call) { call.string(fmt::format("fn-{}", d.id % 7)); }),
                  field<Discount>("title: String!", [](const Discount&, Call& call) {
                    call.string(std::string_view("Volume pricing"));
                  })});
}

void add_codes(graphql::SchemaBuilder& builder) {
  builder.enumeration("DiscountCodeSortKeys", "CODE CREATED_AT ID RELEVANCE");
  builder.object(
      "DiscountRedeemCode", {},
      {field<RedeemCode>("id: ID!",
                         [](const RedeemCode& c, Call& call) { call.string(gid("DiscountRedeemCode", c.id)); }),
       field<RedeemCode>("code: String!", [](const RedeemCode& c, Call& call) { call.string(c.code); }),
       field<RedeemCode>("asyncUsageCount: Int!", [](const RedeemCode& c, Call& call) { call.integer(c.used); })});
  builder.connection("DiscountRedeemCode");
}

// ---- the eight types

void write_minimum(Call& call, const Discount& d) {
  if (d.least_quantity) return call.object({&known(call, "DiscountMinimumQuantity"), &d});
  if (d.least_subtotal) return call.object({&known(call, "DiscountMinimumSubtotal"), &d});
  call.null();
}

void write_side(Call& call, const Discount& d, const DiscountItems& items, const DiscountValue& value) {
  const Side side{d, items, value};
  call.value(&side);
}

void write_codes(Call& call, const Discount& d) {
  std::vector<const RedeemCode*> all;
  for (const RedeemCode& code : d.codes) all.push_back(&code);
  answer_list<RedeemCode>(call, std::move(all), nullptr, true);
}

void write_classes(Call& call, const Discount& d) {
  call.strings({d.type == Type::free_shipping                                        ? "SHIPPING"
                : d.type == Type::basic && d.gets_items.of == DiscountItems::Of::all ? "ORDER"
                                                                                     : "PRODUCT"});
}

std::vector<FieldSpec> common_fields() {
  return {
      field<Discount>("title: String!", [](const Discount& d, Call& call) { call.string(d.title); }),
      field<Discount>("status: DiscountStatus!",
                      [](const Discount& d, Call& call) { call.string(d.status(call.context<Reading>().now)); }),
      field<Discount>("startsAt: DateTime!", [](const Discount& d, Call& call) { write_time(call, d.starts_at); }),
      field<Discount>("endsAt: DateTime", [](const Discount& d, Call& call) { write_time(call, d.ends_at); }),
      field<Discount>("createdAt: DateTime!", [](const Discount& d, Call& call) { write_time(call, d.created_at); }),
      field<Discount>("updatedAt: DateTime!", [](const Discount& d, Call& call) { write_time(call, d.updated_at); }),
      field<Discount>("discountClasses: [DiscountClass!]!",
                      [](const Discount& d, Call& call) { write_classes(call, d); }),
      field<Discount>("tags: [String!]!", [](const Discount& d, Call& call) { call.strings(d.tags); }),
      field<Discount>("asyncUsageCount: Int!", [](const Discount& d, Call& call) { call.integer(d.used); }),
      field<Discount>("combinesWith: DiscountCombinesWith!", [](const Discount& d, Call& call) { call.value(&d); }),
      field<Discount>("context: DiscountContext!", [](const Discount& d, Call& call) {
        call.object({&known(call, "DiscountBuyerSelectionAll"), &d});
      })};
}

std::vector<FieldSpec> code_fields() {
  return {
      field<Discount>(
          "usageLimit: Int",
          [](const Discount& d, Call& call) { d.usage_limit ? call.integer(*d.usage_limit) : call.null(); }),
      field<Discount>("appliesOncePerCustomer: Boolean!",
                      [](const Discount& d, Call& call) { call.boolean(d.once_per_customer); }),
      field<Discount>("codesCount: Count", [](const Discount& d, Call& call) { write_count(call, d.codes.size()); }),
      field<Discount>("codes(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean "
                      "= false, savedSearchId: ID, sortKey: DiscountCodeSortKeys = ID): "
                      "DiscountRedeemCodeConnection!",
                      [](const Discount& d, Call& call) { write_codes(call, d); })};
}

FieldSpec summary() {
  return field<Discount>("summary: String!", [](const Discount& d, Call& call) { call.string(d.summary); });
}
FieldSpec minimum() {
  return field<Discount>("minimumRequirement: DiscountMinimumRequirement",
                         [](const Discount& d, Call& call) { write_minimum(call, d); });
}

std::vector<FieldSpec> own_fields(Type type) {
  const auto gets = field<Discount>("customerGets: DiscountCustomerGets!",
                                    [](const Discount& d, Call& call) { write_side(call, d, d.gets_items, d.gets); });
  const std::vector<FieldSpec> subscription = {
      field<Discount>("appliesOnOneTimePurchase: Boolean!", [](const Discount&, Call& call) { call.boolean(true); }),
      field<Discount>("appliesOnSubscription: Boolean!", [](const Discount&, Call& call) { call.boolean(false); })};
  switch (type) {
    case Type::basic: return {summary(), gets, minimum()};
    case Type::bxgy:
      return {summary(), gets,
              field<Discount>("customerBuys: DiscountCustomerBuys!",
                              [](const Discount& d, Call& call) { write_side(call, d, d.buys_items, d.buys); }),
              field<Discount>("usesPerOrderLimit: Int", [](const Discount& d, Call& call) {
                d.uses_per_order ? call.integer(*d.uses_per_order) : call.null();
              })};
    case Type::free_shipping:
      return {summary(),
              minimum(),
              subscription[0],
              subscription[1],
              field<Discount>(
                  "destinationSelection: DiscountShippingDestinationSelection!",
                  [](const Discount& d, Call& call) {
                    call.object({&known(call, d.countries.empty() ? "DiscountCountryAll" : "DiscountCountries"), &d});
                  }),
              field<Discount>("maximumShippingPrice: MoneyV2", [](const Discount& d, Call& call) {
                d.shipping_price_max ? write_money(call, *d.shipping_price_max) : call.null();
              })};
    case Type::app:
      return {
          field<Discount>("appDiscountType: AppDiscountType!", [](const Discount& d, Call& call) { call.value(&d); }),
          field<Discount>("discountId: ID!",
                          [](const Discount& d, Call& call) { call.string(gid(d.node_type(), d.id)); }),
          subscription[0], subscription[1]};
  }
  return {};
}

void add_types(graphql::SchemaBuilder& builder) {
  builder.enumeration("DiscountStatus", "ACTIVE EXPIRED SCHEDULED");
  builder.enumeration("DiscountClass", "ORDER PRODUCT SHIPPING");
  std::vector<std::string> names[2];
  for (const bool automatic : {false, true})
    for (const auto type : {Type::basic, Type::bxgy, Type::free_shipping, Type::app}) {
      auto fields = common_fields();
      const auto add = [&](const std::vector<FieldSpec>& more) {
        fields.insert(fields.end(), more.begin(), more.end());
      };
      add(own_fields(type));
      if (!automatic) add(code_fields());
      Discount sample;
      sample.automatic = automatic;
      sample.type = type;
      names[automatic].emplace_back(sample.type_name());
      builder.object(sample.type_name(), {}, fields);
    }
  builder.unity("DiscountCode", names[0]);
  builder.unity("DiscountAutomatic", names[1]);
  names[0].insert(names[0].end(), names[1].begin(), names[1].end());
  builder.unity("Discount", names[0]);
}

void write_discount(const Discount& d, Call& call) { call.object({&known(call, d.type_name()), &d}); }

void add_nodes(graphql::SchemaBuilder& builder) {
  const auto node = [&](std::string_view name, FieldSpec discount) {
    builder
        .object(
            name, {"HasMetafields", "Node"},
            {field<Discount>("id: ID!", [](const Discount& d, Call& call) { call.string(gid(d.node_type(), d.id)); }),
             discount,
             field<Discount>("metafield(key: String!, namespace: String): Metafield",
                             [](const Discount& d, Call& call) { answer_metafield(call, d.metafields); }),
             field<Discount>("metafields(after: String, before: String, first: Int, keys: [String!], last: Int, "
                             "namespace: String, reverse: Boolean = false): MetafieldConnection!",
                             [](const Discount& d, Call& call) { answer_metafields(call, d.metafields); })})
        .scope = kScope;
  };
  node("DiscountNode",
       field<Discount>("discount: Discount!", [](const Discount& d, Call& c) { write_discount(d, c); }));
  node("DiscountCodeNode",
       field<Discount>("codeDiscount: DiscountCode!", [](const Discount& d, Call& c) { write_discount(d, c); }));
  node("DiscountAutomaticNode", field<Discount>("automaticDiscount: DiscountAutomatic!",
                                                [](const Discount& d, Call& c) { write_discount(d, c); }));
  builder.enumeration("DiscountSortKeys", "CREATED_AT ENDS_AT ID RELEVANCE STARTS_AT TITLE UPDATED_AT");
  builder.connection("DiscountNode");
}

// ---- lists

const SearchFields<Discount>& discount_search() {
  static const SearchFields<Discount> fields = {
      {"", [](const Discount& d, const Term& t) { return fold(d.title).contains(fold(t.value)); }},
      {"id", [](const Discount& d, const Term& t) { return match_number(t, d.id); }},
      {"created_at", [](const Discount& d, const Term& t) { return match_time(t, d.created_at); }},
      {"updated_at", [](const Discount& d, const Term& t) { return match_time(t, d.updated_at); }},
      {"starts_at", [](const Discount& d, const Term& t) { return match_time(t, d.starts_at); }},
      {"ends_at", [](const Discount& d, const Term& t) { return match_time(t, d.ends_at); }},
      {"title", [](const Discount& d, const Term& t) { return match_text(t, d.title); }},
      {"method", [](const Discount& d, const Term& t) { return match_text(t, d.automatic ? "automatic" : "code"); }},
      {"code", [](const Discount& d, const Term& t) {
         return std::ranges::any_of(d.codes, [&](const RedeemCode& code) { return match_text(t, code.code); });
       }}};
  return fields;
}

SortValue<Discount> discount_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Discount& d) { return sortable(micros(d.updated_at)); };
  if (key == "CREATED_AT") return [](const Discount& d) { return sortable(micros(d.created_at)); };
  if (key == "STARTS_AT") return [](const Discount& d) { return sortable(micros(d.starts_at)); };
  if (key == "ENDS_AT")
    return [](const Discount& d) { return d.ends_at ? sortable(micros(*d.ends_at)) : std::string(); };
  if (key == "TITLE") return [](const Discount& d) { return fold(d.title); };
  return nullptr;
}

}  // namespace

std::string_view Discount::type_name() const {
  constexpr std::string_view kNames[2][4] = {
      {"DiscountCodeBasic", "DiscountCodeBxgy", "DiscountCodeFreeShipping", "DiscountCodeApp"},
      {"DiscountAutomaticBasic", "DiscountAutomaticBxgy", "DiscountAutomaticFreeShipping", "DiscountAutomaticApp"}};
  return kNames[automatic][static_cast<std::size_t>(type)];
}

void add_discount(graphql::SchemaBuilder& builder) {
  add_items(builder);
  add_values(builder);
  add_sides(builder);
  add_conditions(builder);
  add_codes(builder);
  add_types(builder);
  add_nodes(builder);
}

std::vector<FieldSpec> discount_roots() {
  return {field<Reading>(
              "discountNode(id: ID!): DiscountNode",
              [](const Reading& r, Call& call) {
                const auto text = call.arguments().text("id");
                const auto id = parse_gid(text);
                if (!id || !id->type.starts_with("Discount") || !id->type.ends_with("Node"))
                  return call.fail(fmt::format("Invalid id: {}", text), "RESOURCE_NOT_FOUND");
                const Discount* found = r.catalog.discounts().find(id->id);
                call.value(found && found->node_type() == id->type ? found : nullptr);
              },
              kScope),
          field<Reading>(
              "discountNodes(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = "
              "false, savedSearchId: ID, sortKey: DiscountSortKeys = ID): DiscountNodeConnection!",
              [](const Reading& r, Call& call) {
                const auto value = discount_order(call.arguments().text("sortKey", "ID"));
                answer_list(call, filtered(call, r.catalog.discounts().sorted(value), discount_search()), value, true);
              },
              kScope),
          field<Reading>(
              "discountNodesCount(limit: Int = 10000, query: String, savedSearchId: ID): Count",
              [](const Reading& r, Call& call) {
                write_count(call, filtered(call, r.catalog.discounts().sorted(nullptr), discount_search()).size(),
                            call.arguments().integer("limit", INT64_MAX));
              },
              kScope),
          field<Reading>(
              "codeDiscountNodeByCode(code: String!): DiscountCodeNode",
              [](const Reading& r, Call& call) {
                const auto wanted = fold(call.arguments().text("code"));
                for (const Discount* d : r.catalog.discounts().sorted(nullptr))
                  for (const RedeemCode& code : d->codes)
                    if (fold(code.code) == wanted) return call.value(d);
                call.null();
              },
              kScope)};
}

}  // namespace stoa::sandbox
