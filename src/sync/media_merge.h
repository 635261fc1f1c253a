// Shopify's part of media documents joined with ours (media/record.h): where they are used, and what is known of their
// bytes. Blocks on storage.
#pragma once

#include <vector>

#include "shopify/kinds.h"
#include "storage/store_handle.h"
#include "sync/media_uses.h"

namespace stoa::sync {

struct MediaTimes {
  Time now{};
  std::chrono::seconds retry_after{};
  bool again = false;  // failed and refused downloads are tried again at once
};

// Makes each node's body the whole document. Without `uses` they keep the ones they have. The caller holds
// store.merging() until the documents are applied.
Result<> merge_media(storage::StoreHandle& store, std::vector<shopify::Decoded>& nodes, const MediaUses* uses,
                     const MediaTimes& times);

}  // namespace stoa::sync
