// What a Registry keeps in memory so that a request finds its store without asking a database: stores by clientKey and
// by domain, read keys by hash. The same for every engine; `Store` is the engine's StoreHandle. Thread-safe, memory
// only; owned by the Registry.
#pragma once

#include <map>
#include <shared_mutex>
#include <unordered_map>

#include "base/crypto.h"
#include "base/text.h"
#include "storage/registry_rules.h"

namespace stoa::storage {

template <class Store>
class StoreMap {
 public:
  using StorePtr = std::shared_ptr<Store>;  // shared with whoever resolved it

  // ---- stores
  Result<std::shared_ptr<StoreHandle>> resolve(const StoreRef& ref) const {
    const std::shared_lock lock(mutex_);
    StorePtr by_key, by_domain;
    if (!ref.client_key.empty()) {
      const auto found = by_key_.find(ascii_lower(ref.client_key));
      if (found == by_key_.end()) return no_such_store();
      by_key = found->second;
    }
    if (!ref.shop_domain.empty()) {
      const auto found = by_domain_.find(ascii_lower(ref.shop_domain));
      if (found == by_domain_.end()) return no_such_store();
      by_domain = found->second;
    }
    if (by_key && by_domain && by_key != by_domain) return no_such_store();
    auto store = by_key ? by_key : by_domain;
    if (!store) return no_such_store();
    return store;
  }
  // Null when there is none.
  StorePtr find(const ClientKey& key) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_key_.find(key.str());
    return found == by_key_.end() ? nullptr : found->second;
  }
  StorePtr find_domain(const std::string& domain) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_domain_.find(domain);
    return found == by_domain_.end() ? nullptr : found->second;
  }
  std::vector<StorePtr> all() const {  // by clientKey
    const std::shared_lock lock(mutex_);
    std::vector<StorePtr> stores;
    stores.reserve(by_key_.size());
    for (const auto& [key, store] : by_key_) stores.push_back(store);
    return stores;
  }
  std::vector<std::shared_ptr<StoreHandle>> handles() const {
    const auto stores = all();
    return {stores.begin(), stores.end()};
  }
  // Whether any secret is stored.
  bool has_sealed_values() const {
    for (const auto& store : all()) {
      const auto entry = store->entry();
      if (!entry->shop.access_token.empty() || !entry->shop.refresh_token.empty()) return true;
      for (const auto& [name, value] : entry->client.fields)
        if (looks_sealed(value)) return true;
    }
    return false;
  }
  void enter(const StorePtr& store) {
    const auto entry = store->entry();
    const std::unique_lock lock(mutex_);
    by_key_[entry->client.key.str()] = store;
    by_domain_[entry->shop.domain.str()] = store;
    if (!entry->shop.posted_domain.empty()) by_domain_[entry->shop.posted_domain] = store;
  }
  // The store and its keys.
  void leave(const ClientKey& key) {
    const std::unique_lock lock(mutex_);
    const auto is_its = [&](const auto& item) { return item.second->key() == key; };
    std::erase_if(by_key_, is_its);
    std::erase_if(by_domain_, is_its);
    std::erase_if(keys_, [&](const auto& item) { return item.second.client_key == key; });
  }

  // ---- read keys
  std::optional<KeyRecord> find_key(const std::string& hash_hex) const {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(hash_hex);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }
  void add_key(const KeyRecord& key) {
    const std::unique_lock lock(mutex_);
    keys_[key.hash] = key;
  }
  void forget_key(const ClientKey& key, const std::string& id) {
    const std::unique_lock lock(mutex_);
    std::erase_if(keys_, [&](const auto& item) { return item.second.id == id && item.second.client_key == key; });
  }
  // These instead of all that are known, or of all of one store.
  void set_keys(const ClientKey* of, const std::vector<KeyRecord>& keys) {
    const std::unique_lock lock(mutex_);
    std::erase_if(keys_, [&](const auto& item) { return of == nullptr || item.second.client_key == *of; });
    for (const auto& key : keys) keys_[key.hash] = key;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, StorePtr> by_key_;
  std::unordered_map<std::string, StorePtr> by_domain_;  // canonical and posted domains
  std::unordered_map<std::string, KeyRecord> keys_;      // by hash
};

}  // namespace stoa::storage
