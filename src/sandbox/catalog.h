// The truth of one shop: its products and collections, in id order, and every change to them.
// Not thread-safe: the Shop that owns it locks (shared for reading, alone for changing).
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "base/result.h"
#include "sandbox/content.h"
#include "sandbox/discount.h"
#include "sandbox/theme.h"

namespace stoa::sandbox {

// How a list is ordered: a text per object that sorts like the key does; equal ones are told apart by id.
template <class T>
using SortValue = std::string (*)(const T&);

// Every object of one type, with the orders that were asked for, kept until something changes.
template <class T>
class Shelf {
 public:
  T* find(std::int64_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
  }
  T& put(std::unique_ptr<T> object) {
    touch();
    return *(by_id_[object->id] = std::move(object));
  }
  bool erase(std::int64_t id) {
    touch();
    return by_id_.erase(id) > 0;
  }
  std::size_t size() const { return by_id_.size(); }
  // Ascending by id; with a sort value by that and then by id. Valid until the next change.
  std::span<const T* const> sorted(SortValue<T> value) const;
  void touch() { orders_.clear(); }

 private:
  std::map<std::int64_t, std::unique_ptr<T>> by_id_;
  mutable std::mutex mutex_;  // readers share the catalog, and the first one sorts
  mutable std::map<SortValue<T>, std::vector<const T*>> orders_;
};

// A changed object's updatedAt: now, or a second past the last one if that is later.
Time moved(Time last, Time now);

class Catalog {
 public:
  explicit Catalog(ShopInfo info, std::int64_t first_id) : info_(std::move(info)), next_id_(first_id) {}

  const ShopInfo& info() const { return info_; }
  ShopInfo& info() { return info_; }
  const Shelf<Product>& products() const { return products_; }
  const Shelf<Collection>& collections() const { return collections_; }
  const Shelf<Theme>& themes() const { return themes_; }
  Shelf<Theme>& themes() { return themes_; }
  const Shelf<Blog>& blogs() const { return blogs_; }
  const Shelf<Article>& articles() const { return articles_; }
  const Shelf<Discount>& discounts() const { return discounts_; }
  const Shelf<Page>& pages() const { return pages_; }
  const Shelf<Menu>& menus() const { return menus_; }
  const Shelf<Metaobject>& metaobjects() const { return metaobjects_; }
  const Variant* variant(std::int64_t id) const;
  const Variant* variant_of_item(std::int64_t inventory_item_id) const;
  const Product* product_by_handle(std::string_view handle) const;
  const Collection* collection_by_handle(std::string_view handle) const;
  const Metafield* metafield(std::int64_t id) const;
  const Media* media(std::int64_t id) const;
  std::vector<const Media*> files() const;           // product media and the library, by id
  std::span<const Variant* const> variants() const;  // of all products, by id

  std::int64_t next_id() { return next_id_++; }
  void reserve_ids(std::int64_t above) { next_id_ = std::max(next_id_, above + 1); }

  // Adds or replaces; links what it holds back to it and keeps smart collections true. `updated_at` is the caller's.
  Product& put(std::unique_ptr<Product> product);
  Collection& put(std::unique_ptr<Collection> collection);
  Blog& put(std::unique_ptr<Blog> blog);
  Article& put(std::unique_ptr<Article> article);  // its blog must be there
  Discount& put(std::unique_ptr<Discount> discount);
  Page& put(std::unique_ptr<Page> page);
  Menu& put(std::unique_ptr<Menu> menu) { return menus_.put(std::move(menu)); }
  Metaobject& put(std::unique_ptr<Metaobject> metaobject) { return metaobjects_.put(std::move(metaobject)); }
  // Changes in place, then moves updatedAt: to `now`, or a second past the last one if that is later.
  Result<const Product*> change(std::int64_t id, Time now, const std::function<Result<void>(Product&)>& how);
  Result<const Collection*> change_collection(std::int64_t id, Time now,
                                              const std::function<Result<void>(Collection&)>& how);
  Result<const Blog*> change_blog(std::int64_t id, Time now, const std::function<Result<void>(Blog&)>& how);
  // Moves its blog's updatedAt as well, as Shopify does.
  Result<const Article*> change_article(std::int64_t id, Time now, const std::function<Result<void>(Article&)>& how);
  Result<const Discount*> change_discount(std::int64_t id, Time now, const std::function<Result<void>(Discount&)>& how);
  Result<const Page*> change_page(std::int64_t id, Time now, const std::function<Result<void>(Page&)>& how);
  bool erase_discount(std::int64_t id);
  bool erase_page(std::int64_t id);
  Result<const Menu*> change_menu(std::int64_t id, Time now, const std::function<Result<void>(Menu&)>& how);
  bool erase_menu(std::int64_t id) { return menus_.erase(id); }
  Result<const Metaobject*> change_metaobject(std::int64_t id, Time now,
                                              const std::function<Result<void>(Metaobject&)>& how);
  bool erase_metaobject(std::int64_t id) { return metaobjects_.erase(id); }
  Media& put_file(std::unique_ptr<Media> file);  // into the library
  bool erase_file(std::int64_t id);
  bool erase_blog(std::int64_t id);  // and its articles
  bool erase_article(std::int64_t id);
  void clear_blogs();
  bool erase_product(std::int64_t id);
  bool erase_collection(std::int64_t id);
  // Fills every collection that follows rules; after a bulk load.
  void evaluate_rules();

 private:
  void changed(Product& product);
  void touch_blog(std::int64_t id, Time now);
  static bool matches(const Collection& collection, const Product& product);
  void index() const;

  ShopInfo info_;
  std::int64_t next_id_;
  Shelf<Product> products_;
  Shelf<Collection> collections_;
  Shelf<Theme> themes_;
  Shelf<Blog> blogs_;
  Shelf<Article> articles_;
  Shelf<Discount> discounts_;
  Shelf<Page> pages_;
  Shelf<Menu> menus_;
  Shelf<Metaobject> metaobjects_;
  std::map<std::int64_t, std::unique_ptr<Media>> library_;
  // Look-ups by what is not a product's id, made when first asked for after a change.
  struct Index {
    std::unordered_map<std::int64_t, const Variant*> by_item;
    std::unordered_map<std::int64_t, const Metafield*> metafields;
    std::map<std::int64_t, const Media*> media;
    std::unordered_map<std::string_view, const Product*> by_handle;
    std::vector<const Variant*> variants;
  };
  mutable std::mutex index_mutex_;
  mutable std::unique_ptr<Index> index_;
};

template <class T>
std::span<const T* const> Shelf<T>::sorted(SortValue<T> value) const {
  const std::lock_guard lock(mutex_);
  auto [at, added] = orders_.try_emplace(value);
  if (added) {
    std::vector<std::pair<std::string, const T*>> keyed;
    keyed.reserve(by_id_.size());
    for (const auto& [id, object] : by_id_) keyed.emplace_back(value ? value(*object) : std::string(), object.get());
    if (value) std::ranges::stable_sort(keyed, {}, &std::pair<std::string, const T*>::first);
    for (const auto& [key, object] : keyed) at->second.push_back(object);
  }
  return at->second;
}

}  // namespace stoa::sandbox
