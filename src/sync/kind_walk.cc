#include "sync/kind_walk.h"

#include "base/log.h"
#include "shopify/discounts.h"
#include "sync/draft.h"
#include "tenant/settings.h"
#include "tenant/shop_record.h"

namespace stoa::sync {
namespace {

// Shopify pages no list beyond this many objects (docs/api/usage/limits): a longer one is walked in windows (rule S1).
constexpr std::int64_t kListCap = 25'000;
constexpr std::size_t kEraseBatch = 500;

std::int64_t number_of(const std::string& gid) {
  const auto parsed = parse_gid(gid);
  return parsed ? parsed->number : 0;
}

}  // namespace

Result<shopify::Answer> send(const WalkContext& context, shopify::Transport& transport, shopify::Call call) {
  call.timeout = context.options.call_timeout;
  auto answer = transport.call(call);
  if (answer) context.job.cost += static_cast<std::int64_t>(answer->actual_cost);
  return answer;
}

shopify::Extras extras_of(const storage::StoreEntry& entry) {
  const auto granted = [&](std::string_view scope) { return tenant::has_scope(entry.shop.scopes, scope); };
  return {.publication = tenant::publication(entry.client.settings),
          .inventory = std::ranges::all_of(shopify::kInventoryScopes, granted)};
}

namespace {
shopify::Shaping shaping(const SyncOptions& options) { return {.codes_max = options.codes_max}; }
}  // namespace

std::optional<Hash> raw_of(const WalkContext& context, model::Kind kind, const shopify::Decoded& node) {
  // A file's document is merged from its node and what is known of its bytes.
  if (!node.open.empty() || kind == model::Kind::media) return std::nullopt;
  return shopify::raw_hash(kind, node.raw, shaping(context.options));
}

Result<model::Document> to_document(model::Kind kind, std::string body, Time fetched_at, model::Source source,
                                    std::string api_version) {
  STOA_TRY_ASSIGN(auto document, model::make_document(kind, std::move(body)));
  document.fetched_at = fetched_at;
  document.source = source;
  document.api_version = std::move(api_version);
  return document;
}

KindWalk::KindWalk(WalkContext context, model::Kind kind) : context_(context), kind_(kind) {}

storage::KindProgress& KindWalk::progress() {
  auto& kinds = context_.job.kinds;
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return entry.kind == kind_; });
  STOA_CHECK(found != kinds.end(), "a walk's kind is one of its job's");
  return *found;
}

// Takes up the stored pass, or starts one.
Result<> KindWalk::load() {
  if (loaded_) return {};
  STOA_TRY_ASSIGN(auto stored, context_.store.pass(context_.job.id, kind_));
  under_way_.emplace(context_.store.fetch_clock().begin());
  if (stored) {
    pass_ = std::move(*stored);
    STOA_TRY_ASSIGN(state_, from_cursor(pass_.cursor));
    if (state_.phase != Phase::finished)
      pass_.progress.state = storage::KindState::writing;  // a refused sweep was done; confirmed, it goes on
    progress() = pass_.progress;
  } else {
    pass_ = {.job = context_.job.id, .progress = progress(), .started = under_way_->time()};
    state_ = {};
    state_.first = std::min(shopify::page_size(kind_), context_.options.page_max);
    STOA_TRY_ASSIGN(const auto statuses, context_.store.kinds());
    const auto& before = statuses.at(static_cast<std::size_t>(kind_));
    if (context_.job.mode == "incremental" && before.complete && before.as_of) {
      state_.since = *before.as_of - context_.options.overlap;
      state_.may_delete = false;
    }
    auto status = before;
    status.state = "syncing";
    STOA_TRY(context_.store.set_kind_status(status));
  }
  loaded_ = drafts_ = true;
  return {};
}

