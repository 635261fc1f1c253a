#include "api/list_query.h"

#include <array>

#include "base/text.h"

namespace stoa::api {
namespace {
using Words = std::string_view;
constexpr std::array<Words, 13> kProductSorts{"collection", "id",        "title",      "-title",      "createdAt",
                                              "-createdAt", "updatedAt", "-updatedAt", "publishedAt", "-publishedAt",
                                              "price",      "-price",    "vendor"};
constexpr std::array<Words, 5> kCollectionSorts{"id", "title", "-title", "updatedAt", "-updatedAt"};
constexpr std::array<Words, 2> kBlogSorts{"id", "title"};
constexpr std::array<Words, 2> kArticleSorts{"-publishedAt", "id"};
constexpr std::array<Words, 1> kDiscountSorts{"id"};
constexpr std::array<Words, 2> kMenuSorts{"id", "title"};
constexpr std::array<Words, 3> kMetaobjectSorts{"id", "updatedAt", "-updatedAt"};
constexpr std::array<Words, 5> kPageSorts{"id", "title", "-title", "updatedAt", "-updatedAt"};

// The large ones come first.
constexpr std::size_t kThemeMembersLarge = 7;
constexpr std::array<Words, 26> kThemeMembers{"files",
                                              "presets",
                                              "platformCustomizations",
                                              "settingsSchema",
                                              "sectionSchemas",
                                              "blockSchemas",
                                              "locales",
                                              "id",
                                              "name",
                                              "role",
                                              "prefix",
                                              "processing",
                                              "processingFailed",
                                              "themeStoreId",
                                              "createdAt",
                                              "updatedAt",
                                              "parsed",
                                              "settings",
                                              "preset",
                                              "contentForIndex",
                                              "sections",
                                              "blocks",
                                              "templates",
                                              "sectionGroups",
                                              "contextOverrides",
                                              "errors"};

// Collects `name=value` pairs; names always come in the same order.
class Pairs {
 public:
  void add(std::string_view name, std::string_view value) {
    if (!out_.empty()) out_ += '&';
    out_.append(name).append("=").append(percent_encode(value));
  }
  void add(std::string_view name, const std::optional<std::string>& value) {
    if (value) add(name, std::string_view(*value));
  }
  void add_filled(std::string_view name, const std::string& value) {
    if (!value.empty()) add(name, std::string_view(value));
  }
  void add(std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) add(name, std::string_view(fmt::format("{}", fmt::join(values, ","))));
  }
  void add(std::string_view name, const std::optional<Time>& value) {
    if (value) add(name, std::string_view(iso_micros(*value)));
  }
  void add_money(std::string_view name, const std::optional<std::int64_t>& millionths) {
    if (millionths)
      add(name, std::string_view(fmt::format("{}.{:06}", *millionths / 1'000'000, *millionths % 1'000'000)));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};
}  // namespace

std::span<const std::string_view> product_sorts() { return std::span(kProductSorts).subspan(1); }
std::span<const std::string_view> member_sorts() { return kProductSorts; }
std::span<const std::string_view> collection_sorts() { return kCollectionSorts; }
std::span<const std::string_view> blog_sorts() { return kBlogSorts; }
std::span<const std::string_view> article_sorts() { return kArticleSorts; }
std::span<const std::string_view> discount_sorts() { return kDiscountSorts; }
std::span<const std::string_view> page_sorts() { return kPageSorts; }
std::span<const std::string_view> menu_sorts() { return kMenuSorts; }
std::span<const std::string_view> metaobject_sorts() { return kMetaobjectSorts; }

std::span<const std::string_view> theme_members() { return kThemeMembers; }
std::span<const std::string_view> large_theme_members() { return std::span(kThemeMembers).first(kThemeMembersLarge); }

std::string canonical_query(const ThemeQuery& query) {
  Pairs pairs;
  pairs.add("fields", query.members);
  if (query.templates) pairs.add("templates", *query.templates);
  return pairs.take();
}

std::string canonical_walk(const ProductQuery& query) {
  const bool in_order_asked = !query.ids.empty() || !query.handles.empty();
  const std::string_view default_sort = in_order_asked ? "" : query.collection.empty() ? "id" : "collection";
  Pairs pairs;
  if (query.available) pairs.add("available", std::string_view(*query.available ? "true" : "false"));
  pairs.add_filled("collection", query.collection);
  pairs.add("handle", query.handles);
  pairs.add("ids", query.ids);
  pairs.add_money("price.max", query.price_max);
  pairs.add_money("price.min", query.price_min);
  pairs.add("productType", query.product_type);
  pairs.add_filled("sort", query.sort.empty() ? std::string(default_sort) : query.sort);
  pairs.add_filled("status", query.status);
  auto tags = query.tags;
  std::ranges::sort(tags);
  for (const auto& tag : tags) pairs.add("tag", std::string_view(tag));
  pairs.add("updatedSince", query.updated_since);
  pairs.add("vendor", query.vendor);
  return pairs.take();
}

std::string canonical_walk(const CollectionQuery& query) {
  Pairs pairs;
  pairs.add("handle", query.handles);
  pairs.add("ids", query.ids);
  pairs.add_filled("sort", query.sort.empty() && query.ids.empty() && query.handles.empty() ? "id" : query.sort);
  pairs.add("updatedSince", query.updated_since);
  return pairs.take();
}

std::string canonical_walk(const BlogQuery& query) {
  Pairs pairs;
  pairs.add_filled("sort", query.sort.empty() ? "id" : query.sort);
  return pairs.take();
}

std::string canonical_walk(const ArticleQuery& query) {
  Pairs pairs;
  pairs.add("handle", query.handles);
  pairs.add("ids", query.ids);
  const bool in_order_asked = !query.ids.empty() || !query.handles.empty();
  pairs.add_filled("sort", query.sort.empty() && !in_order_asked ? "-publishedAt" : query.sort);
  pairs.add_filled("status", query.status);
  auto tags = query.tags;
  std::ranges::sort(tags);
  for (const auto& tag : tags) pairs.add("tag", std::string_view(tag));
  pairs.add("updatedSince", query.updated_since);
  return pairs.take();
}

std::string canonical_walk(const MediaQuery& query) {
  Pairs pairs;
  pairs.add("ids", query.ids);
  pairs.add_filled("state", query.state);
  pairs.add("updatedSince", query.updated_since);
  return pairs.take();
}

std::string canonical_walk(const PageQuery& query) {
  Pairs pairs;
  pairs.add("handle", query.handles);
  pairs.add("ids", query.ids);
  pairs.add_filled("sort", query.sort.empty() && query.ids.empty() && query.handles.empty() ? "id" : query.sort);
  pairs.add_filled("status", query.status);
  pairs.add("updatedSince", query.updated_since);
  return pairs.take();
}

std::string canonical_walk(const MenuQuery& query) {
  Pairs pairs;
  pairs.add_filled("sort", query.sort.empty() ? "id" : query.sort);
  return pairs.take();
}

std::string canonical_walk(const MetaobjectQuery& query) {
  Pairs pairs;
  pairs.add("ids", query.ids);
  pairs.add_filled("sort", query.sort.empty() && query.ids.empty() ? "id" : query.sort);
  pairs.add_filled("type", query.type);
  pairs.add("updatedSince", query.updated_since);
  return pairs.take();
}

std::string canonical_walk(const DiscountQuery& query) {
  Pairs pairs;
  pairs.add_filled("sort", query.sort.empty() ? "id" : query.sort);
  pairs.add_filled("status", query.status);
  return pairs.take();
}

}  // namespace stoa::api
