// How many store files are open at once, and which one is closed for the next. Thread-safe; shared by the stores of one
// Registry, which owns it.
#pragma once

#include <list>
#include <memory>
#include <mutex>

namespace stoa::storage::embedded {

class EmbeddedStore;

class OpenStores {
 public:
  explicit OpenStores(std::size_t stores_max) : stores_max_(stores_max) {}

  // `store` was opened: closes those that were not used for the longest while to stay within the bound. A store in use
  // stays open, so the bound may be passed by as many as are in use. Uses are not counted here (that would be a lock
  // that all reads share): a store carries a mark of use, and one with a mark is spared once.
  void opened(const std::shared_ptr<EmbeddedStore>& store);
  void closed(const EmbeddedStore& store);
  std::size_t count() const;

 private:
  std::shared_ptr<EmbeddedStore> next_to_close();

  const std::size_t stores_max_;
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<EmbeddedStore>> stores_;  // newest first
};

}  // namespace stoa::storage::embedded