Result<bool> KindWalk::step(shopify::Transport& transport) {
  STOA_TRY(load());
  // Drafts of the last page are still open when the walk itself is over.
  if (drafts_ && (state_.phase == Phase::walk || state_.phase == Phase::sweep)) {
    STOA_TRY_ASSIGN(const auto draft, context_.store.next_draft(pass_));
    if (draft) return drain(transport, *draft);
    drafts_ = false;
  }
  switch (state_.phase) {
    case Phase::count: return count(transport);
    case Phase::walk: return page(transport);
    case Phase::sweep: return sweep(transport);
    case Phase::finished: return settle();  // ended by a process that could not say so any more
  }
  return true;
}

Result<shopify::Answer> KindWalk::call(shopify::Transport& transport, shopify::Call call) {
  auto answer = send(context_, transport, std::move(call));
  if (!answer) return answer;
  api_version_ = answer->api_version;
  if (answer->version_mismatch && state_.may_delete) {
    state_.may_delete = false;
    state_.withheld = fmt::format("the shop answered with API version {}: nothing is deleted on that (rule S10)",
                                  answer->api_version);
  }
  return answer;
}

// Every step's results and the cursor after it, in one transaction.
Result<> KindWalk::store_batch(storage::Batch batch) {
  pass_.cursor = to_cursor(state_);
  batch.pass = pass_;
  auto applied = context_.store.apply(batch);
  loaded_ =
      applied
          .has_value();  // if not, the next step takes up what is stored: a cursor moves only after its data (rule S1)
  if (!applied) return std::unexpected(std::move(applied).error());
  pass_ = std::move(*applied->pass);
  for (const auto& [id, why] : applied->failed) pass_.progress.error = fmt::format("{}: {}", id, why.what);
  progress() = pass_.progress;
  return {};
}

// The walk is known to have missed something: what it stored stays, what it did not see stays too.
void KindWalk::withhold(std::string why) {
  state_.may_delete = false;
  state_.proven = false;
  state_.withheld = std::move(why);
}

// A page of the types by which the kind is listed; with the last one the walk begins.
Result<bool> KindWalk::types(shopify::Transport& transport) {
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::types_call(kind_, state_.after)));
  STOA_TRY_ASSIGN(auto page, shopify::decode_types(kind_, answer));
  if (page.has_next && (page.end_cursor.empty() || page.end_cursor == state_.after))
    return fail(Error{Code::corrupt, "sync: the shop's page names no way to the next one"});
  state_.types.insert(state_.types.end(), page.types.begin(), page.types.end());
  state_.after = page.has_next ? page.end_cursor : "";
  if (!page.has_next) state_.phase = state_.types.empty() ? Phase::sweep : Phase::walk;
  pass_.progress.state = storage::KindState::fetching;
  STOA_TRY(store_batch({}));
  return false;
}

Result<bool> KindWalk::count(shopify::Transport& transport) {
  if (shopify::has_types(kind_)) return types(transport);
  std::optional<std::int64_t> total;
  if (shopify::has_count(kind_)) {
    STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::count_call(kind_)));
    STOA_TRY_ASSIGN(total, shopify::decode_count(kind_, answer));
  }
  if (!state_.since) pass_.progress.total = total;  // an incremental pass sees only a part of that
  pass_.progress.state = storage::KindState::fetching;
  state_.phase = Phase::walk;
  STOA_TRY(store_batch({}));
  return false;
}

// Takes out of the page what is stored as it came, as documents without a body: nothing of it need be decoded.
Result<std::vector<model::Document>> KindWalk::take_known(shopify::RawPage& page, Time fetched_at) {
  std::vector<std::string> ids(page.nodes.size());
  std::ranges::transform(page.nodes, ids.begin(), [](const auto& node) { return std::string(node.id); });
  STOA_TRY_ASSIGN(const auto stored, context_.store.raw_hashes(kind_, ids));
  std::vector<model::Document> known;
  std::vector<shopify::RawNode> others;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (stored[i] && stored[i] == shopify::raw_hash(kind_, page.nodes[i].raw, shaping(context_.options)))
      known.push_back({.kind = kind_, .id = std::move(ids[i]), .raw = stored[i], .fetched_at = fetched_at});
    else
      others.push_back(page.nodes[i]);
  }
  page.nodes = std::move(others);
  return known;
}

