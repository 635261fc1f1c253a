// What a stand-in shop holds: plain values, one struct per Shopify object, times as moments, money as Shopify's
// strings. Addresses are stable: a Product lives in the Catalog until it is deleted, and what it holds points back at
// it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace stoa::sandbox {

// "gid://shopify/Product/1".
std::string gid(std::string_view type, std::int64_t id);
struct Gid {
  std::string_view type;
  std::int64_t id = 0;
};
std::optional<Gid> parse_gid(std::string_view text);

struct Image {
  std::int64_t id = 0;
  std::string url;
  std::optional<std::string> alt;
  int width = 0;
  int height = 0;
};

struct Metafield {
  std::int64_t id = 0;
  std::string_view owner_type;  // PRODUCT, PRODUCTVARIANT, COLLECTION
  std::string ns;
  std::string key;
  std::string type;
  std::string value;
  Time created_at;
  Time updated_at;
};

struct Media {
  enum class Kind { image, video, external_video, model, file };  // file: of the library alone, no Media
  Kind kind = Kind::image;
  Image image;      // what is shown; of the other kinds the preview. Its id is the media's
  std::string url;  // of a video, model or file: its bytes; of an external video: the page
  int duration_ms = 0;
  bool ready = true;
  bool failed = false;  // then not ready either
  Time created_at;
  Time updated_at;
};

struct OptionValue {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::string> swatch;  // "#ff0000"
};

struct Option {
  std::int64_t id = 0;
  std::string name;
  int position = 1;
  std::vector<OptionValue> values;
  std::optional<std::array<std::string, 2>> linked;  // namespace and key of the metafield it is linked to
};

struct Product;

struct Variant {
  const Product* product = nullptr;
  std::int64_t id = 0;
  std::int64_t inventory_item_id = 0;
  std::array<std::optional<std::string>, 3> options;
  std::optional<std::string> title;  // as imported; else made from the options
  std::optional<std::string> sku;
  std::optional<std::string> barcode;
  int position = 1;
  std::string price;
  std::optional<std::string> compare_at_price;
  std::optional<std::string> unit_price;
  std::optional<int> inventory;
  bool continue_selling = false;
  bool taxable = true;
  bool tracked = true;
  bool requires_shipping = true;
  double weight = 0;
  std::string_view weight_unit = "KILOGRAMS";
  std::vector<std::int64_t> media;
  std::vector<Metafield> metafields;
  Time created_at;
  Time updated_at;

  std::string display_title() const;
  bool available() const;
};

// Where an object is shown, and since or from when.
struct Publishing {
  std::int64_t publication = 0;
  Time at;
};

struct Product {
  std::int64_t id = 0;
  std::string title;
  std::string handle;
  std::string description_html;
  std::string vendor;
  std::string type;
  std::vector<std::string> tags;
  std::string_view status = "ACTIVE";
  std::optional<std::string> template_suffix;
  std::optional<std::string> seo_title;
  std::optional<std::string> seo_description;
  std::optional<int> category;  // index into categories()
  bool gift_card = false;
  std::optional<Time> published_at;
  std::vector<Option> options;
  std::vector<Variant> variants;
  std::vector<Media> media;
  std::vector<Metafield> metafields;
  std::vector<Publishing> publishings;
  Time created_at;
  Time updated_at;

  bool only_default_variant() const;
  std::int64_t inventory() const;
  bool tracks_inventory() const;
  bool available() const;  // any variant
};

struct Rule {
  std::string_view column;    // CollectionRuleColumn
  std::string_view relation;  // CollectionRuleRelation
  std::string condition;
};

struct Collection {
  std::int64_t id = 0;
  std::string title;
  std::string handle;
  std::string description_html;
  std::string_view sort_order = "MANUAL";
  std::optional<std::string> template_suffix;
  std::optional<std::string> seo_title;
  std::optional<std::string> seo_description;
  std::optional<Image> image;
  bool smart = false;
  bool evaluated = false;  // membership follows the rules; an imported smart collection keeps the one it came with
  bool any_rule = false;   // appliedDisjunctively
  std::vector<Rule> rules;
  std::vector<Metafield> metafields;
  std::vector<Publishing> publishings;
  std::vector<std::int64_t> products;  // in its own order
  Time updated_at;
};

struct Publication {
  std::int64_t id = 0;
  std::string_view title;
};

// Where goods are kept.
struct Location {
  std::int64_t id = 0;
  std::string_view name;
};

struct Category {
  std::string_view id;  // of the gid's tail
  std::string_view name;
  std::string_view full_name;
};
const std::vector<Category>& categories();

struct MetafieldDefinition {
  std::int64_t id = 0;
  std::string_view ns;
  std::string_view key;
  std::string_view name;
  std::string_view type;
  std::string_view owner_type;
  std::string_view storefront = "NONE";
};

struct MetaobjectDefinition {
  std::int64_t id = 0;
  std::string_view type, name;
  bool publishable = false;
  std::string_view storefront = "NONE";
};

// Everything about the shop itself.
struct ShopInfo {
  std::int64_t id = 0;
  std::string name;
  std::string domain;  // <name>.myshopify.com
  std::string currency = "GBP";
  std::string timezone = "Europe/London";
  std::string plan = "Basic";
  bool plus = false;
  Time created_at;
  Time updated_at;
  std::vector<Publication> publications;
  std::vector<Location> locations;
  std::vector<MetafieldDefinition> definitions;
  std::vector<MetaobjectDefinition> metaobject_definitions;
};

// The constant that equals `text` (upper or lower case, '-' or ' ' for '_'); empty when none does.
std::string_view enum_constant(std::string_view text, std::span<const std::string_view> known);
inline constexpr auto kProductStatuses = std::to_array<std::string_view>({"ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED"});
inline constexpr auto kSortOrders =
    std::to_array<std::string_view>({"ALPHA_ASC", "ALPHA_DESC", "BEST_SELLING", "CREATED", "CREATED_DESC", "MANUAL",
                                     "MOST_RELEVANT", "PRICE_ASC", "PRICE_DESC"});
inline constexpr auto kWeightUnits = std::to_array<std::string_view>({"GRAMS", "KILOGRAMS", "OUNCES", "POUNDS"});
inline constexpr auto kRuleColumns = std::to_array<std::string_view>(
    {"IS_PRICE_REDUCED", "PRODUCT_CATEGORY_ID", "PRODUCT_METAFIELD_DEFINITION", "TAG", "TITLE", "TYPE",
     "VARIANT_COMPARE_AT_PRICE", "VARIANT_INVENTORY", "VARIANT_METAFIELD_DEFINITION", "VARIANT_PRICE", "VARIANT_TITLE",
     "VARIANT_WEIGHT", "VENDOR"});
inline constexpr auto kRuleRelations =
    std::to_array<std::string_view>({"CONTAINS", "ENDS_WITH", "EQUALS", "GREATER_THAN", "IS_NOT_SET", "IS_SET",
                                     "LESS_THAN", "NOT_CONTAINS", "NOT_EQUALS", "STARTS_WITH"});

bool zero_decimal(std::string_view currency);  // JPY and its like: prices without a fraction
// Amounts as numbers, for comparing only.
double money_value(std::string_view amount);
// Amount without needless zeros but with at least one decimal ("25.00" to "25.0"): how MoneyV2.amount is written.
std::string decimal_amount(std::string_view amount);

}  // namespace stoa::sandbox
