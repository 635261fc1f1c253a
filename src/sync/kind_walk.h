// One kind of one sync: count, walk its pages, drain nested lists, sweep what is gone. A sequence of small steps, each
// of which calls the shop at most once and stores what it got together with the cursor, so a kill repeats at most the
// page in flight. Not thread-safe: one worker at a time. Blocks on network and storage. Borrows everything in its
// context.
#pragma once

#include "base/random.h"
#include "shopify/kinds.h"
#include "storage/store_handle.h"
#include "sync/options.h"
#include "sync/walk_state.h"

namespace stoa::sync {

struct WalkContext {
  storage::StoreHandle& store;
  storage::JobRecord& job;  // its kinds' progress and cost are kept current
  const SyncOptions& options;
};

class KindWalk {
 public:
  KindWalk(WalkContext context, model::Kind kind);

  // One step. True when the kind has come to its end (KindProgress says which). Errors are the transport's and
  // storage's, and `corrupt` for an answer that cannot be read; the walk stands where it was and can be tried again.
  Result<bool> step(shopify::Transport& transport);
  // Ends the kind as failed or not permitted; what was stored stays.
  Result<> give_up(storage::KindState state, const std::string& why);

 protected:  // ThemeWalk goes its own way to the same end
  Result<> load();
  Result<bool> count(shopify::Transport& transport);
  Result<bool> types(shopify::Transport& transport);
  Result<bool> page(shopify::Transport& transport);
  Result<bool> drain(shopify::Transport& transport, const storage::Draft& draft);
  Result<bool> forget(const std::string& id, Time fetched_at);
  Result<bool> drop(const std::string& id, const shopify::OpenList& open);
  Result<bool> sweep(shopify::Transport& transport);
  Result<bool> finish();
  Result<bool> settle();
  Result<> proven_complete(shopify::Transport& transport);
  Result<shopify::Answer> call(shopify::Transport& transport, shopify::Call call);
  Result<> store_batch(storage::Batch batch);
  Result<std::vector<model::Document>> take_known(shopify::RawPage& page, Time fetched_at);
  void advance(const shopify::ListPage& page);
  void withhold(std::string why);
  storage::KindProgress& progress();

  WalkContext context_;
  const model::Kind kind_;
  bool loaded_ = false;
  bool drafts_ = true;  // the store may hold drafts of the pass
  std::optional<storage::FetchStamp>
      under_way_;            // keeps equal fetches remembered for as long as the pass runs (rule P3)
  std::string api_version_;  // as the last answer said
  storage::Pass pass_;
  WalkState state_;
};

// What the store's products carry by its settings and scopes.
shopify::Extras extras_of(const storage::StoreEntry& entry);
// One call with the options' deadline; its cost is added to the job's.
Result<shopify::Answer> send(const WalkContext& context, shopify::Transport& transport, shopify::Call call);
// Document::raw of a decoded node: nothing when the document will not be made of that node alone.
std::optional<Hash> raw_of(const WalkContext& context, model::Kind kind, const shopify::Decoded& node);
// A document from a decoded node, ready to be stored.
Result<model::Document> to_document(model::Kind kind, std::string body, Time fetched_at, model::Source source,
                                    std::string api_version);

}  // namespace stoa::sync