Result<bool> KindWalk::page(shopify::Transport& transport) {
  const auto stamp = context_.store.fetch_clock().begin();
  auto answer = call(transport, shopify::page_call(kind_, {.first = state_.first,
                                                           .after = state_.after,
                                                           .type = state_.types.empty() ? "" : state_.types.back(),
                                                           .updated_since = state_.since,
                                                           .id_above = state_.id_above,
                                                           .extras = extras_of(*context_.store.entry())}));
  if (!answer && answer.error().reason == "cost-exceeded" && state_.first > 1) {
    state_.first /= 2;
    log::info("sync: page halved, too dear for Shopify", {{"store", context_.store.key().str()},
                                                          {"kind", std::string(to_string(kind_))},
                                                          {"first", std::to_string(state_.first)}});
    return false;
  }
  if (!answer) return std::unexpected(std::move(answer).error());
  STOA_TRY_ASSIGN(auto split, shopify::split_page(kind_, *answer));
  storage::Batch batch;
  STOA_TRY_ASSIGN(batch.documents, take_known(split, stamp.time()));
  auto page = shopify::decode_nodes(kind_, std::move(split));
  if (page.has_next && (page.end_cursor.empty() || page.end_cursor == state_.after))
    return fail(Error{Code::corrupt, "sync: the shop's page names no way to the next one"});

  state_.window_seen += static_cast<std::int64_t>(batch.documents.size());
  for (const auto& document : batch.documents) state_.id_last = std::max(state_.id_last, number_of(document.id));
  for (auto& node : page.nodes) {
    state_.id_last = std::max(state_.id_last, number_of(node.id));
    if (kind_ == model::Kind::discounts) shopify::bound_codes(node, context_.options.codes_max);
    if (!node.open.empty()) {
      std::vector<OpenDraftList> open;
      for (auto& list : node.open) open.push_back({std::move(list)});
      batch.seen.push_back(node.id);
      batch.drafts.push_back(
          {.id = node.id, .body = std::move(node.body), .fetched_at = stamp.time(), .open = to_text(open)});
      continue;
    }
    STOA_TRY_ASSIGN(auto document,
                    to_document(kind_, std::move(node.body), stamp.time(), model::Source::page, api_version_));
    document.raw = raw_of(context_, kind_, node);
    batch.documents.push_back(std::move(document));
  }
  for (const auto& [id, why] : page.broken) {
    ++batch.failed;
    pass_.progress.error = fmt::format("{}: {}", id.empty() ? "a document without id" : id, why.what);
    if (!id.empty()) batch.seen.push_back(id);
    if (id.empty()) withhold("a document could not be read and has no id: nothing is deleted on that");
  }
  pass_.progress.state = storage::KindState::writing;
  drafts_ = !batch.drafts.empty();
  advance(page);
  const auto stored = store_batch(std::move(batch));
  // Another fetch stored a document in between: the walk stands where it was, and asks for the page again.
  if (!stored && stored.error().reason == "document-changed") return false;
  STOA_TRY(stored);
  return false;
}

// The state after a page: its successor, the next window, or the end of the walk.
void KindWalk::advance(const shopify::ListPage& page) {
  state_.window_seen += static_cast<std::int64_t>(page.nodes.size() + page.broken.size());
  const bool at_cap = state_.window_seen + static_cast<std::int64_t>(state_.first) > kListCap;
  if (at_cap && !state_.since) {
    state_.id_above = state_.id_last;
    state_.window_seen = 0;
    state_.after.clear();
    return;
  }
  state_.after = page.end_cursor;
  if (page.has_next) return;
  if (!state_.types.empty()) state_.types.pop_back();
  if (state_.types.empty()) {
    state_.phase = Phase::sweep;
    return;
  }
  state_.after.clear();
  state_.id_above = state_.id_last = state_.window_seen = 0;
}

