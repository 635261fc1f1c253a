#include "storage/mongo/change.h"

#include <algorithm>
#include <cstring>

#include "storage/mongo/document_bson.h"
#include "storage/mongo/layout.h"

namespace stoa::storage::mongo {
namespace {

// Of one insert or update command: MongoDB takes a command of 16 MiB and some.
constexpr std::size_t kCommandBytesMax = 12u << 20;
constexpr std::string_view kStore = "store";  // `_id` of the store's state

std::string collection_of(model::Kind kind) { return std::string(model::spec(kind).collection); }

std::unexpected<Error> lost_or_gone(Session& session, const std::string& database) {
  auto state = session.find_one(database, kSyncState, "_id", kStore);
  if (!state) return std::unexpected(std::move(state).error());
  if (!*state)
    return fail(error(Code::not_found, "database {}: the store was removed", database).because("store-not-found"));
  return fail(error(Code::conflict, "database {}: another process has taken the store's lease", database)
                  .because("lease-lost"));
}

void append_fence(BsonWriter& out, std::int64_t term) {
  out.utf8("_id", kStore);
  if (term > 0) out.begin_document("term").int64("$lte", term).end();
}

std::string_view kind_name(model::Kind kind) { return model::to_string(kind); }

}  // namespace

// ---- ids of syncstate

std::string pass_id(const std::string& job, model::Kind kind) {
  return fmt::format("pass/{}/{}", job, kind_name(kind));
}

std::string under(std::string_view what, const std::string& job, std::optional<model::Kind> kind, std::string_view id) {
  auto path = fmt::format("{}/{}/", what, job);
  if (kind) path += fmt::format("{}/", kind_name(*kind));
  if (!id.empty()) path += fmt::format("{}/", id);
  return path;
}

void append_prefix(BsonWriter& out, std::string_view prefix) {
  std::string beyond(prefix);
  ++beyond.back();  // '/' becomes '0'
  out.begin_document("_id").utf8("$gte", prefix).utf8("$lt", beyond).end();
}

// ---- the state of a store

Result<State> read_state(Session& session, const std::string& database) {
  State state;
  for (const auto kind : model::all_kinds()) state.kinds.push_back({.kind = kind});
  STOA_TRY_ASSIGN(const auto found, session.find_one(database, kSyncState, "_id", kStore));
  const auto row = found.bson();
  state.incarnation = text_at(row, "incarnation");
  state.version = number_at(row, "version");
  state.fetched_at = micros_at(row, "fetchedMicros");
  for (auto& status : state.kinds) {
    const auto name = kind_name(status.kind);
    state.indexed[static_cast<std::size_t>(status.kind)] = number_at(row, fmt::format("indexed.{}", name));
    const auto kind = document_at(row, fmt::format("kinds.{}", name));
    if (kind.empty()) continue;
    state.told[static_cast<std::size_t>(status.kind)] = true;
    status.count = number_at(kind, "count");
    status.complete = truth_at(kind, "complete");
    status.as_of = maybe_micros_at(kind, "asOfMicros");
    if (const auto text = text_at(kind, "state"); !text.empty()) status.state = text;
    status.error = text_at(kind, "error");
  }
  return state;
}

Result<> make_state(Session& session, const std::string& database, const std::string& incarnation) {
  BsonWriter command;
  command.utf8("update", kSyncState).begin_array("updates").begin_document(kItem);
  command.begin_document("q").utf8("_id", kStore).end();
  command.begin_document("u").begin_document("$setOnInsert");
  command.utf8("incarnation", incarnation).int64("version", 0).int64("fetchedMicros", 0).int64("term", 0);
  command.end().end().boolean("upsert", true).end().end();
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

namespace {

// One fenced update of the store's state.
Result<> update_state(Session& session, const std::string& database, std::int64_t term,
                      const std::function<void(BsonWriter&)>& append_update) {
  BsonWriter command;
  command.utf8("update", kSyncState).begin_array("updates").begin_document(kItem);
  command.begin_document("q");
  append_fence(command, term);
  command.end().begin_document("u");
  append_update(command);
  command.end().end().end();
  STOA_TRY_ASSIGN(const auto reply, session.write(database, command.finish()));
  if (number_at(reply.bson(), "n") == 0) return lost_or_gone(session, database);
  return {};
}

}  // namespace

Result<> write_kind_status(Session& session, const std::string& database, std::int64_t term, const KindStatus& status) {
  return update_state(session, database, term, [&](BsonWriter& out) {
    const auto field = [&](std::string_view name) { return fmt::format("kinds.{}.{}", kind_name(status.kind), name); };
    out.begin_document("$set");
    out.boolean(field("complete"), status.complete).utf8(field("state"), status.state);
    out.utf8(field("error"), status.error);
    if (status.as_of)
      out.int64(field("asOfMicros"), micros(*status.as_of));
    else
      out.null(field("asOfMicros"));
    out.end();
  });
}

Result<> write_made(Session& session, const std::string& database, model::Kind kind) {
  return update_state(session, database, 0, [&](BsonWriter& out) {
    out.begin_document("$max").int64(fmt::format("kinds.{}.count", kind_name(kind)), 0).end();
  });
}

Result<> write_indexed(Session& session, const std::string& database, model::Kind kind, std::int64_t version) {
  return update_state(session, database, 0, [&](BsonWriter& out) {
    out.begin_document("$set").int64(fmt::format("indexed.{}", kind_name(kind)), version).end();
  });
}

Result<> raise_term(Session& session, const std::string& database, std::int64_t term) {
  return update_state(session, database, term,
                      [&](BsonWriter& out) { out.begin_document("$max").int64("term", term).end(); });
}

Pass pass_from(const std::string& job, model::Kind kind, Bson row) {
  Pass pass{.job = job};
  auto& p = pass.progress;
  p.kind = kind;
  p.state = kind_state_from(text_at(row, "state")).value_or(KindState::waiting);
  p.seen = number_at(row, "seen"), p.written = number_at(row, "written"), p.unchanged = number_at(row, "unchanged");
  p.deleted = number_at(row, "deleted"), p.failed = number_at(row, "failed");
  if (const auto total = find(row, "total"); total) p.total = total->integer();
  p.sweep_refused = truth_at(row, "sweepRefused"), p.would_delete = number_at(row, "wouldDelete");
  p.error = text_at(row, "error");
  pass.started = micros_at(row, "startedMicros");
  pass.cursor = text_at(row, "cursor");
  return pass;
}

// ---- reading what is there

Result<Change::HeldById> Change::held(model::Kind kind, const std::vector<std::string_view>& ids) {
  BsonWriter query;
  query.utf8("find", collection_of(kind)).begin_document("filter").begin_document("_id").begin_array("$in");
  for (const auto id : ids) query.utf8(kItem, id);
  query.end().end().end();
  query.begin_document("projection").int32("_m.hash", 1).int32("_m.raw", 1).int32("_m.fetchedMicros", 1).end();
  query.int64("batchSize", static_cast<std::int64_t>(ids.size()) + 1);
  HeldById all;
  all.reserve(ids.size());
  for (const auto id : ids) all.try_emplace(id, Held{.is_new = true});
  const auto read = [&](Bson row) -> Result<bool> {
    const auto found = all.find(text_at(row, "_id"));
    if (found == all.end()) return true;
    auto& one = found->second;
    one.is_new = false;
    one.fetched_at = std::max(micros_at(row, "_m.fetchedMicros"), clock_.equal_since(std::string(found->first)));
    one.hash = hash_at(row, "_m.hash").value_or(Hash{});
    one.raw = hash_at(row, "_m.raw");
    return true;
  };
  STOA_TRY(session_.find(database_, query.finish(), read));
  return all;
}

Result<std::unordered_map<std::string, Time>> Change::graves(const std::vector<std::string_view>& ids) {
  std::unordered_map<std::string, Time> all;
  if (ids.empty()) return all;
  BsonWriter query;
  query.utf8("find", kDeletions).begin_document("filter").begin_document("_id").begin_array("$in");
  for (const auto id : ids) query.utf8(kItem, id);
  query.end().end().end().int64("batchSize", static_cast<std::int64_t>(ids.size()) + 1);
  const auto read = [&](Bson row) -> Result<bool> {
    all.emplace(text_at(row, "_id"), micros_at(row, "fetchedMicros"));
    return true;
  };
  STOA_TRY(session_.find(database_, query.finish(), read));
  return all;
}

// ---- a batch

Result<> Change::apply(const Batch& batch) {
  applied = {}, version.reset(), equal.clear(), revived_.clear(), count_delta_ = {};
  Time fetched_at{};
  for (const auto kind : model::all_kinds()) {
    held_[static_cast<std::size_t>(kind)].clear(), writes_[static_cast<std::size_t>(kind)].clear();
    STOA_TRY(decide(kind, batch));
    for (const auto& [id, one] : held_[static_cast<std::size_t>(kind)])
      if (one.write != nullptr) fetched_at = std::max(fetched_at, one.fetched_at);
  }
  const bool changed = applied.inserted + applied.replaced > 0;
  if (batch.pass) fetched_at = std::max(fetched_at, batch.pass->started);
  if (!changed && !batch.pass) return {};
  STOA_TRY(touch(changed, fetched_at));
  for (const auto kind : model::all_kinds()) STOA_TRY(write_kind(kind));
  STOA_TRY(unbury(revived_));
  if (!batch.pass) return {};

  KindProgress by;
  by.written = applied.inserted + applied.replaced, by.unchanged = applied.unchanged + applied.stale;
  by.failed = batch.failed + static_cast<std::int64_t>(applied.failed.size());
  by.seen = by.written + by.unchanged + by.failed;
  std::vector<std::string_view> seen(batch.seen.begin(), batch.seen.end());
  for (const auto& document : batch.documents) seen.push_back(document.id);
  STOA_TRY(save_pass(*batch.pass, by, seen));
  return save_drafts(batch, *batch.pass);
}

// What becomes of each document of the kind: the guard (rules P2, P3, P4), in the order given.
Result<> Change::decide(model::Kind kind, const Batch& batch) {
  std::vector<std::string_view> ids;
  for (const auto& document : batch.documents)
    if (document.kind == kind) ids.push_back(document.id);
  if (ids.empty()) return {};
  auto& all = held_[static_cast<std::size_t>(kind)];
  STOA_TRY_ASSIGN(all, held(kind, ids));
  std::erase_if(ids, [&](std::string_view id) { return !all.at(id).is_new; });
  STOA_TRY_ASSIGN(const auto dead, graves(ids));

  for (const auto& document : batch.documents) {
    if (document.kind != kind) continue;
    if (auto fits = check_size(document); !fits) {
      applied.failed.emplace_back(document.id, std::move(fits).error());
      continue;
    }
    auto& one = all.at(document.id);
    const bool living = !one.is_new || one.write != nullptr;
    if (living && document.fetched_at < one.fetched_at) {
      ++applied.stale;
      continue;
    }
    if (document.body.empty() && !(living && document.raw && document.raw == one.raw))
      return document_changed(document.id);
    if (document.body.empty() || (living && document.hash == one.hash)) {
      ++applied.unchanged;
      equal.push_back(&document);
      continue;
    }
    if (!living) {
      const auto grave = dead.find(document.id);
      if (grave != dead.end() && document.fetched_at <= grave->second) {
        ++applied.stale;
        continue;
      }
      if (grave != dead.end()) revived_.push_back(document.id);
      ++applied.inserted;
      ++count_delta_[static_cast<std::size_t>(kind)];
    } else {
      ++applied.replaced;
    }
    if (one.write == nullptr) writes_[static_cast<std::size_t>(kind)].push_back(document.id);
    one.hash = document.hash, one.raw = document.raw, one.fetched_at = document.fetched_at, one.write = &document;
  }
  return {};
}

// New documents are inserted, known ones replaced under the guard: it holds by itself, whatever was read before.
Result<> Change::write_kind(model::Kind kind) {
  const auto& ids = writes_[static_cast<std::size_t>(kind)];
  auto& all = held_[static_cast<std::size_t>(kind)];
  BsonWriter document, command;
  for (const bool is_new : {true, false}) {
    std::int64_t count = 0;
    const auto begin = [&] {
      command.reset();
      command.utf8(is_new ? "insert" : "update", collection_of(kind)).boolean("ordered", false);
      command.begin_array(is_new ? "documents" : "updates");
      count = 0;
    };
    const auto send = [&]() -> Result<> {
      command.end();
      STOA_TRY_ASSIGN(const auto reply, session_.write(database_, command.finish()));
      if (number_at(reply.bson(), "n") == count) return {};
      return fail(error(Code::unavailable, "database {}: {} of {} documents were written: newer ones came between",
                        database_, number_at(reply.bson(), "n"), count)
                      .because("storage-unavailable"));
    };
    begin();
    for (const auto id : ids) {
      const auto& one = all.at(id);
      if (one.is_new != is_new) continue;
      STOA_TRY_ASSIGN(const auto bytes, encode_document(*one.write, *version, document));
      if (count > 0 && command.size() + bytes.size() > kCommandBytesMax) {
        STOA_TRY(send());
        begin();
      }
      ++count;
      if (is_new) {
        command.document(kItem, bytes);
        continue;
      }
      command.begin_document(kItem).begin_document("q").utf8("_id", id);
      command.begin_document("_m.fetchedMicros").int64("$lte", micros(one.fetched_at)).end().end();
      command.document("u", bytes).end();
    }
    if (count > 0) STOA_TRY(send());
  }
  return {};
}

// ---- erasing

Result<> Change::erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                       const std::optional<Pass>& pass) {
  erased = 0, version.reset(), count_delta_ = {};
  std::vector<std::string_view> all(ids.begin(), ids.end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (!all.empty()) {
    STOA_TRY_ASSIGN(const auto stored, held(kind, all));
    std::erase_if(all, [&](std::string_view id) { return stored.at(id).fetched_at > fetched_at; });
    erased = std::ranges::count_if(all, [&](std::string_view id) { return !stored.at(id).is_new; });
  }
  count_delta_[static_cast<std::size_t>(kind)] = -erased;
  if (!all.empty() || pass) STOA_TRY(touch(erased > 0, pass ? std::max(fetched_at, pass->started) : fetched_at));
  if (erased > 0) {
    BsonWriter command;
    command.utf8("delete", collection_of(kind)).begin_array("deletes").begin_document(kItem);
    command.begin_document("q").begin_document("_id").begin_array("$in");
    for (const auto id : all) command.utf8(kItem, id);
    command.end().end().begin_document("_m.fetchedMicros").int64("$lte", micros(fetched_at)).end().end();
    command.int32("limit", 0).end().end();
    STOA_TRY(session_.write(database_, command.finish()));
  }
  STOA_TRY(bury(kind, all, fetched_at));
  if (!pass) return {};
  KindProgress by;
  by.deleted = erased;
  return save_pass(*pass, by, {});
}

Result<> Change::bury(model::Kind kind, const std::vector<std::string_view>& ids, Time fetched_at) {
  if (ids.empty()) return {};
  BsonWriter command;
  command.utf8("update", kDeletions).boolean("ordered", false).begin_array("updates");
  for (const auto id : ids) {
    command.begin_document(kItem).begin_document("q").utf8("_id", id).end();
    command.begin_document("u").begin_document("$max").int64("fetchedMicros", micros(fetched_at));
    command.date("fetchedAt", fetched_at).end();
    command.begin_document("$setOnInsert").utf8("kind", kind_name(kind));
    command.date("deletedAt", now_).int64("deletedMicros", micros(now_)).end().end();
    command.boolean("upsert", true).end();
  }
  command.end();
  STOA_TRY(session_.write(database_, command.finish()));
  return {};
}

Result<> Change::unbury(const std::vector<std::string_view>& ids) {
  if (ids.empty()) return {};
  BsonWriter command;
  command.utf8("delete", kDeletions).begin_array("deletes").begin_document(kItem);
  command.begin_document("q").begin_document("_id").begin_array("$in");
  for (const auto id : ids) command.utf8(kItem, id);
  command.end().end().end().int32("limit", 0).end().end();
  STOA_TRY(session_.write(database_, command.finish()));
  return {};
}

// ---- bookkeeping

Result<> Change::touch(bool changed, Time fetched_at) {
  BsonWriter command;
  command.utf8("findAndModify", kSyncState).begin_document("query");
  append_fence(command, term_);
  command.end().begin_document("update").begin_document("$inc");
  command.int64("writes", 1);  // so that two steps at once always conflict, and one of them is done again
  if (changed) command.int64("version", 1);
  for (const auto kind : model::all_kinds())
    if (const auto delta = count_delta_[static_cast<std::size_t>(kind)]; delta != 0)
      command.int64(fmt::format("kinds.{}.count", kind_name(kind)), delta);
  command.end();
  command.begin_document("$max").int64("fetchedMicros", micros(fetched_at)).int64("term", term_).end().end();
  command.boolean("new", true).begin_document("fields").int32("version", 1).end();
  STOA_TRY_ASSIGN(const auto reply, session_.write(database_, command.finish()));
  const auto value = document_at(reply.bson(), "value");
  if (value.empty()) return lost_or_gone(session_, database_);
  if (changed) version = number_at(value, "version");
  return {};
}

Result<> Change::save_pass(const Pass& pass, const KindProgress& by, const std::vector<std::string_view>& seen) {
  const auto& p = pass.progress;
  BsonWriter command;
  command.utf8("findAndModify", kSyncState).begin_document("query").utf8("_id", pass_id(pass.job, p.kind)).end();
  command.begin_document("update").begin_document("$inc");
  command.int64("seen", by.seen).int64("written", by.written).int64("unchanged", by.unchanged);
  command.int64("deleted", by.deleted).int64("failed", by.failed).int64("steps", 1).end();
  command.begin_document("$set").utf8("state", to_string(p.state)).utf8("error", p.error);
  if (p.total)
    command.int64("total", *p.total);
  else
    command.null("total");
  command.boolean("sweepRefused", p.sweep_refused).int64("wouldDelete", p.would_delete);
  command.int64("startedMicros", micros(pass.started)).utf8("cursor", pass.cursor).end().end();
  command.boolean("upsert", true).boolean("new", true);
  STOA_TRY_ASSIGN(const auto reply, session_.write(database_, command.finish()));
  const auto row = document_at(reply.bson(), "value");
  applied.pass = pass_from(pass.job, p.kind, row);
  steps_ = number_at(row, "steps");
  if (seen.empty()) return {};
  command.reset();
  command.utf8("insert", kSyncState).begin_array("documents").begin_document(kItem);
  command.utf8("_id", fmt::format("{}{:012}", under("seen", pass.job, p.kind), steps_)).begin_array("ids");
  for (const auto id : seen) command.utf8(kItem, id);
  command.end().end().end();
  STOA_TRY(session_.write(database_, command.finish()));
  return {};
}

Result<> Change::save_drafts(const Batch& batch, const Pass& pass) {
  const auto kind = pass.progress.kind;
  const auto drafts = under("draft", pass.job, kind);
  std::vector<std::string_view> forget(batch.drafts_done.begin(), batch.drafts_done.end());
  for (const auto& draft : batch.drafts) forget.push_back(draft.id);  // met again: its lists are drained anew
  BsonWriter command;
  if (!forget.empty()) {
    command.utf8("delete", kSyncState).begin_array("deletes").begin_document(kItem).begin_document("q");
    append_prefix(command, drafts);
    command.begin_document("id").begin_array("$in");
    for (const auto id : forget) command.utf8(kItem, id);
    command.end().end().end().int32("limit", 0).end();
    for (const auto id : forget) {
      command.begin_document(kItem).begin_document("q");
      append_prefix(command, under("part", pass.job, kind, id));
      command.end().int32("limit", 0).end();
    }
    command.end();
    STOA_TRY(session_.write(database_, command.finish()));
  }
  // Bodies may be large: one insert for each.
  std::size_t number = 0;
  for (const auto& draft : batch.drafts) {
    command.reset();
    command.utf8("insert", kSyncState).begin_array("documents").begin_document(kItem);
    command.utf8("_id", fmt::format("{}{:012}.{:06}", drafts, steps_, number++)).utf8("id", draft.id);
    command.int64("fetchedMicros", micros(draft.fetched_at)).utf8("open", draft.open).utf8("body", draft.body);
    command.end().end();
    STOA_TRY(session_.write(database_, command.finish()));
  }
  for (const auto& part : batch.parts) {
    command.reset();
    command.utf8("insert", kSyncState).begin_array("documents").begin_document(kItem);
    command.utf8("_id", fmt::format("{}{:012}.{:06}", under("part", pass.job, kind, part.id), steps_, number++));
    command.utf8("owner", part.owner).utf8("list", part.list).utf8("items", part.items).end().end();
    STOA_TRY(session_.write(database_, command.finish()));
  }
  for (const auto& [id, open] : batch.draft_open) {
    command.reset();
    command.utf8("update", kSyncState).begin_array("updates").begin_document(kItem).begin_document("q");
    append_prefix(command, drafts);
    command.utf8("id", id).end().begin_document("u").begin_document("$set").utf8("open", open).end().end().end().end();
    STOA_TRY(session_.write(database_, command.finish()));
  }
  return {};
}

}  // namespace stoa::storage::mongo
