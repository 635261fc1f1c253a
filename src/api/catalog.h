// The reads as C++ calls. A StoreRef names a store by clientKey, by shop domain, or by both, which must agree; it is
// resolved once, and nothing below takes a store's name: catalog.products({.shop_domain = "mystore.myshopify.com"},
// query). Thread-safe. Calls block on the database.
#pragma once

#include <memory>
#include <span>

#include "api/facts.h"
#include "api/store_reader.h"
#include "storage/registry.h"

namespace stoa {

using storage::StoreRef;

class Catalog {
 public:
  // Both must outlive it.
  Catalog(storage::Registry& registry, const Clock& clock)
      : registry_(registry), clock_(clock), facts_(clock, registry.mirrored()) {}

  // As an operator sees them. not_found ("store-not-found"); else as StoreReader says.
  Result<api::Listing> products(const StoreRef& ref, const ProductQuery& query);
  Result<api::Object> product(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> product_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields = {});
  Result<api::Listing> collections(const StoreRef& ref, const CollectionQuery& query);
  Result<api::Object> collection(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> collection_by_handle(const StoreRef& ref, const std::string& handle,
                                           const api::Fields& fields = {});
  Result<api::Listing> collection_products(const StoreRef& ref, const ProductQuery& query);  // of query.collection
  Result<api::Listing> blogs(const StoreRef& ref, const BlogQuery& query);
  Result<api::Object> blog(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> blog_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields = {});
  Result<api::Listing> articles(const StoreRef& ref, const ArticleQuery& query);
  Result<api::Object> article(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> article_by_handle(const StoreRef& ref, std::string_view blog, const std::string& handle,
                                        const api::Fields& fields = {});
  Result<api::Listing> media(const StoreRef& ref, const MediaQuery& query);
  Result<api::Object> medium(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Listing> discounts(const StoreRef& ref, const DiscountQuery& query);
  Result<api::Object> discount(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> discount_by_code(const StoreRef& ref, std::string_view code, const api::Fields& fields = {});
  Result<api::Listing> pages(const StoreRef& ref, const PageQuery& query);
  Result<api::Object> page(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> page_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields = {});
  Result<api::Listing> menus(const StoreRef& ref, const MenuQuery& query);
  Result<api::Object> menu(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> menu_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields = {});
  Result<api::Listing> metaobjects(const StoreRef& ref, const MetaobjectQuery& query);
  Result<api::Object> metaobject(const StoreRef& ref, std::string_view id, const api::Fields& fields = {});
  Result<api::Object> metaobject_by_handle(const StoreRef& ref, const std::string& type, const std::string& handle,
                                           const api::Fields& fields = {});
  Result<api::Listing> themes(const StoreRef& ref, const ThemeListQuery& query);
  Result<api::Object> theme(const StoreRef& ref, const ThemeQuery& query);
  Result<api::Object> theme_template(const StoreRef& ref, std::string_view theme, const std::string& name);
  Result<api::Object> store(const StoreRef& ref);

  // For any audience, of a store that is resolved already; `wanted`: the kinds that the reader will be asked for.
  Result<api::StoreReader> open(std::shared_ptr<storage::StoreHandle> store, api::Audience audience,
                                std::span<const model::Kind> wanted);
  api::FactsCache& facts() { return facts_; }

 private:
  Result<api::StoreReader> open(const StoreRef& ref);

  storage::Registry& registry_;
  const Clock& clock_;
  api::FactsCache facts_;
};

}  // namespace stoa
