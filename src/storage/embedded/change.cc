#include "storage/embedded/change.h"

#include "base/json_text.h"

namespace stoa::storage::embedded {
namespace {

using model::FieldType;

// The `texts` fields of a kind as JSON text, one for each, in the order of the guard statement's columns.
std::vector<std::string> texts_of(const model::Document& document) {
  std::vector<std::string> out;
  const auto fields = model::spec(document.kind).index;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].type != FieldType::texts) continue;
    const auto* texts = i < document.index.size() ? std::get_if<std::vector<std::string>>(&document.index[i]) : nullptr;
    out.push_back(texts == nullptr ? std::string() : json_list(*texts));
  }
  return out;
}

std::vector<std::string> list_of(std::string_view json) {
  std::vector<std::string> out;
  if (json.empty()) return out;
  json::Cursor cursor(json);
  cursor.enter_array();
  while (cursor.next_element()) out.push_back(json::unquoted(cursor.take()));
  std::ranges::sort(out);
  return out;
}

}  // namespace

struct Change::Held {
  std::int64_t rid = 0;
  Hash hash{};
  std::optional<Hash> raw;
  Time fetched_at{};
  std::vector<std::string> texts;  // JSON text, as texts_of()
};

Result<std::optional<Change::Held>> Change::held(model::Kind kind, const std::string& id) {
  auto row = db_.query(kind_sql(kind).guard).bind(id);
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return std::nullopt;
  Held held{.rid = row.number(0), .fetched_at = std::max(row.time(2), equal_.equal_since(id))};
  held.hash = row.hash(1);
  if (!row.null(3)) held.raw = row.hash(3);
  int column = 4;
  for (const auto& field : model::spec(kind).index)
    if (field.type == FieldType::texts) held.texts.push_back(row.string(column++));
  return held;
}

// ---- one document

Result<Change::Outcome> Change::put(const model::Document& document) {
  STOA_CHECK(document.index.size() <= model::spec(document.kind).index.size(), "more index values than index fields");
  STOA_TRY_ASSIGN(const auto old, held(document.kind, document.id));
  if (old) {
    if (document.fetched_at < old->fetched_at) return Outcome::stale;
    if (document.body.empty()) {
      if (!document.raw || document.raw != old->raw) return document_changed(document.id);
      return Outcome::unchanged;
    }
    if (document.hash == old->hash) return Outcome::unchanged;
    STOA_TRY(replace(document, *old));
    return Outcome::replaced;
  }
  if (document.body.empty()) return document_changed(document.id);
  {
    auto grave = db_.query("SELECT fetched_at FROM deletions WHERE id = ?").bind(document.id);
    STOA_TRY_ASSIGN(const bool deleted, grave.next());
    if (deleted && document.fetched_at <= grave.time(0)) return Outcome::stale;
    if (deleted) STOA_TRY(db_.query("DELETE FROM deletions WHERE id = ?").bind(document.id).run());
  }
  STOA_TRY(insert(document));
  return Outcome::inserted;
}

namespace {
void bind_document(Statement& statement, const model::Document& document, std::int64_t version) {
  statement.bind(document.hash, document.raw, document.fetched_at, static_cast<int>(document.source),
                 document.api_version, version);
  for (std::size_t i = 0; i < model::spec(document.kind).index.size(); ++i)
    statement.bind(i < document.index.size() ? document.index[i] : model::IndexValue());
  statement.bind(Borrowed{document.body});
}
}  // namespace

Result<> Change::insert(const model::Document& document) {
  STOA_TRY_ASSIGN(const auto version, changing(document.kind, 1));
  fetched_at_ = std::max(fetched_at_, document.fetched_at);
  {
    auto statement = db_.query(kind_sql(document.kind).insert);
    statement.bind(document.id);
    bind_document(statement, document, version);
    STOA_TRY(statement.run());
  }
  const auto texts = texts_of(document);
  return change_terms(document.kind, document.id, std::vector<std::string>(texts.size()), texts);
}

Result<> Change::replace(const model::Document& document, const Held& old) {
  STOA_TRY_ASSIGN(const auto version, changing(document.kind, 0));
  fetched_at_ = std::max(fetched_at_, document.fetched_at);
  {
    auto statement = db_.query(kind_sql(document.kind).update);
    bind_document(statement, document, version);
    STOA_TRY(statement.bind(old.rid).run());
  }
  return change_terms(document.kind, document.id, old.texts, texts_of(document));
}

Result<bool> Change::erase(model::Kind kind, const std::string& id, Time fetched_at, Time now) {
  STOA_TRY_ASSIGN(const auto old, held(kind, id));
  if (old && old->fetched_at > fetched_at) return false;
  fetched_at_ = std::max(fetched_at_, fetched_at);
  STOA_TRY(
      db_.query("INSERT INTO deletions(id, kind, deleted_at, fetched_at) VALUES(?, ?, ?, ?) ON CONFLICT(id) DO UPDATE"
                " SET fetched_at = excluded.fetched_at WHERE excluded.fetched_at > fetched_at")
          .bind(id, model::to_string(kind), now, fetched_at)
          .run());
  if (!old) return false;
  STOA_TRY(changing(kind, -1));
  STOA_TRY(db_.query(kind_sql(kind).erase).bind(old->rid).run());
  STOA_TRY(change_terms(kind, id, old->texts, std::vector<std::string>(old->texts.size())));
  return true;
}

