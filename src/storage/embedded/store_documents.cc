// A store's documents: reading one, many, a page; applying a batch; erasing.
#include "storage/embedded/change.h"
#include "storage/embedded/query_sql.h"
#include "storage/embedded/schema.h"
#include "storage/embedded/store.h"

namespace stoa::storage::embedded {
namespace {

constexpr int kBodyColumn = 6;  // of KindSql::by_id and by_rid

model::IndexValue value_from(const Statement& row, int column, model::FieldType type) {
  if (row.null(column)) return {};
  switch (type) {
    case model::FieldType::text: return row.string(column);
    case model::FieldType::boolean: return row.number(column) != 0;
    default: return row.number(column);
  }
}

// What a page has taken up so far.
struct PageBuilder {
  const Query& query;
  Page page = {};
  std::size_t bytes = 0;
  Position last = {};

  bool full(std::size_t next_bytes) const {
    return page.documents.size() >= query.limit || (!page.documents.empty() && bytes + next_bytes > query.bytes_max);
  }
};

// Adds the rows of one range. The bodies are read row by row, so that neither a sort nor a row beyond the page costs
// one. True: the page is full, and there is more.
Result<bool> add_range(Connection& db, const CompiledQuery& compiled, PageBuilder& builder) {
  auto rows = db.query(compiled.sql);
  for (const auto& value : compiled.values) rows.bind(value);
  rows.bind(builder.query.limit - builder.page.documents.size() + 1);
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return false;
    auto row = db.query(kind_sql(builder.query.kind).by_rid).bind(rows.number(0));
    STOA_TRY_ASSIGN(const bool found, row.next());
    STOA_CHECK(found, "a row vanished inside one snapshot");
    if (builder.full(row.size(kBodyColumn))) return true;
    builder.bytes += row.size(kBodyColumn);
    builder.page.documents.push_back(stored_from(row));
    builder.last = {value_from(rows, 1, sort_type(builder.query)), rows.string(2)};
  }
}

Result<Page> read_page(Connection& db, const Query& query, const std::vector<CompiledQuery>& ranges) {
  PageBuilder builder{query};
  for (const auto& range : ranges) {
    STOA_TRY_ASSIGN(const bool more, add_range(db, range, builder));
    if (!more) continue;
    builder.page.next = std::move(builder.last);
    break;
  }
  return std::move(builder.page);
}

Result<> apply_drafts(Connection& db, const Batch& batch, std::int64_t pass) {
  const auto forget = [&](const std::string& id) -> Result<> {
    STOA_TRY(db.query("DELETE FROM drafts WHERE pass = ? AND id = ?").bind(pass, id).run());
    return db.query("DELETE FROM draft_parts WHERE pass = ? AND id = ?").bind(pass, id).run();
  };
  for (const auto& draft : batch.drafts) {
    STOA_TRY(forget(draft.id));  // the walk met it again: its lists are drained anew
    STOA_TRY(db.query("INSERT INTO drafts(pass, id, fetched_at, open, body) VALUES(?, ?, ?, ?, ?)")
                 .bind(pass, draft.id, draft.fetched_at, draft.open, Borrowed{draft.body})
                 .run());
  }
  for (const auto& part : batch.parts)
    STOA_TRY(db.query("INSERT INTO draft_parts(pass, id, owner, list, items) VALUES(?, ?, ?, ?, ?)")
                 .bind(pass, part.id, part.owner, part.list, Borrowed{part.items})
                 .run());
  for (const auto& [id, open] : batch.draft_open)
    STOA_TRY(db.query("UPDATE drafts SET open = ? WHERE pass = ? AND id = ?").bind(open, pass, id).run());
  for (const auto& id : batch.drafts_done) STOA_TRY(forget(id));
  return {};
}

}  // namespace

Stored stored_from(Statement& row) {
  Stored stored;
  stored.id = row.text(0);
  stored.hash = row.hash(1);
  stored.fetched_at = row.time(2);
  stored.source = static_cast<model::Source>(row.number(3));
  stored.api_version = row.text(4);
  stored.ver = row.number(5);
  stored.body = row.text(kBodyColumn);
  return stored;
}

// ---- reading

Result<std::optional<Stored>> EmbeddedStore::get(model::Kind kind, const std::string& id) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  auto row = db->query(kind_sql(kind).by_id).bind(id);
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return std::nullopt;
  return stored_from(row);
}

Result<std::vector<Stored>> EmbeddedStore::get_many(model::Kind kind, std::span<const std::string> ids) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY(db->query("BEGIN").run());
  std::vector<Stored> all;
  const auto read = [&]() -> Result<> {
    for (const auto& id : ids) {
      auto row = db->query(kind_sql(kind).by_id).bind(id);
      STOA_TRY_ASSIGN(const bool found, row.next());
      if (found) all.push_back(stored_from(row));
    }
    return {};
  }();
  STOA_TRY(db->query("COMMIT").run());
  STOA_TRY(read);
  return all;
}

