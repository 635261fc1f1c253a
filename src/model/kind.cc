#include "model/kind.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

namespace stoa::model {
namespace {
using enum FieldType;
using Names = std::string_view;

constexpr std::array<Kind, kKindCount> kAll{Kind::products, Kind::collections, Kind::blogs,     Kind::articles,
                                            Kind::themes,   Kind::media,       Kind::discounts, Kind::pages,
                                            Kind::menus,    Kind::metaobjects};
constexpr std::size_t kStandardCount = 7;

constexpr std::array kProductTypes{Names("Product")};
constexpr std::array kCollectionTypes{Names("Collection")};
constexpr std::array kBlogTypes{Names("Blog")};
constexpr std::array kArticleTypes{Names("Article")};
constexpr std::array kThemeTypes{Names("OnlineStoreTheme")};
constexpr std::array kFileTypes{Names("MediaImage"), Names("Video"), Names("Model3d"), Names("ExternalVideo"),
                                Names("GenericFile")};
constexpr std::array kDiscountTypes{Names("DiscountCodeNode"), Names("DiscountAutomaticNode")};
constexpr std::array kPageTypes{Names("Page")};
constexpr std::array kMenuTypes{Names("Menu")};
constexpr std::array kMetaobjectTypes{Names("Metaobject")};

constexpr std::array kProductDates{Names("createdAt"),
                                   Names("updatedAt"),
                                   Names("publishedAt"),
                                   Names("variants.createdAt"),
                                   Names("variants.updatedAt"),
                                   Names("media.updatedAt"),
                                   Names("metafields.updatedAt"),
                                   Names("variants.metafields.updatedAt"),
                                   Names("variants.inventoryItem.inventoryLevels.updatedAt")};
constexpr std::array kProductIndex{IndexField{"handle", text, "handle"},
                                   IndexField{"status", text, "status"},
                                   IndexField{"vendor", text, "vendor"},
                                   IndexField{"vendorFold", text},
                                   IndexField{"productType", text, "productType"},
                                   IndexField{"titleFold", text},
                                   IndexField{"createdAt", time, "createdAt"},
                                   IndexField{"updatedAt", time, "updatedAt"},
                                   IndexField{"publishedAt", time, "publishedAt"},
                                   IndexField{"priceMin", decimal},
                                   IndexField{"priceMax", decimal},
                                   IndexField{"available", boolean},
                                   IndexField{"publishedOnPublication", boolean},
                                   IndexField{"tags", texts, "tags"}};
constexpr std::array kCollectionDates{Names("updatedAt"), Names("metafields.updatedAt")};
constexpr std::array kCollectionIndex{IndexField{"handle", text, "handle"}, IndexField{"titleFold", text},
                                      IndexField{"updatedAt", time, "updatedAt"}};
constexpr std::array kBlogDates{Names("createdAt"), Names("updatedAt"), Names("metafields.updatedAt")};
constexpr std::array kBlogIndex{IndexField{"handle", text, "handle"}, IndexField{"titleFold", text},
                                IndexField{"updatedAt", time, "updatedAt"}};
constexpr std::array kArticleDates{Names("createdAt"), Names("updatedAt"), Names("publishedAt"),
                                   Names("metafields.updatedAt")};
constexpr std::array kArticleIndex{IndexField{"handle", text, "handle"},
                                   IndexField{"blogId", text, "blogId"},
                                   IndexField{"titleFold", text},
                                   IndexField{"updatedAt", time, "updatedAt"},
                                   IndexField{"publishedAt", time, "publishedAt"},
                                   IndexField{"isPublished", boolean, "isPublished"},
                                   IndexField{"tags", texts, "tags"}};
constexpr std::array kThemeDates{Names("createdAt"), Names("updatedAt"), Names("files.updatedAt")};
constexpr std::array kThemeIndex{IndexField{"themeId", text, "themeId"}, IndexField{"role", text, "role"}};
constexpr std::array kMediaDates{Names("createdAt"), Names("updatedAt"), Names("stateAt")};
constexpr std::array kMediaIndex{IndexField{"sha256", text, "sha256"}, IndexField{"state", text, "state"},
                                 IndexField{"updatedAt", time, "updatedAt"}, IndexField{"fileName", text}};
constexpr std::array kDiscountDates{Names("discount.createdAt"), Names("discount.updatedAt"),
                                    Names("discount.startsAt"), Names("discount.endsAt"),
                                    Names("metafields.updatedAt")};
// codesCounted: the codes are too many to be mirrored. activeUntil: endsAt, or the end of time.
constexpr std::array kDiscountIndex{IndexField{"codesFold", texts},
                                    IndexField{"codesCounted", boolean},
                                    IndexField{"automatic", boolean},
                                    IndexField{"activeUntil", time},
                                    IndexField{"startsAt", time, "discount.startsAt"},
                                    IndexField{"endsAt", time, "discount.endsAt"},
                                    IndexField{"updatedAt", time, "discount.updatedAt"}};
constexpr std::array kPageDates{Names("createdAt"), Names("updatedAt"), Names("publishedAt"),
                                Names("metafields.updatedAt")};
constexpr std::array kPageIndex{IndexField{"handle", text, "handle"}, IndexField{"titleFold", text},
                                IndexField{"updatedAt", time, "updatedAt"},
                                IndexField{"publishedAt", time, "publishedAt"}};
// Shopify tells no time of a menu.
constexpr std::array kMenuIndex{IndexField{"handle", text, "handle"}, IndexField{"titleFold", text}};
constexpr std::array kMetaobjectDates{Names("createdAt"), Names("updatedAt")};
// readable: a storefront may read it (is_readable_metaobject).
constexpr std::array kMetaobjectIndex{IndexField{"handle", text, "handle"}, IndexField{"type", text, "type"},
                                      IndexField{"readable", boolean}, IndexField{"updatedAt", time, "updatedAt"}};

constexpr std::array kProductOwners{Names("PRODUCT"), Names("PRODUCTVARIANT")};
constexpr std::array kCollectionOwners{Names("COLLECTION")};
constexpr std::array kBlogOwners{Names("BLOG")};
constexpr std::array kArticleOwners{Names("ARTICLE")};
constexpr std::array kDiscountOwners{Names("DISCOUNT")};
constexpr std::array kPageOwners{Names("PAGE")};

constexpr std::array<KindSpec, kKindCount> kSpecs{{
    {Kind::products, "products", "products", kProductTypes, kProductDates, kProductIndex, kProductOwners},
    {Kind::collections, "collections", "collections", kCollectionTypes, kCollectionDates, kCollectionIndex,
     kCollectionOwners},
    {Kind::blogs, "blogs", "blogs", kBlogTypes, kBlogDates, kBlogIndex, kBlogOwners},
    {Kind::articles, "articles", "articles", kArticleTypes, kArticleDates, kArticleIndex, kArticleOwners},
    {Kind::themes, "themes", "themedatas", kThemeTypes, kThemeDates, kThemeIndex, {}},
    {Kind::media, "media", "media", kFileTypes, kMediaDates, kMediaIndex, {}},
    {Kind::discounts, "discounts", "discounts", kDiscountTypes, kDiscountDates, kDiscountIndex, kDiscountOwners},
    {Kind::pages, "pages", "pages", kPageTypes, kPageDates, kPageIndex, kPageOwners},
    {Kind::menus, "menus", "menus", kMenuTypes, {}, kMenuIndex, {}},
    {Kind::metaobjects, "metaobjects", "metaobjects", kMetaobjectTypes, kMetaobjectDates, kMetaobjectIndex, {}},
}};
}  // namespace

std::span<const Kind> all_kinds() { return kAll; }
std::span<const Kind> standard_kinds() { return all_kinds().first(kStandardCount); }
std::span<const Kind> further_kinds() { return all_kinds().subspan(kStandardCount); }
const KindSpec& spec(Kind kind) { return kSpecs[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_from(std::string_view name) {
  for (const auto& row : kSpecs)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

Result<std::vector<Kind>> mirrored_kinds(std::span<const std::string> further) {
  std::set<Kind> named;
  for (const auto& name : further) {
    const auto kind = kind_from(name);
    if (!kind || std::ranges::find(further_kinds(), *kind) == further_kinds().end())
      return fail(Code::invalid, "'{}' is no further kind, want some of {}", name,
                  fmt::join(further_kinds() | std::views::transform([](Kind each) { return to_string(each); }), ", "));
    named.insert(*kind);
  }
  std::vector<Kind> kinds(standard_kinds().begin(), standard_kinds().end());
  kinds.insert(kinds.end(), named.begin(), named.end());
  return kinds;
}

bool has_gid_type(Kind kind, std::string_view type) {
  return std::ranges::find(spec(kind).gid_types, type) != spec(kind).gid_types.end();
}

std::optional<Kind> kind_of_gid_type(std::string_view type) {
  for (const auto kind : kAll)
    if (has_gid_type(kind, type)) return kind;
  return std::nullopt;
}

std::optional<std::size_t> index_position(Kind kind, std::string_view field) {
  const auto fields = spec(kind).index;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == field) return i;
  return std::nullopt;
}

}  // namespace stoa::model