Result<> Change::change_terms(model::Kind kind, const std::string& id, const std::vector<std::string>& old,
                              const std::vector<std::string>& now) {
  const auto& sql = kind_sql(kind);
  std::size_t at = 0;
  for (const auto& field : model::spec(kind).index) {
    if (field.type != FieldType::texts) continue;
    const auto i = at++;
    if (old[i] == now[i]) continue;
    const auto before = list_of(old[i]), after = list_of(now[i]);
    for (const auto& term : before)
      if (!std::ranges::binary_search(after, term)) STOA_TRY(db_.query(sql.drop_term).bind(field.name, term, id).run());
    for (const auto& term : after)
      if (!std::ranges::binary_search(before, term)) STOA_TRY(db_.query(sql.add_term).bind(field.name, term, id).run());
  }
  return {};
}

// ---- bookkeeping

Result<std::int64_t> Change::changing(model::Kind kind, std::int64_t count_delta) {
  count_delta_[static_cast<std::size_t>(kind)] += count_delta;
  if (!version_) {
    auto row = db_.query("SELECT value FROM meta WHERE name = 'version'");
    STOA_TRY(row.next());
    version_ = row.number(0) + 1;
  }
  return *version_;
}

Result<std::optional<std::int64_t>> Change::finish() {
  if (version_) STOA_TRY(db_.query("UPDATE meta SET value = ? WHERE name = 'version'").bind(*version_).run());
  for (const auto kind : model::all_kinds())
    if (const auto delta = count_delta_[static_cast<std::size_t>(kind)]; delta != 0)
      STOA_TRY(
          db_.query("UPDATE kinds SET count = count + ? WHERE kind = ?").bind(delta, model::to_string(kind)).run());
  if (with_pass_) STOA_TRY(save_pass());
  if (fetched_at_ != Time{})
    STOA_TRY(db_.query("UPDATE meta SET value = ?1 WHERE name = 'fetched_at' AND value < ?1").bind(fetched_at_).run());
  return version_;
}

// ---- the pass

Result<SavedPass> find_pass(Connection& db, const std::string& job, model::Kind kind) {
  auto row =
      db.query(
            "SELECT rid, state, seen, written, unchanged, deleted, failed, total, sweep_refused, would_delete, error,"
            " started, cursor FROM passes WHERE job = ? AND kind = ?")
          .bind(job, model::to_string(kind));
  STOA_TRY_ASSIGN(const bool found, row.next());
  SavedPass saved;
  saved.pass.job = job;
  saved.pass.progress.kind = kind;
  if (!found) return saved;
  saved.rid = row.number(0);
  auto& p = saved.pass.progress;
  const auto state = kind_state_from(row.text(1));
  if (!state) return fail(Code::corrupt, "pass of job {}: state {}, wanted a kind's state", job, row.text(1));
  p.state = *state;
  p.seen = row.number(2), p.written = row.number(3), p.unchanged = row.number(4), p.deleted = row.number(5);
  p.failed = row.number(6);
  if (!row.null(7)) p.total = row.number(7);
  p.sweep_refused = row.number(8) != 0, p.would_delete = row.number(9), p.error = row.text(10);
  saved.pass.started = row.time(11), saved.pass.cursor = row.text(12);
  return saved;
}

Result<> Change::begin_pass(const Pass& pass) {
  STOA_TRY_ASSIGN(pass_, find_pass(db_, pass.job, pass.progress.kind));
  with_pass_ = true;
  fetched_at_ = std::max(fetched_at_, pass.started);
  const auto counts = std::exchange(pass_.pass, pass).progress;
  auto& p = pass_.pass.progress;
  p.seen = counts.seen, p.written = counts.written, p.unchanged = counts.unchanged, p.deleted = counts.deleted;
  p.failed = counts.failed;
  if (pass_.rid != 0) return {};
  STOA_TRY(db_.query("INSERT INTO passes(job, kind, state, seen, written, unchanged, deleted, failed, sweep_refused,"
                     " would_delete, error, started, cursor) VALUES(?, ?, '', 0, 0, 0, 0, 0, 0, 0, '', 0, '')")
               .bind(pass.job, model::to_string(pass.progress.kind))
               .run());
  pass_.rid = db_.last_rid();
  return {};
}

Result<> Change::see(std::string_view id) {
  if (!with_pass_) return {};
  return db_.query("INSERT OR IGNORE INTO seen(pass, id) VALUES(?, ?)").bind(pass_.rid, id).run();
}

Result<> Change::save_pass() {
  const auto& p = pass_.pass.progress;
  return db_
      .query(
          "UPDATE passes SET state = ?, seen = ?, written = ?, unchanged = ?, deleted = ?, failed = ?, total = ?,"
          " sweep_refused = ?, would_delete = ?, error = ?, started = ?, cursor = ? WHERE rid = ?")
      .bind(to_string(p.state), p.seen, p.written, p.unchanged, p.deleted, p.failed, p.total, p.sweep_refused,
            p.would_delete, p.error, pass_.pass.started, pass_.pass.cursor, pass_.rid)
      .run();
}

}  // namespace stoa::storage::embedded
