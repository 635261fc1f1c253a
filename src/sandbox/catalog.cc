#include "sandbox/catalog.h"

#include <algorithm>

#include "base/text.h"

namespace stoa::sandbox {
namespace {

bool satisfies(const Rule& rule, const Product& product) {
  const auto test = [&](std::string_view value) {
    const std::string seen = fold(value), wanted = fold(rule.condition);
    if (rule.relation == "EQUALS") return seen == wanted;
    if (rule.relation == "NOT_EQUALS") return seen != wanted;
    if (rule.relation == "CONTAINS") return seen.contains(wanted);
    if (rule.relation == "NOT_CONTAINS") return !seen.contains(wanted);
    if (rule.relation == "STARTS_WITH") return seen.starts_with(wanted);
    return rule.relation == "ENDS_WITH" && seen.ends_with(wanted);
  };
  if (rule.column == "TAG") return std::ranges::any_of(product.tags, test);
  if (rule.column == "VENDOR") return test(product.vendor);
  if (rule.column == "TYPE") return test(product.type);
  return rule.column == "TITLE" && test(product.title);
}

}  // namespace

Time moved(Time last, Time now) {
  return std::max(std::chrono::floor<std::chrono::seconds>(now),
                  std::chrono::floor<std::chrono::seconds>(last) + std::chrono::seconds(1));
}

void Catalog::index() const {
  if (index_) return;
  index_ = std::make_unique<Index>();
  for (const Product* product : products_.sorted(nullptr)) {
    index_->by_handle.emplace(product->handle, product);
    for (const Metafield& metafield : product->metafields) index_->metafields.emplace(metafield.id, &metafield);
    for (const Media& media : product->media) index_->media.emplace(media.image.id, &media);
    for (const Variant& variant : product->variants) {
      index_->variants.push_back(&variant);
      index_->by_item.emplace(variant.inventory_item_id, &variant);
      for (const Metafield& metafield : variant.metafields) index_->metafields.emplace(metafield.id, &metafield);
    }
  }
  for (const auto& [id, file] : library_) index_->media.emplace(id, file.get());
  std::ranges::sort(index_->variants, {}, &Variant::id);
  const auto add_metafields = [&](const auto& objects) {
    for (const auto* object : objects)
      for (const Metafield& metafield : object->metafields) index_->metafields.emplace(metafield.id, &metafield);
  };
  add_metafields(collections_.sorted(nullptr));
  add_metafields(blogs_.sorted(nullptr));
  add_metafields(articles_.sorted(nullptr));
  add_metafields(discounts_.sorted(nullptr));
  add_metafields(pages_.sorted(nullptr));
}

std::span<const Variant* const> Catalog::variants() const {
  const std::lock_guard lock(index_mutex_);
  index();
  return index_->variants;
}

const Variant* Catalog::variant(std::int64_t id) const {
  const auto all = variants();
  const auto found = std::ranges::lower_bound(all, id, {}, &Variant::id);
  return found != all.end() && (*found)->id == id ? *found : nullptr;
}

const Variant* Catalog::variant_of_item(std::int64_t inventory_item_id) const {
  const std::lock_guard lock(index_mutex_);
  index();
  const auto found = index_->by_item.find(inventory_item_id);
  return found == index_->by_item.end() ? nullptr : found->second;
}

const Metafield* Catalog::metafield(std::int64_t id) const {
  const std::lock_guard lock(index_mutex_);
  index();
  const auto found = index_->metafields.find(id);
  return found == index_->metafields.end() ? nullptr : found->second;
}

const Media* Catalog::media(std::int64_t id) const {
  const std::lock_guard lock(index_mutex_);
  index();
  const auto found = index_->media.find(id);
  return found == index_->media.end() ? nullptr : found->second;
}

std::vector<const Media*> Catalog::files() const {
  const std::lock_guard lock(index_mutex_);
  index();
  std::vector<const Media*> out;
  for (const auto& [id, media] : index_->media) out.push_back(media);
  return out;
}

Media& Catalog::put_file(std::unique_ptr<Media> file) {
  index_.reset();
  const auto id = file->image.id;
  return *(library_[id] = std::move(file));
}

bool Catalog::erase_file(std::int64_t id) {
  index_.reset();
  return library_.erase(id) > 0;
}

const Product* Catalog::product_by_handle(std::string_view handle) const {
  const std::lock_guard lock(index_mutex_);
  index();
  const auto found = index_->by_handle.find(handle);
  return found == index_->by_handle.end() ? nullptr : found->second;
}

const Collection* Catalog::collection_by_handle(std::string_view handle) const {
  const auto all = collections_.sorted(nullptr);
  const auto found = std::ranges::find(all, handle, &Collection::handle);
  return found == all.end() ? nullptr : *found;
}

Product& Catalog::put(std::unique_ptr<Product> product) {
  Product& kept = products_.put(std::move(product));
  changed(kept);
  return kept;
}

Collection& Catalog::put(std::unique_ptr<Collection> collection) {
  index_.reset();
  Collection& kept = collections_.put(std::move(collection));
  if (kept.evaluated) {
    kept.products.clear();
    for (const Product* product : products_.sorted(nullptr))
      if (matches(kept, *product)) kept.products.push_back(product->id);
  }
  return kept;
}

Result<const Product*> Catalog::change(std::int64_t id, Time now, const std::function<Result<void>(Product&)>& how) {
  Product* product = products_.find(id);
  if (!product) return fail(Code::not_found, "product: no product {}", id);
  Product draft = *product;
  STOA_TRY(how(draft));
  draft.updated_at = moved(product->updated_at, now);
  *product = std::move(draft);
  products_.touch();
  changed(*product);
  return product;
}

Result<const Collection*> Catalog::change_collection(std::int64_t id, Time now,
                                                     const std::function<Result<void>(Collection&)>& how) {
  Collection* collection = collections_.find(id);
  if (!collection) return fail(Code::not_found, "collection: no collection {}", id);
  Collection draft = *collection;
  STOA_TRY(how(draft));
  draft.updated_at = moved(collection->updated_at, now);
  *collection = std::move(draft);
  collections_.touch();
  index_.reset();
  return collection;
}

bool Catalog::erase_product(std::int64_t id) {
  index_.reset();
  for (const Collection* collection : collections_.sorted(nullptr))
    std::erase(collections_.find(collection->id)->products, id);
  return products_.erase(id);
}

bool Catalog::erase_collection(std::int64_t id) {
  index_.reset();
  return collections_.erase(id);
}

void Catalog::evaluate_rules() {
  for (const Collection* seen : collections_.sorted(nullptr)) {
    Collection& collection = *collections_.find(seen->id);
    if (!collection.evaluated) continue;
    collection.products.clear();
    for (const Product* product : products_.sorted(nullptr))
      if (matches(collection, *product)) collection.products.push_back(product->id);
  }
}

void Catalog::changed(Product& product) {
  index_.reset();
  for (Variant& variant : product.variants) variant.product = &product;
  for (const Collection* seen : collections_.sorted(nullptr)) {
    if (!seen->evaluated) continue;
    Collection& collection = *collections_.find(seen->id);
    const auto at = std::ranges::find(collection.products, product.id);
    const bool member = at != collection.products.end(), wanted = matches(collection, product);
    if (member && !wanted) collection.products.erase(at);
    if (!member && wanted) collection.products.push_back(product.id);
  }
}

bool Catalog::matches(const Collection& collection, const Product& product) {
  const auto satisfied = [&](const Rule& rule) { return satisfies(rule, product); };
  return collection.any_rule ? std::ranges::any_of(collection.rules, satisfied)
                             : !collection.rules.empty() && std::ranges::all_of(collection.rules, satisfied);
}

}  // namespace stoa::sandbox
