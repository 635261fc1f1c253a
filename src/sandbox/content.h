// What a stand-in shop publishes besides goods: blogs and their articles, pages, menus, metaobjects. Plain values, in
// the manner of model.h.
#pragma once

#include "sandbox/model.h"

namespace stoa::sandbox {

struct Blog {
  std::int64_t id = 0;
  std::string title;
  std::string handle;
  std::optional<std::string> template_suffix;
  std::string_view comment_policy = "CLOSED";
  std::optional<std::string> feed_path;  // of FeedBurner
  std::optional<std::string> feed_location;
  std::vector<Metafield> metafields;
  Time created_at;
  std::optional<Time> updated_at;  // Shopify may have none
};

struct Article {
  std::int64_t id = 0;
  std::int64_t blog = 0;
  std::string title;
  std::string handle;  // unique in its blog only
  std::string body;    // HTML
  std::optional<std::string> summary;
  std::vector<std::string> tags;
  std::optional<std::string> author;
  std::optional<Image> image;
  std::optional<std::string> template_suffix;
  std::optional<Time> published_at;  // none: a draft; later than now: scheduled
  std::vector<Metafield> metafields;
  Time created_at;
  std::optional<Time> updated_at;

  bool published(Time now) const { return published_at && *published_at <= now; }
};

struct Page {
  std::int64_t id = 0;
  std::string title;
  std::string handle;
  std::string body;  // HTML
  std::optional<std::string> template_suffix;
  std::optional<Time> published_at;  // none: hidden; later than now: scheduled
  std::vector<Metafield> metafields;
  Time created_at;
  Time updated_at;

  bool published(Time now) const { return published_at && *published_at <= now; }
};

struct MenuItem {
  std::int64_t id = 0;
  std::string title;
  std::string_view type = "HTTP";
  std::optional<std::string> url;
  std::optional<std::string> resource;  // gid
  std::vector<std::string> tags;
  std::vector<MenuItem> items;
};

struct Menu {
  std::int64_t id = 0;
  std::string title;
  std::string handle;
  bool is_default = false;
  std::vector<MenuItem> items;
  Time created_at;  // the API tells neither
  Time updated_at;
};

struct Metaobject {
  struct Field {
    std::string key, type;
    std::optional<std::string> value;
  };
  std::int64_t id = 0;
  std::string type;  // of a MetaobjectDefinition of the shop
  std::string handle;
  std::string title;  // displayName
  bool draft = false;
  std::vector<Field> fields;
  Time created_at;
  Time updated_at;
};

inline constexpr auto kMenuItemTypes =
    std::to_array<std::string_view>({"ARTICLE", "BLOG", "CATALOG", "COLLECTION", "COLLECTIONS", "CUSTOMER_ACCOUNT_PAGE",
                                     "FRONTPAGE", "HTTP", "METAOBJECT", "PAGE", "PRODUCT", "SEARCH", "SHOP_POLICY"});

inline constexpr auto kCommentPolicies = std::to_array<std::string_view>({"AUTO_PUBLISHED", "CLOSED", "MODERATED"});

}  // namespace stoa::sandbox
