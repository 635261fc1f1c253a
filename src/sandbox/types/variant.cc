// ProductVariant and InventoryItem: one Variant seen from two sides.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

const SearchFields<Variant>& variant_search() {
  static const SearchFields<Variant> fields = {
      {"", [](const Variant& v,
              const Term& t) { return match_text(t, v.display_title()) || match_text(t, v.product->title); }},
      {"id", [](const Variant& v, const Term& t) { return match_number(t, v.id); }},
      {"updated_at", [](const Variant& v, const Term& t) { return match_time(t, v.updated_at); }},
      {"product_id", [](const Variant& v, const Term& t) { return match_number(t, v.product->id); }},
      {"product_status", [](const Variant& v, const Term& t) { return match_text(t, v.product->status); }},
      {"sku", [](const Variant& v, const Term& t) { return match_text(t, v.sku.value_or("")); }},
      {"barcode", [](const Variant& v, const Term& t) { return match_text(t, v.barcode.value_or("")); }},
      {"title", [](const Variant& v, const Term& t) { return match_text(t, v.display_title()); }},
      {"vendor", [](const Variant& v, const Term& t) { return match_text(t, v.product->vendor); }},
      {"inventory_quantity", [](const Variant& v, const Term& t) { return match_number(t, v.inventory.value_or(0)); }}};
  return fields;
}

std::string full_title(const Variant& v) { return v.product->title + " - " + v.display_title(); }

SortValue<Variant> variant_order(std::string_view key) {
  if (key == "SKU") return [](const Variant& v) { return v.sku.value_or(""); };
  if (key == "TITLE" || key == "NAME") return [](const Variant& v) { return v.display_title(); };
  if (key == "FULL_TITLE") return full_title;
  if (key == "POSITION") return [](const Variant& v) { return sortable(v.position); };
  if (key.starts_with("INVENTORY_QUANTITY") || key == "INVENTORY_LEVELS_AVAILABLE")
    return [](const Variant& v) { return sortable(v.inventory.value_or(0)); };
  return nullptr;  // ID, and what a variant has no order for
}

void order(std::vector<const Variant*>& items, SortValue<Variant> value) {
  std::ranges::sort(items, {}, [&](const Variant* v) { return std::pair(value ? value(*v) : std::string(), v->id); });
}

struct SelectedOption {
  std::string_view name;
  const OptionValue* value;
  std::string_view text;
};

void write_selected(const Variant& v, Call& call) {
  std::vector<SelectedOption> selected;
  for (std::size_t i = 0; i < v.options.size() && i < v.product->options.size(); ++i) {
    if (!v.options[i]) continue;
    const auto& option = v.product->options[i];
    const auto found = std::ranges::find(option.values, *v.options[i], &OptionValue::name);
    selected.push_back({option.name, found == option.values.end() ? nullptr : &*found, *v.options[i]});
  }
  call.list(selected.size(), [&](std::size_t i) { call.value(&selected[i]); });
}

// A variant at one of the shop's locations. How many of them keep it follows from its item's number; the first has what
// the others have not.
struct Level {
  const Variant* variant;
  const Location* location;
  std::int64_t available;
};
struct Quantity {
  std::string name;
  std::int64_t count;
};

std::vector<Level> levels_of(const Variant& v, const ShopInfo& info) {
  const auto number = static_cast<std::size_t>(v.inventory_item_id) / 2;
  const auto count = std::min<std::size_t>(info.locations.size(), number % 120 == 7 ? SIZE_MAX : 1 + number % 6);
  std::vector<Level> out;
  std::int64_t rest = v.inventory.value_or(0);
  for (std::size_t i = 0; i < count; ++i) out.push_back({&v, &info.locations[i], static_cast<std::int64_t>(i)});
  for (std::size_t i = 1; i < out.size(); ++i) rest -= out[i].available;
  if (!out.empty()) out.front().available = rest;
  return out;
}

void answer_levels(const Variant& v, Call& call) {
  auto levels = levels_of(v, call.context<Reading>().catalog.info());
  if (call.arguments().truth("reverse")) std::ranges::reverse(levels);
  const auto& type = call.context<Reading>().schema.known("InventoryLevel");
  answer_page(call, {.count = levels.size(),
                     .object = [&](std::size_t i) { return graphql::Object{&type, &levels[i]}; },
                     .id = [&](std::size_t i) { return levels[i].location->id; },
                     .value = {}});
}

// The quantities of those names, in the order asked.
void write_quantities(const Level& level, Call& call) {
  std::vector<Quantity> out;
  for (const auto& name : call.arguments().get("names")->items) {
    if (name.text != "available" && name.text != "on_hand" && name.text != "committed" && name.text != "incoming")
      return call.fail(fmt::format("The inventory quantity name '{}' is invalid", name.text), "BAD_REQUEST");
    const bool held = name.text == "available" || name.text == "on_hand";
    out.push_back({name.text, held ? level.available + (name.text == "on_hand" ? 1 : 0) : 0});
  }
  call.list(out.size(), [&](std::size_t i) { call.value(&out[i]); });
}