Result<std::vector<std::optional<Hash>>> EmbeddedStore::raw_hashes(model::Kind kind, std::span<const std::string> ids) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY(db->query("BEGIN").run());
  std::vector<std::optional<Hash>> all(ids.size());
  const auto read = [&]() -> Result<> {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      auto row = db->query(kind_sql(kind).raw).bind(ids[i]);
      STOA_TRY_ASSIGN(const bool found, row.next());
      if (found && !row.null(0)) all[i] = row.hash(0);
    }
    return {};
  }();
  STOA_TRY(db->query("COMMIT").run());
  STOA_TRY(read);
  return all;
}

Result<Page> EmbeddedStore::query(const Query& query) {
  STOA_TRY_ASSIGN(const auto ranges, compile(query));
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY(db->query("BEGIN").run());
  auto page = read_page(*db, query, ranges);
  STOA_TRY(db->query("COMMIT").run());
  return page;
}

Result<Boundary> EmbeddedStore::boundary(model::Kind kind, const std::string& field, Time now) {
  STOA_TRY(check_time_field(kind, field));
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  const auto name = column(field);
  const auto sql =
      fmt::format("SELECT (SELECT max({0}) FROM {1} WHERE {0} <= ?1), (SELECT min({0}) FROM {1} WHERE {0} > ?1)", name,
                  kind_sql(kind).table);
  auto row = db->query(sql).bind(now);
  STOA_TRY(row.next());
  return Boundary{.last = row.maybe_time(0), .next = row.maybe_time(1)};
}

Result<std::optional<Tombstone>> EmbeddedStore::tombstone(const std::string& id) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  auto row = db->query("SELECT kind, deleted_at, fetched_at FROM deletions WHERE id = ?").bind(id);
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return std::nullopt;
  const auto kind = model::kind_from(row.text(0));
  if (!kind) return fail(Code::corrupt, "tombstone of {}: kind {}, wanted a known one", id, row.text(0));
  return Tombstone{.id = id, .kind = *kind, .deleted_at = row.time(1), .fetched_at = row.time(2)};
}

// ---- writing

Result<Applied> EmbeddedStore::apply(const Batch& batch) {
  if (auto sound = batch.validate(); !sound)
    return fail(std::move(sound).error().in(fmt::format("store {}", key_.str())));
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto writing, file->write());
  Change change(writing.db(), clock_);
  if (batch.pass) STOA_TRY(change.begin_pass(*batch.pass));

  Applied applied;
  std::vector<const model::Document*> equal;
  for (const auto& document : batch.documents) {
    STOA_TRY(change.see(document.id));
    if (auto fits = check_size(document); !fits) {
      applied.failed.emplace_back(document.id, std::move(fits).error());
      continue;
    }
    STOA_TRY_ASSIGN(const auto outcome, change.put(document));
    applied.inserted += outcome == Change::Outcome::inserted;
    applied.replaced += outcome == Change::Outcome::replaced;
    applied.stale += outcome == Change::Outcome::stale;
    applied.unchanged += outcome == Change::Outcome::unchanged;
    if (outcome == Change::Outcome::unchanged) equal.push_back(&document);
  }
  for (const auto& id : batch.seen) STOA_TRY(change.see(id));
  if (batch.pass) {
    STOA_TRY(apply_drafts(writing.db(), batch, change.pass_rid()));
    const auto written = applied.inserted + applied.replaced, unchanged = applied.unchanged + applied.stale;
    const auto failed = batch.failed + static_cast<std::int64_t>(applied.failed.size());
    auto& progress = change.progress();
    progress.written += written, progress.unchanged += unchanged, progress.failed += failed;
    progress.seen += written + unchanged + failed;
  }
  STOA_TRY_ASSIGN(const auto version, change.finish());
  STOA_TRY(writing.commit());
  // Still holding the writing connection: no older fetch gets between the commit and these.
  if (version) publish_version(*version);
  for (const auto* document : equal) clock_.remember_equal(document->id, document->fetched_at);
  if (batch.pass) applied.pass = change.pass();
  return applied;
}

Result<std::int64_t> EmbeddedStore::erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                                          const std::optional<Pass>& pass) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto writing, file->write());
  Change change(writing.db(), clock_);
  if (pass) STOA_TRY(change.begin_pass(*pass));
  std::int64_t erased = 0;
  for (const auto& id : ids) {
    STOA_TRY_ASSIGN(const bool gone, change.erase(kind, id, fetched_at, shelf_->clock.wall()));
    erased += gone;
  }
  if (pass) change.progress().deleted += erased;
  STOA_TRY_ASSIGN(const auto version, change.finish());
  STOA_TRY(writing.commit());
  if (version) publish_version(*version);
  return erased;
}

Result<> EmbeddedStore::forget_tombstones(Time deleted_before) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto writing, file->write());
  STOA_TRY(writing.db().query("DELETE FROM deletions WHERE deleted_at < ?").bind(deleted_before).run());
  return writing.commit();
}

}  // namespace stoa::storage::embedded