// One further page of the first list that is still open; with the last one, the document is whole and stored.
Result<bool> KindWalk::drain(shopify::Transport& transport, const storage::Draft& draft) {
  STOA_TRY_ASSIGN(auto open, open_lists(draft.open));
  storage::Batch batch;
  std::vector<storage::DraftPart> last;
  if (!open.empty()) {
    auto& current = open.front();
    const auto stamp = context_.store.fetch_clock().begin();
    STOA_TRY_ASSIGN(const auto answer,
                    call(transport, shopify::list_call(kind_, current.list, extras_of(*context_.store.entry()))));
    auto items_or = shopify::decode_list(kind_, current.list, answer);
    if (!items_or && items_or.error().code == Code::not_found)
      return current.list.owner == draft.id ? forget(draft.id, stamp.time()) : drop(draft.id, current.list);
    if (!items_or) return std::unexpected(std::move(items_or).error());
    auto& items = *items_or;
    last.push_back(
        {.id = draft.id, .owner = current.list.owner, .list = current.list.list, .items = std::move(items.items)});
    current.drained += static_cast<std::int64_t>(items.count);
    if (items.has_next &&
        (current.drained + 500 > kListCap || items.end_cursor == current.list.cursor || items.end_cursor.empty())) {
      // Cannot be had whole: the last good document stays, the kind says so.
      batch.failed = 1;
      batch.drafts_done.push_back(draft.id);
      pass_.progress.error =
          fmt::format("{}: its {} are more than Shopify's cap of {}", draft.id, current.list.list, kListCap);
      STOA_TRY(store_batch(std::move(batch)));
      return false;
    }
    current.list.cursor = items.end_cursor;
    if (!items.has_next) open.erase(open.begin());
    for (auto& further : items.open) open.push_back({std::move(further)});
  }
  if (!open.empty()) {
    batch.parts = std::move(last);
    batch.draft_open.emplace_back(draft.id, to_text(open));
  } else {
    STOA_TRY_ASSIGN(auto parts, context_.store.draft_parts(pass_, draft.id));
    parts.insert(parts.end(), std::make_move_iterator(last.begin()), std::make_move_iterator(last.end()));
    STOA_TRY_ASSIGN(auto body, assemble(draft, parts));
    STOA_TRY_ASSIGN(auto document,
                    to_document(kind_, std::move(body), draft.fetched_at, model::Source::page, api_version_));
    batch.documents.push_back(std::move(document));
    batch.drafts_done.push_back(draft.id);
  }
  STOA_TRY(store_batch(std::move(batch)));
  return false;
}

// The object went while its lists were drained: Shopify answered null for its id, which proves it (rule S9).
Result<bool> KindWalk::forget(const std::string& id, Time fetched_at) {
  STOA_TRY(store_batch({.drafts_done = {id}}));
  STOA_TRY_ASSIGN(const auto gone, context_.store.erase(kind_, std::span(&id, 1), fetched_at, pass_));
  pass_.progress.deleted += gone;
  progress() = pass_.progress;
  return false;
}

// A part of the object went while its lists were drained, so what is here of it is no more what the shop has: the last
// good one stays, the kind says so, and the next pass brings the new one.
Result<bool> KindWalk::drop(const std::string& id, const shopify::OpenList& open) {
  pass_.progress.error = fmt::format("{}: {} went while its {} were read", id, open.owner, open.list);
  STOA_TRY(store_batch({.failed = 1, .drafts_done = {id}}));
  return false;
}

