#include "api/schema.h"

#include <array>

#include "base/result.h"

namespace stoa::api {
namespace {
// One text per kind: names separated by spaces, insides in braces.
constexpr std::string_view kProduct =
    "id legacyResourceId title handle descriptionHtml vendor productType tags status templateSuffix isGiftCard "
    "requiresSellingPlan hasOnlyDefaultVariant tracksInventory totalInventory createdAt updatedAt publishedAt "
    "onlineStoreUrl seo { title description } category { id name fullName } featuredMedia { id } "
    "options { id name position linkedMetafield { namespace key } "
    "  optionValues { id name hasVariants linkedMetafieldValue swatch { color } } } "
    "priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } } "
    "compareAtPriceRange { minVariantCompareAtPrice { amount currencyCode } "
    "  maxVariantCompareAtPrice { amount currencyCode } } "
    "variantsCount { count precision } mediaCount { count precision } "
    "media { __typename id alt mediaContentType status preview { image { id url altText width height } } "
    "  mimeType updatedAt image { id url altText width height } filename duration "
    "  sources { url mimeType format width height } host originUrl embedUrl contentUrl } "
    "metafields { id namespace key type value compareDigest updatedAt } "
    "variants { id legacyResourceId title displayName sku barcode position price compareAtPrice availableForSale "
    "  inventoryQuantity inventoryPolicy sellableOnlineQuantity taxable requiresComponents createdAt updatedAt "
    "  selectedOptions { name value } unitPrice { amount currencyCode } product { id } "
    "  inventoryItem { id tracked requiresShipping measurement { weight { unit value } } "
    "    inventoryLevels { id updatedAt location { id name } quantities { name quantity } } } "
    "  media { id } metafields { id namespace key type value compareDigest updatedAt } }";
constexpr std::string_view kCollection =
    "id legacyResourceId title handle descriptionHtml sortOrder templateSuffix updatedAt seo { title description } "
    "image { id url altText width height contentUrl } productsCount { count precision } "
    "ruleSet { appliedDisjunctively rules { column relation condition } } "
    "metafields { id namespace key type value compareDigest updatedAt }";

constexpr std::string_view kBlog =
    "id title handle tags templateSuffix commentPolicy createdAt updatedAt feed { location path } "
    "metafields { id namespace key type value compareDigest updatedAt }";
constexpr std::string_view kArticle =
    "id title handle body summary tags isPublished publishedAt createdAt updatedAt templateSuffix author { name } "
    "image { id url altText width height contentUrl } blog { id } blogId "
    "metafields { id namespace key type value compareDigest updatedAt }";
constexpr std::string_view kPage =
    "id title handle body isPublished publishedAt createdAt updatedAt templateSuffix "
    "metafields { id namespace key type value compareDigest updatedAt }";
constexpr std::string_view kMenu =
    "id handle title isDefault items { id title type url resourceId tags "
    "items { id title type url resourceId tags items { id title type url resourceId tags } } }";
constexpr std::string_view kMetaobject =
    "id handle type displayName createdAt updatedAt capabilities { publishable { status } } "
    "definition { id access { storefront } } fields { key type value }";
constexpr std::string_view kMedium =
    "id __typename alt createdAt updatedAt fileStatus fileErrors { code message } "
    "preview { image { id url altText width height } } mimeType image { id url altText width height } url "
    "originalFileSize filename duration sources { url mimeType format width height } host originUrl embedUrl "
    "usedIn sourceUrl state reason sha256 size contentType stateAt contentUrl";
constexpr std::string_view kDiscount =
    "id status discount { __typename title summary startsAt endsAt createdAt updatedAt discountClasses tags "
    "  asyncUsageCount usageLimit appliesOncePerCustomer combinesWith { orderDiscounts productDiscounts "
    "    productDiscountsWithTagsOnSameCartLine shippingDiscounts } context { __typename } "
    "  customerGets { appliesOnOneTimePurchase appliesOnSubscription "
    "    items { __typename allItems products { id } productVariants { id } collections { id } } "
    "    value { __typename percentage amount { amount currencyCode } appliesOnEachItem quantity { quantity } "
    "      effect { __typename percentage amount { amount currencyCode } appliesOnEachItem } } } "
    "  customerBuys { isOneTimePurchase isSubscription "
    "    items { __typename allItems products { id } productVariants { id } collections { id } } "
    "    value { __typename quantity amount } } "
    "  minimumRequirement { __typename greaterThanOrEqualToQuantity "
    "    greaterThanOrEqualToSubtotal { amount currencyCode } } "
    "  usesPerOrderLimit destinationSelection { __typename allCountries countries includeRestOfWorld } "
    "  maximumShippingPrice { amount currencyCode } appliesOnOneTimePurchase appliesOnSubscription "
    "  appDiscountType { functionId title } codesCount { count precision } codes { id code asyncUsageCount } } "
    "metafields { id namespace key type value compareDigest updatedAt }";

// A theme's own document, as lists have it; the answer of one theme has members of its own (theme_view.h).
constexpr std::string_view kTheme =
    "id name role prefix processing processingFailed themeStoreId createdAt updatedAt settings "
    "files { filename checksumMd5 size contentType updatedAt error unreadable }";

std::string_view next_word(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

// Reads names up to the closing brace, or to the end at the outermost level.
std::vector<SchemaNode> read_names(std::string_view& text) {
  std::vector<SchemaNode> out;
  for (auto word = next_word(text); !word.empty() && word != "}"; word = next_word(text)) {
    if (word == "{") {
      out.back().children = read_names(text);
    } else {
      out.push_back({word, {}});
    }
  }
  return out;
}

SchemaNode read_schema(std::string_view text) { return {"", read_names(text)}; }
}  // namespace

const SchemaNode* SchemaNode::find(std::string_view child) const {
  for (const auto& node : children)
    if (node.name == child) return &node;
  return nullptr;
}

const SchemaNode& schema(model::Kind kind) {
  static const SchemaNode kProducts = read_schema(kProduct), kCollections = read_schema(kCollection),
                          kBlogs = read_schema(kBlog), kArticles = read_schema(kArticle), kThemes = read_schema(kTheme),
                          kDiscounts = read_schema(kDiscount), kMedia = read_schema(kMedium),
                          kPages = read_schema(kPage), kMenus = read_schema(kMenu),
                          kMetaobjects = read_schema(kMetaobject);
  switch (kind) {
    case model::Kind::products: return kProducts;
    case model::Kind::collections: return kCollections;
    case model::Kind::blogs: return kBlogs;
    case model::Kind::articles: return kArticles;
    case model::Kind::discounts: return kDiscounts;
    case model::Kind::themes: return kThemes;
    case model::Kind::media: return kMedia;
    case model::Kind::pages: return kPages;
    case model::Kind::menus: return kMenus;
    case model::Kind::metaobjects: return kMetaobjects;
  }
  check_failed("schema", "a kind of model::all_kinds()", __FILE__, __LINE__);
}

}  // namespace stoa::api
