// One store as one audience sees it at one moment: the reads below HTTP. Built per request, used by one thread. Calls
// block on the database. Answers are JSON text. Who made it resolved the store: nothing here takes a store's name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/cursor.h"
#include "api/facts.h"
#include "api/list_query.h"
#include "api/list_walk.h"
#include "api/principal.h"
#include "storage/store_handle.h"

namespace stoa::api {

// Objects as JSON text, and what an answer's headers say of them.
struct Object {
  std::string json;
  Time newest{};          // the latest fetch in it
  std::string code = {};  // of a discount found by its code: that code as Shopify spells it
};

class StoreReader {
 public:
  // `facts` were taken before this moment; `now` decides what is published.
  StoreReader(std::shared_ptr<storage::StoreHandle> store, Audience audience, std::shared_ptr<const StoreFacts> facts,
              Time now);

  // Every question about a kind that the server does not mirror is not_found ("kind-not-mirrored").

  // Lists. invalid: "invalid-cursor".
  Result<Listing> products(const ProductQuery& query) const;
  Result<Listing> collections(const CollectionQuery& query) const;
  Result<Listing> blogs(const BlogQuery& query) const;
  // Of query.blog, when it names one, which must exist: not_found ("blog-not-found") or unavailable as below.
  Result<Listing> articles(const ArticleQuery& query) const;
  Result<Listing> discounts(const DiscountQuery& query) const;
  Result<Listing> media(const MediaQuery& query) const;
  Result<Listing> pages(const PageQuery& query) const;
  Result<Listing> menus(const MenuQuery& query) const;
  Result<Listing> metaobjects(const MetaobjectQuery& query) const;
  // The members of query.collection, given by gid or number, which must exist: not_found ("collection-not-found") or
  // unavailable as below.
  Result<Listing> collection_products(const ProductQuery& query) const;

  // One object by gid or number, or by handle. not_found ("product-not-found", …) for what is absent, deleted or not
  // for this audience; unavailable ("not-synced-yet") for the same while the kind is not complete.
  Result<Object> by_id(model::Kind kind, std::string_view id, const Fields& fields = {}) const;
  Result<Object> by_handle(model::Kind kind, const std::string& handle, const Fields& fields = {}) const;

  // An article by its handle in a blog, given by gid or number.
  Result<Object> article_by_handle(std::string_view blog, const std::string& handle, const Fields& fields = {}) const;

  // A discount by one of its codes, whatever their case: for a read key an active one. not_found
  // ("codes-not-mirrored") when it may be among codes that are only counted; else as by_id().
  Result<Object> discount_by_code(std::string_view code, const Fields& fields = {}) const;
  // Themes as lists have them; by default without the large members `settings` and `files`.
  Result<Listing> themes(const ThemeListQuery& query) const;
  // One theme with its templates and sections, by gid, number or "main": not_found ("theme-not-found"), unavailable.
  Result<Object> theme(const ThemeQuery& query) const;
  // One template of a theme, or override of one: "index", "customers/login", "index.context.fr"; not_found
  // ("template-not-found") too.
  Result<Object> theme_template(std::string_view theme, const std::string& name) const;

  // Handles are unique in a type only.
  Result<Object> metaobject_by_handle(const std::string& type, const std::string& handle,
                                      const Fields& fields = {}) const;

  // The store itself: shop, version, freshness per kind.
  Result<Object> store() const;

  const StoreFacts& facts() const { return *facts_; }

 private:
  struct ListPlan {
    Walk walk;
    std::string scope;                   // what its cursors are bound to, besides the store
    std::span<const model::Kind> kinds;  // whose freshness counts
    std::size_t limit;
  };
  Result<Listing> list(const ListPlan& plan, const Fields& fields, const std::string& after) const;
  Result<> may_ask(const ProductQuery& query) const;
  // Among those that also satisfy `more`.
  Result<std::optional<storage::Stored>> find_by_handle(model::Kind kind, const std::string& handle,
                                                        std::vector<storage::Condition> more = {}) const;
  Result<std::vector<std::string>> ids_by_handle(storage::Query query, const std::vector<std::string>& handles) const;
  Result<std::optional<storage::Stored>> find_collection(const std::string& name) const;
  Result<std::optional<storage::Stored>> find_theme(std::string_view id) const;
  Result<Object> object(model::Kind kind, const std::optional<storage::Stored>& found, const Fields& fields) const;
  Result<Object> shown(model::Kind kind, const storage::Stored& found, const Fields& fields) const;
  std::unexpected<Error> missing(model::Kind kind) const;
  Result<> mirrors(model::Kind kind) const;  // not_found ("kind-not-mirrored")

  std::shared_ptr<storage::StoreHandle> store_;
  Audience audience_;
  std::shared_ptr<const StoreFacts> facts_;
  Time now_;
};

}  // namespace stoa::api