// Nothing is deleted on partial knowledge: a walk that saw fewer than Shopify counts, now again, has missed something.
Result<> KindWalk::proven_complete(shopify::Transport& transport) {
  if (!state_.may_delete || !pass_.progress.total || pass_.progress.seen >= *pass_.progress.total) return {};
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::count_call(kind_)));
  STOA_TRY_ASSIGN(const auto now, shopify::decode_count(kind_, answer));
  if (!now || pass_.progress.seen >= *now) return {};
  withhold(fmt::format("the walk saw {} of {} {}: not proven complete, so nothing is deleted", pass_.progress.seen,
                       *now, to_string(kind_)));
  return {};
}

Result<bool> KindWalk::sweep(shopify::Transport& transport) {
  if (state_.since) return finish();
  STOA_TRY(proven_complete(transport));
  if (!state_.may_delete) return finish();
  STOA_TRY_ASSIGN(const auto unseen, context_.store.count_unseen(pass_));
  const auto confirmed = context_.job.confirmed.find(kind_);
  const bool allowed = confirmed != context_.job.confirmed.end() && confirmed->second == unseen.unseen;
  const bool mass =
      unseen.unseen > context_.options.sweep_count_free &&
      static_cast<double>(unseen.unseen) > context_.options.sweep_ratio_max * static_cast<double>(unseen.stored);
  // Once begun, a sweep goes on: what it has deleted already makes the rest look small, and a confirmed one must not
  // stop half-way.
  const bool begun = pass_.progress.deleted > 0;
  pass_.progress.sweep_refused = mass && !allowed && !begun;
  pass_.progress.would_delete = pass_.progress.sweep_refused ? unseen.unseen : 0;
  if (pass_.progress.sweep_refused || unseen.unseen == 0) return finish();
  STOA_TRY_ASSIGN(const auto ids, context_.store.list_unseen(pass_, kEraseBatch));
  pass_.cursor = to_cursor(state_);
  STOA_TRY_ASSIGN(const auto gone, context_.store.erase(kind_, ids, pass_.started, pass_));
  pass_.progress.deleted += gone;
  progress() = pass_.progress;
  return gone == 0 ? finish() : false;
}

Result<bool> KindWalk::finish() {
  // Red is a walk that missed something; one that may only not delete has done what it may, and says so.
  pass_.progress.state = state_.proven ? storage::KindState::done : storage::KindState::failed;
  if (!state_.withheld.empty()) pass_.progress.error = state_.withheld;
  state_.phase =
      pass_.progress.sweep_refused ? Phase::sweep : Phase::finished;  // a confirmation goes on from the sweep
  STOA_TRY(store_batch({}));
  return settle();
}

// What the ended walk says of its kind.
Result<bool> KindWalk::settle() {
  const bool current = !pass_.progress.sweep_refused && state_.withheld.empty();
  STOA_TRY_ASSIGN(const auto statuses, context_.store.kinds());
  auto status = statuses.at(static_cast<std::size_t>(kind_));
  status.complete = status.complete || state_.proven;
  status.state = current ? "current" : "failed";
  status.error = current ? pass_.progress.error  // documents that could not be stored
                 : pass_.progress.sweep_refused
                     ? fmt::format("a sweep of {} was refused: confirm it", pass_.progress.would_delete)
                     : state_.withheld;
  if (current) status.as_of = pass_.started;
  STOA_TRY(context_.store.set_kind_status(status));
  under_way_.reset();
  return true;
}

Result<> KindWalk::give_up(storage::KindState state, const std::string& why) {
  if (loaded_) {
    pass_.progress.state = state;
    pass_.progress.error = why;
    progress() = pass_.progress;
  } else {
    progress().state = state;
    progress().error = why;
  }
  under_way_.reset();
  STOA_TRY_ASSIGN(const auto statuses, context_.store.kinds());
  auto status = statuses.at(static_cast<std::size_t>(kind_));
  status.state = state == storage::KindState::not_permitted ? "notPermitted" : "failed";
  status.error = why;
  return context_.store.set_kind_status(status);
}

}  // namespace stoa::sync
