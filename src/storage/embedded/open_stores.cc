#include "storage/embedded/open_stores.h"

#include "storage/embedded/store.h"

namespace stoa::storage::embedded {

void OpenStores::opened(const std::shared_ptr<EmbeddedStore>& store) {
  {
    const std::lock_guard lock(mutex_);
    stores_.push_front(store);
  }
  // Closing writes to the disk: done outside the lock, so that other stores open meanwhile.
  std::list<std::shared_ptr<EmbeddedStore>> in_use;
  while (auto idle = next_to_close())
    if (!idle->close_if_idle()) in_use.push_back(std::move(idle));
  const std::lock_guard lock(mutex_);
  stores_.splice(stores_.begin(), in_use);
}

std::shared_ptr<EmbeddedStore> OpenStores::next_to_close() {
  const std::lock_guard lock(mutex_);
  if (stores_.size() <= stores_max_) return nullptr;
  for (auto spared = stores_.size(); spared > 0 && stores_.back()->take_used_mark(); --spared)
    stores_.splice(stores_.begin(), stores_, std::prev(stores_.end()));
  auto store = std::move(stores_.back());
  stores_.pop_back();
  return store;
}

void OpenStores::closed(const EmbeddedStore& store) {
  const std::lock_guard lock(mutex_);
  stores_.remove_if([&](const auto& open) { return open.get() == &store; });
}

std::size_t OpenStores::count() const {
  const std::lock_guard lock(mutex_);
  return stores_.size();
}

}  // namespace stoa::storage::embedded
