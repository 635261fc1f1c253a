// The walk of a store's media: first the images of its collections and articles and the uses of all media, from the
// documents that are mirrored already; then Shopify's files, page by page; then the sweep. Metadata only: the bytes are
// downloaded beside the sync (media/downloads.h). Always a whole pass. As KindWalk otherwise: small steps, at most one
// call to the shop each, one worker at a time.
#pragma once

#include "sync/kind_walk.h"
#include "sync/media_uses.h"

namespace stoa::sync {

class MediaWalk : public KindWalk {
 public:
  // `now`: the wall clock, for downloads that are due again.
  MediaWalk(WalkContext context, Time now) : KindWalk(context, model::Kind::media), now_(now) {}

  // One step, as KindWalk::step.
  Result<bool> step(shopify::Transport& transport);

 private:
  Result<bool> scan();
  Result<bool> images();
  Result<bool> page(shopify::Transport& transport);
  Result<> store_nodes(std::vector<shopify::Decoded> nodes, Time fetched_at, storage::Batch batch);

  const Time now_;
  // Made anew by whoever takes the walk up.
  MediaUses uses_;
  std::size_t scanned_ = 0;  // of the kinds that show media
  std::optional<storage::Position> scan_after_;
  std::string images_after_;
  bool images_done_ = false;
};

}  // namespace stoa::sync
