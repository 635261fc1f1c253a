#include "api/catalog.h"

namespace stoa {
using model::Kind;

Result<api::StoreReader> Catalog::open(std::shared_ptr<storage::StoreHandle> store, api::Audience audience,
                                       std::span<const Kind> wanted) {
  STOA_TRY_ASSIGN(auto facts, facts_.get(store, wanted));
  return api::StoreReader(std::move(store), audience, std::move(facts), clock_.wall());
}

Result<api::StoreReader> Catalog::open(const StoreRef& ref) {
  STOA_TRY_ASSIGN(auto store, registry_.resolve(ref));
  return open(std::move(store), api::Audience::operators, registry_.mirrored());
}

Result<api::Listing> Catalog::products(const StoreRef& ref, const ProductQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.products(query);
}
Result<api::Object> Catalog::product(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::products, id, fields);
}
Result<api::Object> Catalog::product_by_handle(const StoreRef& ref, const std::string& handle,
                                               const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_handle(Kind::products, handle, fields);
}
Result<api::Listing> Catalog::collections(const StoreRef& ref, const CollectionQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.collections(query);
}
Result<api::Object> Catalog::collection(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::collections, id, fields);
}
Result<api::Object> Catalog::collection_by_handle(const StoreRef& ref, const std::string& handle,
                                                  const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_handle(Kind::collections, handle, fields);
}
Result<api::Listing> Catalog::collection_products(const StoreRef& ref, const ProductQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.collection_products(query);
}
Result<api::Listing> Catalog::blogs(const StoreRef& ref, const BlogQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.blogs(query);
}
Result<api::Object> Catalog::blog(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::blogs, id, fields);
}
Result<api::Object> Catalog::blog_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_handle(Kind::blogs, handle, fields);
}
Result<api::Listing> Catalog::articles(const StoreRef& ref, const ArticleQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.articles(query);
}
Result<api::Object> Catalog::article(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::articles, id, fields);
}
Result<api::Object> Catalog::article_by_handle(const StoreRef& ref, std::string_view blog, const std::string& handle,
                                               const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.article_by_handle(blog, handle, fields);
}
Result<api::Listing> Catalog::media(const StoreRef& ref, const MediaQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.media(query);
}

Result<api::Object> Catalog::medium(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::media, id, fields);
}

Result<api::Listing> Catalog::discounts(const StoreRef& ref, const DiscountQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.discounts(query);
}
Result<api::Object> Catalog::discount(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::discounts, id, fields);
}
Result<api::Object> Catalog::discount_by_code(const StoreRef& ref, std::string_view code, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.discount_by_code(code, fields);
}
Result<api::Listing> Catalog::pages(const StoreRef& ref, const PageQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.pages(query);
}
Result<api::Object> Catalog::page(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::pages, id, fields);
}
Result<api::Object> Catalog::page_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_handle(Kind::pages, handle, fields);
}
Result<api::Listing> Catalog::menus(const StoreRef& ref, const MenuQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.menus(query);
}
Result<api::Object> Catalog::menu(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::menus, id, fields);
}
Result<api::Object> Catalog::menu_by_handle(const StoreRef& ref, const std::string& handle, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_handle(Kind::menus, handle, fields);
}
Result<api::Listing> Catalog::metaobjects(const StoreRef& ref, const MetaobjectQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.metaobjects(query);
}
Result<api::Object> Catalog::metaobject(const StoreRef& ref, std::string_view id, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.by_id(Kind::metaobjects, id, fields);
}
Result<api::Object> Catalog::metaobject_by_handle(const StoreRef& ref, const std::string& type,
                                                  const std::string& handle, const api::Fields& fields) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.metaobject_by_handle(type, handle, fields);
}
Result<api::Listing> Catalog::themes(const StoreRef& ref, const ThemeListQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.themes(query);
}
Result<api::Object> Catalog::theme(const StoreRef& ref, const ThemeQuery& query) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.theme(query);
}
Result<api::Object> Catalog::theme_template(const StoreRef& ref, std::string_view theme, const std::string& name) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.theme_template(theme, name);
}
Result<api::Object> Catalog::store(const StoreRef& ref) {
  STOA_TRY_ASSIGN(const auto reader, open(ref));
  return reader.store();
}

}  // namespace stoa