void add_levels(graphql::SchemaBuilder& builder) {
  builder
      .object("Location", {"LegacyInteroperability", "Node"},
              {field<Location>("id: ID!", [](const Location& l, Call& call) { call.string(gid("Location", l.id)); }),
               field<Location>("legacyResourceId: UnsignedInt64!",
                               [](const Location& l, Call& call) { call.string(std::to_string(l.id)); }),
               field<Location>("name: String!", [](const Location& l, Call& call) { call.string(l.name); }),
               field<Location>("isActive: Boolean!", [](const Location&, Call& call) { call.boolean(true); })})
      .scope = "read_locations";
  builder.object("InventoryQuantity", {},
                 {field<Quantity>("name: String!", [](const Quantity& q, Call& call) { call.string(q.name); }),
                  field<Quantity>("quantity: Int!", [](const Quantity& q, Call& call) { call.integer(q.count); })});
  builder
      .object("InventoryLevel", {"Node"},
              {field<Level>("id: ID!",
                            [](const Level& l, Call& call) {
                              call.string(fmt::format("{}?inventory_item_id={}", gid("InventoryLevel", l.location->id),
                                                      l.variant->inventory_item_id));
                            }),
               field<Level>("isActive: Boolean!", [](const Level&, Call& call) { call.boolean(true); }),
               field<Level>("createdAt: DateTime!",
                            [](const Level& l, Call& call) { write_time(call, l.variant->created_at); }),
               field<Level>("updatedAt: DateTime!",
                            [](const Level& l, Call& call) { write_time(call, l.variant->updated_at); }),
               field<Level>("item: InventoryItem!", [](const Level& l, Call& call) { call.value(l.variant); }),
               field<Level>(
                   "location: Location!", [](const Level& l, Call& call) { call.value(l.location); }, "read_locations"),
               field<Level>("quantities(names: [String!]!): [InventoryQuantity!]!",
                            [](const Level& l, Call& call) { write_quantities(l, call); })})
      .scope = "read_inventory";
  builder.connection("InventoryLevel");
}

void add_inventory(graphql::SchemaBuilder& builder) {
  add_levels(builder);
  builder.object("Weight", {},
                 {field<Variant>("unit: WeightUnit!", [](const Variant& v, Call& call) { call.string(v.weight_unit); }),
                  field<Variant>("value: Float!", [](const Variant& v, Call& call) { call.real(v.weight); })});
  builder.object(
      "InventoryItemMeasurement", {"Node"},
      {field<Variant>("id: ID!", [](const Variant& v,
                                    Call& call) { call.string(gid("InventoryItemMeasurement", v.inventory_item_id)); }),
       field<Variant>("weight: Weight", [](const Variant& v, Call& call) { call.value(&v); })});
  builder
      .object(
          "InventoryItem", {"LegacyInteroperability", "Node"},
          {field<Variant>("id: ID!",
                          [](const Variant& v, Call& call) { call.string(gid("InventoryItem", v.inventory_item_id)); }),
           field<Variant>("legacyResourceId: UnsignedInt64!",
                          [](const Variant& v, Call& call) { call.string(std::to_string(v.inventory_item_id)); }),
           field<Variant>("sku: String", [](const Variant& v, Call& call) { call.string(v.sku); }),
           field<Variant>("tracked: Boolean!", [](const Variant& v, Call& call) { call.boolean(v.tracked); }),
           field<Variant>("requiresShipping: Boolean!",
                          [](const Variant& v, Call& call) { call.boolean(v.requires_shipping); }),
           field<Variant>("measurement: InventoryItemMeasurement!",
                          [](const Variant& v, Call& call) { call.value(&v); }),
           field<Variant>(
               "inventoryLevels(after: String, before: String, first: Int, includeInactive: Boolean = false, "
               "last: Int, query: String, reverse: Boolean = false): InventoryLevelConnection!",
               [](const Variant& v, Call& call) { answer_levels(v, call); }, "read_inventory"),
           field<Variant>("createdAt: DateTime!", [](const Variant& v, Call& call) { write_time(call, v.created_at); }),
           field<Variant>("updatedAt: DateTime!",
                          [](const Variant& v, Call& call) { write_time(call, v.updated_at); })})
      .scope = "read_products";
}

}  // namespace

