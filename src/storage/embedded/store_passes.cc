// A store's passes: where a walk is, what it saw, what it has not finished.
#include "storage/embedded/change.h"
#include "storage/embedded/schema.h"
#include "storage/embedded/store.h"

namespace stoa::storage::embedded {

Result<std::optional<Pass>> EmbeddedStore::pass(const std::string& job, model::Kind kind) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY_ASSIGN(auto saved, find_pass(*db, job, kind));
  if (saved.rid == 0) return std::nullopt;
  return std::move(saved.pass);
}

// ---- the sweep's input (rule S2)

Result<> EmbeddedStore::each_unseen(const Pass& pass, const std::function<bool(std::string_view)>& each) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  const auto kind = pass.progress.kind;
  STOA_TRY_ASSIGN(const auto saved, find_pass(*db, pass.job, kind));
  // The anti-join reads indexes only; a row is looked at when its id was not seen.
  auto rows = db->query(kind_sql(kind).unseen).bind(saved.rid);
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    auto row = db->query(kind_sql(kind).fetched).bind(rows.number(0));
    STOA_TRY(row.next());
    const auto id = rows.string(1);
    if (std::max(row.time(0), clock_.equal_since(id)) < pass.started && !each(id)) return {};
  }
}

// ---- drafts

Result<std::optional<Draft>> EmbeddedStore::next_draft(const Pass& pass) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY_ASSIGN(const auto saved, find_pass(*db, pass.job, pass.progress.kind));
  auto row =
      db->query(
            "SELECT id, body, fetched_at, open FROM drafts WHERE rid = (SELECT min(rid) FROM drafts WHERE pass = ?)")
          .bind(saved.rid);  // not ORDER BY rid: that would sort the bodies
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return std::nullopt;
  return Draft{.id = row.string(0), .body = row.string(1), .fetched_at = row.time(2), .open = row.string(3)};
}

Result<std::vector<DraftPart>> EmbeddedStore::draft_parts(const Pass& pass, const std::string& id) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  STOA_TRY_ASSIGN(const auto saved, find_pass(*db, pass.job, pass.progress.kind));
  std::vector<DraftPart> parts;
  auto rows = db->query("SELECT owner, list, items FROM draft_parts WHERE pass = ? AND id = ? ORDER BY rid")
                  .bind(saved.rid, id);
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return parts;
    parts.push_back({.id = id, .owner = rows.string(0), .list = rows.string(1), .items = rows.string(2)});
  }
}

Result<> EmbeddedStore::end_passes(const std::string& job) {
  STOA_TRY_ASSIGN(const auto file, use());
  const Database::Work work = [&](Connection& db) -> Result<> {
    for (const auto* table : {"seen", "drafts", "draft_parts"})
      STOA_TRY(db.query(fmt::format("DELETE FROM {} WHERE pass IN (SELECT rid FROM passes WHERE job = ?)", table))
                   .bind(job)
                   .run());
    return db.query("DELETE FROM passes WHERE job = ?").bind(job).run();
  };
  STOA_TRY(file->commit_together(work));
  file->release_memory();
  return {};
}

}  // namespace stoa::storage::embedded
