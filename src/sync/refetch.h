// Fetches named objects again: the job of POST /api/stores/{store}/sync {ids}. Deleted only if Shopify says the id is
// gone (rule S9). Not thread-safe. Blocks on network and storage.
#pragma once

#include "sync/kind_walk.h"

namespace stoa::sync {

// The ids of one kind, a batch a step, each with its nested lists drained. Errors as KindWalk::step.
class Refetch {
 public:
  // `now`: the wall clock.
  Refetch(WalkContext context, model::Kind kind, Time now);
  // One step. True when every id of the kind is done.
  Result<bool> step(shopify::Transport& transport);

 private:
  Result<std::string> whole(shopify::Transport& transport, shopify::Decoded node);
  Result<shopify::Answer> call(shopify::Transport& transport, shopify::Call call);

  WalkContext context_;
  const model::Kind kind_;
  const Time now_;
  std::vector<std::string> ids_;  // still to fetch, last first
  shopify::Extras extras_;        // of the batch under way
  std::string api_version_;
  bool version_mismatch_ = false;
  bool withheld_ = false;  // something absent was not deleted
};

}  // namespace stoa::sync
