#include "sandbox/rest.h"

#include "base/text.h"
#include "sandbox/rest_content.h"
#include "sandbox/rest_members.h"

namespace stoa::sandbox {
namespace {

void read_options(Members& in, Catalog& catalog, std::vector<Option>& out) {
  std::vector<Option> made;
  const bool given = in.objects("options", [&](Members& m) {
    Option option{
        .id = catalog.next_id(), .name = {}, .position = static_cast<int>(made.size()) + 1, .values = {}, .linked = {}};
    m.number("id", option.id);
    m.text("name", option.name);
    m.number("position", option.position);
    if (const auto* values = m.find("values"); values && values->is_array())
      for (const auto& value : values->get_array())
        value.is_string() ? void(option.values.push_back({catalog.next_id(), std::string(value.get_string()), {}}))
                          : m.wrong("values", "strings");
    made.push_back(std::move(option));
  });
  if (given) out = std::move(made);
}

// `images` of REST; `media` the same with `kind` and `url` for what is no image.
void read_media(Members& in, std::string_view key, Catalog& catalog, Product& product,
                std::vector<std::pair<std::int64_t, std::int64_t>>& shown, Time now) {
  static constexpr auto kKinds = std::to_array<std::string_view>({"IMAGE", "VIDEO", "EXTERNAL_VIDEO", "MODEL_3D"});
  std::vector<Media> made;
  const bool given = in.objects(key, [&](Members& m) {
    Media media{.kind = Media::Kind::image, .image = {}, .url = {}, .created_at = now, .updated_at = now};
    media.image.id = catalog.next_id();
    std::string_view kind = kKinds[0];
    m.constant("kind", kind, kKinds);
    media.kind = static_cast<Media::Kind>(std::ranges::find(kKinds, kind) - kKinds.begin());
    m.number("id", media.image.id);
    m.text("src", media.image.url);
    m.text("url", media.url);
    m.text("alt", media.image.alt);
    m.number("width", media.image.width);
    m.number("height", media.image.height);
    m.truth("ready", media.ready);
    m.time("created_at", media.created_at);
    m.time("updated_at", media.updated_at);
    if (const auto* ids = m.find("variant_ids"); ids && ids->is_array())
      for (const auto& id : ids->get_array())
        if (id.is_int64()) shown.emplace_back(id.get_int64(), media.image.id);
    made.push_back(std::move(media));
  });
  if (given) product.media = std::move(made);
}

Variant read_variant(Members& m, Catalog& catalog, const Product& product, int position, Time now) {
  Variant v{.product = &product,
            .id = catalog.next_id(),
            .inventory_item_id = catalog.next_id(),
            .position = position,
            .price = "0.00",
            .created_at = now,
            .updated_at = now};
  m.number("id", v.id);
  m.number("inventory_item_id", v.inventory_item_id);
  m.text("title", v.title);
  m.text("option1", v.options[0]);
  m.text("option2", v.options[1]);
  m.text("option3", v.options[2]);
  m.text("sku", v.sku);
  m.text("barcode", v.barcode);
  m.text("price", v.price);
  m.text("compare_at_price", v.compare_at_price);
  m.number("position", v.position);
  m.truth("taxable", v.taxable);
  m.truth("requires_shipping", v.requires_shipping);
  m.time("created_at", v.created_at);
  m.time("updated_at", v.updated_at);
  if (m.find("inventory_quantity")) {
    int quantity = 0;
    m.number("inventory_quantity", quantity);
    v.inventory = quantity;
  }
  if (m.find("inventory_management")) {
    std::optional<std::string> manager;
    m.text("inventory_management", manager);
    v.tracked = manager.has_value();
  }
  std::string policy;
  m.text("inventory_policy", policy);
  v.continue_selling = policy == "continue";
  if (const auto* weight = m.find("weight"); weight && weight->is_number()) v.weight = weight->to_number<double>();
  static const std::map<std::string, std::string_view, std::less<>> kUnits = {
      {"g", "GRAMS"}, {"kg", "KILOGRAMS"}, {"oz", "OUNCES"}, {"lb", "POUNDS"}};
  std::string unit;
  m.text("weight_unit", unit);
  if (const auto found = kUnits.find(unit); found != kUnits.end()) v.weight_unit = found->second;
  std::int64_t image = 0;
  if (const auto* shown = m.find("image_id"); shown && !shown->is_null()) m.number("image_id", image);
  if (image) v.media.push_back(image);
  read_metafields(m, catalog, v.metafields, "PRODUCTVARIANT", now);
  return v;
}

void publish(const Catalog& catalog, Product& product) {
  product.publishings.clear();
  if (!product.published_at) return;
  for (const Publication& publication : catalog.info().publications)
    product.publishings.push_back({publication.id, *product.published_at});
}

// What a product must have even when nobody gave it.
void complete(Catalog& catalog, Product& product, Time now) {
  if (product.handle.empty()) product.handle = fmt::format("product-{}", product.id);
  if (product.options.empty())
    product.options.push_back({catalog.next_id(), "Title", 1, {{catalog.next_id(), "Default Title", {}}}, {}});
  if (product.variants.empty()) {
    Variant v{.product = &product,
              .id = catalog.next_id(),
              .inventory_item_id = catalog.next_id(),
              .price = "0.00",
              .created_at = now,
              .updated_at = now};
    v.options[0] =
        product.options.front().values.empty() ? "Default Title" : product.options.front().values.front().name;
    product.variants.push_back(std::move(v));
  }
  // A value that a variant has but its option did not list.
  for (const Variant& v : product.variants)
    for (std::size_t i = 0; i < product.options.size() && i < 3; ++i)
      if (v.options[i] && std::ranges::find(product.options[i].values, *v.options[i], &OptionValue::name) ==
                              product.options[i].values.end())
        product.options[i].values.push_back({catalog.next_id(), *v.options[i], {}});
}

// One collection's members: a list of ids, or pages of them by number.
std::vector<std::int64_t> read_members(const json::Value& json) {
  std::vector<std::int64_t> out;
  const auto add = [&](const json::Value& list) {
    if (list.is_array())
      for (const auto& id : list.get_array())
        if (id.is_int64()) out.push_back(id.get_int64());
  };
  if (!json.is_object()) return add(json), out;
  std::map<std::int64_t, const json::Value*> pages;
  for (const auto& [page, list] : json.get_object()) pages.emplace(parse_int(page).value_or(0), &list);
  for (const auto& [page, list] : pages) add(*list);
  return out;
}

}  // namespace

Result<void> apply_product(Catalog& catalog, Product& product, const json::Object& json, Time now) {
  Members in(json, "product");
  in.text("title", product.title);
  in.text("handle", product.handle);
  in.text("body_html", product.description_html);
  in.text("vendor", product.vendor);
  in.text("product_type", product.type);
  in.constant("status", product.status, kProductStatuses);
  in.text("template_suffix", product.template_suffix);
  in.text("seo_title", product.seo_title);
  in.text("seo_description", product.seo_description);
  in.time("created_at", product.created_at);
  in.time("updated_at", product.updated_at);
  in.time("published_at", product.published_at);
  if (json.contains("published_at")) publish(catalog, product);
  if (json.contains("category")) {
    int category = 0;
    in.number("category", category);
    if (category < 0 || category >= std::ssize(categories()))
      in.wrong("category", "an index of the sandbox's categories");
    product.category = category;
  }
  read_tags(in, product.tags);
  read_options(in, catalog, product.options);
  std::vector<std::pair<std::int64_t, std::int64_t>> shown;  // variant, media
  read_media(in, "images", catalog, product, shown, now);
  read_media(in, "media", catalog, product, shown, now);
  std::vector<Variant> variants;
  if (in.objects("variants", [&](Members& m) {
        variants.push_back(read_variant(m, catalog, product, static_cast<int>(variants.size()) + 1, now));
      }))
    product.variants = std::move(variants);
  for (auto& v : product.variants)
    for (const auto& [variant, media] : shown)
      if (variant == v.id && std::ranges::find(v.media, media) == v.media.end()) v.media.push_back(media);
  read_metafields(in, catalog, product.metafields, "PRODUCT", now);
  STOA_TRY(in.done());
  complete(catalog, product, now);
  return {};
}

Result<void> apply_collection(Catalog& catalog, Collection& collection, const json::Object& json) {
  Members in(json, "collection");
  in.text("title", collection.title);
  in.text("handle", collection.handle);
  in.text("body_html", collection.description_html);
  in.constant("sort_order", collection.sort_order, kSortOrders);
  in.text("template_suffix", collection.template_suffix);
  in.text("seo_title", collection.seo_title);
  in.text("seo_description", collection.seo_description);
  in.time("updated_at", collection.updated_at);
  in.truth("disjunctive", collection.any_rule);
  in.truth("evaluated", collection.evaluated);
  std::optional<Time> published;
  in.time("published_at", published);
  if (json.contains("published_at")) {
    collection.publishings.clear();
    if (published)
      for (const Publication& publication : catalog.info().publications)
        collection.publishings.push_back({publication.id, *published});
  }
  std::vector<Rule> rules;
  if (in.objects("rules", [&](Members& m) {
        Rule rule{.column = "TAG", .relation = "EQUALS", .condition = {}};
        m.constant("column", rule.column, kRuleColumns);
        m.constant("relation", rule.relation, kRuleRelations);
        m.text("condition", rule.condition);
        rules.push_back(std::move(rule));
      })) {
    collection.rules = std::move(rules);
    collection.smart = true;
  }
  if (const auto* products = json.if_contains("products")) collection.products = read_members(*products);
  read_metafields(in, catalog, collection.metafields, "COLLECTION", collection.updated_at);
  STOA_TRY(in.done());
  if (collection.handle.empty()) collection.handle = fmt::format("collection-{}", collection.id);
  return {};
}

Result<void> load_files(Catalog& catalog, const RestFiles& files, Time now) {
  STOA_TRY_ASSIGN(const json::Value products, read_json(files.products));
  STOA_TRY_ASSIGN(const json::Array* list, list_of(products, "products"));
  for (const auto& item : *list) {
    if (!item.is_object()) return fail(Code::invalid, "sandbox: products: an element is no object");
    auto product = std::make_unique<Product>();
    product->id = own_id(item.get_object());
    if (product->id == 0) product->id = catalog.next_id();
    product->created_at = product->updated_at = now;
    STOA_TRY(apply_product(catalog, *product, item.get_object(), now));
    catalog.put(std::move(product));
  }
  if (!files.blogs.empty()) {
    STOA_TRY_ASSIGN(const json::Value blogs, read_json(files.blogs));
    STOA_TRY(load_blogs(catalog, blogs, now));
  }
  if (files.collections.empty()) return {};
  json::Value membership = json::object();
  if (!files.membership.empty()) {
    STOA_TRY_ASSIGN(membership, read_json(files.membership));
  }
  STOA_TRY_ASSIGN(const json::Value collections, read_json(files.collections));
  STOA_TRY_ASSIGN(list, list_of(collections, "collections"));
  for (const auto& item : *list) {
    if (!item.is_object()) return fail(Code::invalid, "sandbox: collections: an element is no object");
    auto collection = std::make_unique<Collection>();
    collection->id = own_id(item.get_object());
    if (collection->id == 0) collection->id = catalog.next_id();
    collection->updated_at = now;
    STOA_TRY(apply_collection(catalog, *collection, item.get_object()));
    if (const auto* members = json::find(membership, collection->handle)) collection->products = read_members(*members);
    std::erase_if(collection->products, [&](std::int64_t id) { return !catalog.products().find(id); });
    catalog.put(std::move(collection));
  }
  return {};
}

}  // namespace stoa::sandbox
