// What a complete sync asks of the shop itself before its kinds: the scopes the app has now, and which metafields
// storefronts may read by their definition. Kept in the shop's record when it has changed: a sync fetches, and readers
// see, by what stands there. Not thread-safe. Blocks on network and storage.
#pragma once

#include "storage/registry.h"
#include "sync/kind_walk.h"

namespace stoa::sync {

class ShopRefresh {
 public:
  // Both must outlive it.
  ShopRefresh(WalkContext context, storage::Registry& registry);

  // One call to the shop. True when all is asked and kept. A shop that will not say leaves what was known; errors are
  // only those that any call would meet: throttled, refused credentials, a shop that is frozen, locked or gone.
  Result<bool> step(shopify::Transport& transport);

 private:
  Result<> ask_scopes(shopify::Transport& transport);
  Result<> ask_definitions(shopify::Transport& transport);
  Result<> keep() const;

  WalkContext context_;
  storage::Registry& registry_;
  std::optional<std::vector<std::string>> scopes_;
  bool scopes_asked_ = false;
  std::vector<std::string_view> owners_;  // still to ask for, the next one last
  std::string after_;                     // of that one
  json::Object readable_;                 // owner type to names
};

}  // namespace stoa::sync