void add_variant(graphql::SchemaBuilder& builder) {
  builder.enumeration(
      "ProductVariantSortKeys",
      "FULL_TITLE ID INVENTORY_LEVELS_AVAILABLE INVENTORY_MANAGEMENT INVENTORY_POLICY INVENTORY_QUANTITY NAME "
      "POPULAR POSITION RELEVANCE SKU TITLE");
  builder.enumeration("ProductVariantInventoryPolicy", "CONTINUE DENY");
  add_inventory(builder);
  builder.object(
      "SelectedOption", {},
      {field<SelectedOption>("name: String!", [](const SelectedOption& s, Call& call) { call.string(s.name); }),
       field<SelectedOption>("value: String!", [](const SelectedOption& s, Call& call) { call.string(s.text); }),
       field<SelectedOption>("optionValue: ProductOptionValue!",
                             [](const SelectedOption& s, Call& call) { call.value(s.value); })});
  builder
      .object(
          "ProductVariant", {"HasMetafields", "LegacyInteroperability", "Navigable", "Node"},
          {field<Variant>("id: ID!", [](const Variant& v, Call& call) { call.string(gid("ProductVariant", v.id)); }),
           field<Variant>("legacyResourceId: UnsignedInt64!",
                          [](const Variant& v, Call& call) { call.string(std::to_string(v.id)); }),
           field<Variant>("defaultCursor: String!",
                          [](const Variant& v, Call& call) { call.string(default_cursor(v.id)); }),
           field<Variant>("title: String!", [](const Variant& v, Call& call) { call.string(v.display_title()); }),
           field<Variant>("displayName: String!", [](const Variant& v, Call& call) { call.string(full_title(v)); }),
           field<Variant>("sku: String", [](const Variant& v, Call& call) { call.string(v.sku); }),
           field<Variant>("barcode: String", [](const Variant& v, Call& call) { call.string(v.barcode); }),
           field<Variant>("position: Int!", [](const Variant& v, Call& call) { call.integer(v.position); }),
           field<Variant>("price: Money!", [](const Variant& v, Call& call) { call.string(v.price); }),
           field<Variant>("compareAtPrice: Money",
                          [](const Variant& v, Call& call) { call.string(v.compare_at_price); }),
           field<Variant>(
               "unitPrice: MoneyV2",
               [](const Variant& v, Call& call) { v.unit_price ? write_money(call, *v.unit_price) : call.null(); }),
           field<Variant>("availableForSale: Boolean!",
                          [](const Variant& v, Call& call) { call.boolean(v.available()); }),
           field<Variant>("inventoryQuantity: Int",
                          [](const Variant& v, Call& call) { v.inventory ? call.integer(*v.inventory) : call.null(); }),
           field<Variant>("inventoryPolicy: ProductVariantInventoryPolicy!",
                          [](const Variant& v, Call& call) { call.string(v.continue_selling ? "CONTINUE" : "DENY"); }),
           field<Variant>("sellableOnlineQuantity: Int!",
                          [](const Variant& v, Call& call) { call.integer(std::max(0, v.inventory.value_or(0))); }),
           field<Variant>("taxable: Boolean!", [](const Variant& v, Call& call) { call.boolean(v.taxable); }),
           field<Variant>("requiresComponents: Boolean!", [](const Variant&, Call& call) { call.boolean(false); }),
           field<Variant>("showUnitPrice: Boolean!",
                          [](const Variant& v, Call& call) { call.boolean(v.unit_price.has_value()); }),
           field<Variant>("createdAt: DateTime!", [](const Variant& v, Call& call) { write_time(call, v.created_at); }),
           field<Variant>("updatedAt: DateTime!", [](const Variant& v, Call& call) { write_time(call, v.updated_at); }),
           field<Variant>("selectedOptions: [SelectedOption!]!",
                          [](const Variant& v, Call& call) { write_selected(v, call); }),
           field<Variant>("product: Product!", [](const Variant& v, Call& call) { call.value(v.product); }),
           field<Variant>("inventoryItem: InventoryItem!", [](const Variant& v, Call& call) { call.value(&v); }),
           field<Variant>("media(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): "
                          "MediaConnection!",
                          [](const Variant& v, Call& call) {
                            std::vector<const Media*> shown;
                            for (const Media& media : v.product->media)
                              if (std::ranges::find(v.media, media.image.id) != v.media.end()) shown.push_back(&media);
                            answer_media(call, shown);
                          }),
           field<Variant>("metafield(key: String!, namespace: String): Metafield",
                          [](const Variant& v, Call& call) { answer_metafield(call, v.metafields); }),
           field<Variant>(
               "metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: String, "
               "reverse: Boolean = false): MetafieldConnection!",
               [](const Variant& v, Call& call) { answer_metafields(call, v.metafields); })})
      .scope = "read_products";
  builder.connection("ProductVariant");
}

void answer_variants(Call& call, std::vector<const Variant*> all) {
  const auto value = variant_order(call.arguments().text("sortKey", "POSITION"));
  order(all, value);
  answer_list(call, std::move(all), value, true, call.context<Reading>().lone_product ? 2048 : kPageMax);
}

void answer_all_variants(Call& call) {
  auto items = filtered(call, call.context<Reading>().catalog.variants(), variant_search());
  const auto value = variant_order(call.arguments().text("sortKey", "ID"));
  if (value) order(items, value);
  answer_list(call, std::move(items), value, true);
}

}  // namespace stoa::sandbox
