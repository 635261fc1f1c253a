// The Registry's jobs and audit trail.
#include "storage/embedded/appconfig.h"

namespace stoa::storage::embedded {
namespace {

constexpr std::string_view kColumns = "SELECT record, cancel_requested, confirmed FROM jobs";

json::Value counts_json(const std::map<model::Kind, std::int64_t>& counts) {
  json::Object out;
  for (const auto& [kind, count] : counts) out[model::to_string(kind)] = count;
  return out;
}

// The record as last written by its worker, with what others have set since.
Result<JobRecord> job_from(Statement& row) {
  STOA_TRY_ASSIGN(auto value, json::parse(row.text(0)));
  STOA_TRY_ASSIGN(auto confirmed, json::parse(row.text(2)));
  if (value.is_object()) {
    value.get_object()["cancelRequested"] = row.number(1) != 0;
    value.get_object()["confirmed"] = std::move(confirmed);
  }
  return job_from_json(value);
}

Result<std::vector<JobRecord>> read_jobs(Statement& rows) {
  std::vector<JobRecord> all;
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    STOA_TRY_ASSIGN(auto job, job_from(rows));
    all.push_back(std::move(job));
  }
}

Result<JobRecord> read_job(Connection& db, const std::string& id) {
  auto row = db.query(fmt::format("{} WHERE id = ?", kColumns)).bind(id);
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return no_such_job(id);
  return job_from(row);
}

}  // namespace

Result<> insert_job(Connection& db, const JobRecord& job) {
  return db
      .query(
          "INSERT INTO jobs(id, store, state, open, work, finished_at, cancel_requested, confirmed, record)"
          " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(job.id, job.store.str(), to_string(job.state), !ended(job.state), job.work, job.finished_at,
            job.cancel_requested, json::write(counts_json(job.confirmed)), json::write(to_json(job)))
      .run();
}

Result<Enqueued> EmbeddedRegistry::enqueue(const JobRecord& job) {
  Enqueued enqueued{with_id(job, shelf_->clock, random_)};
  const Database::Work work = [&](Connection& db) -> Result<> {
    {
      auto row = db.query(fmt::format("{} WHERE store = ? AND work = ? AND open = 1", kColumns))
                     .bind(job.store.str(), job.work);
      STOA_TRY_ASSIGN(enqueued.joined, row.next());
      if (enqueued.joined) {
        STOA_TRY_ASSIGN(enqueued.job, job_from(row));
        return {};
      }
    }
    return insert_job(db, enqueued.job);
  };
  STOA_TRY(file_->commit_together(work));
  return enqueued;
}

// What its worker could not write stands over the row, but for what others have set in it.
JobRecord EmbeddedRegistry::as_told(JobRecord row) {
  const std::lock_guard lock(unsaved_mutex_);
  const auto found = unsaved_jobs_.find(row.id);
  if (found == unsaved_jobs_.end()) return row;
  auto told = found->second;
  told.cancel_requested = row.cancel_requested;
  told.confirmed = std::move(row.confirmed);
  return told;
}

Result<JobRecord> EmbeddedRegistry::job(const std::string& id) {
  STOA_TRY_ASSIGN(auto db, file_->read());
  STOA_TRY_ASSIGN(auto row, read_job(*db, id));
  return as_told(std::move(row));
}

Result<std::vector<JobRecord>> EmbeddedRegistry::jobs(const JobQuery& query) {
  STOA_TRY_ASSIGN(auto db, file_->read());
  std::vector<std::string> where, values;
  const auto add = [&](std::string_view condition, std::string_view value) {
    where.emplace_back(condition);
    values.emplace_back(value);
  };
  if (!query.store.empty()) add("store = ?", query.store);
  if (query.state) add("state = ?", to_string(*query.state));
  if (!query.after.empty()) add("id < ?", query.after);
  auto rows = db->query(fmt::format("{}{}{} ORDER BY id DESC LIMIT ?", kColumns, where.empty() ? "" : " WHERE ",
                                    fmt::join(where, " AND ")));
  for (const auto& value : values) rows.bind(value);
  rows.bind(query.limit);
  STOA_TRY_ASSIGN(auto found, read_jobs(rows));
  for (auto& job : found) job = as_told(std::move(job));
  return found;
}

Result<std::vector<JobRecord>> EmbeddedRegistry::open_jobs() {
  STOA_TRY_ASSIGN(auto db, file_->read());
  auto rows = db->query(fmt::format("{} WHERE open = 1 ORDER BY id", kColumns));
  STOA_TRY_ASSIGN(auto found, read_jobs(rows));
  for (auto& job : found) job = as_told(std::move(job));
  return found;
}

Result<> EmbeddedRegistry::update_job(const JobRecord& job) {
  auto kept = file_->commit_together([&](Connection& db) -> Result<> {
    STOA_TRY(db.query("UPDATE jobs SET state = ?, open = ?, finished_at = ?, record = ? WHERE id = ?")
                 .bind(to_string(job.state), !ended(job.state), job.finished_at, json::write(to_json(job)), job.id)
                 .run());
    if (db.changes() == 0) return no_such_job(job.id);
    return {};
  });
  // One that has ended is told by its row alone: until that is written, it is open and run again.
  const std::lock_guard lock(unsaved_mutex_);
  if (!kept && kept.error().code == Code::unavailable && !ended(job.state))
    unsaved_jobs_.insert_or_assign(job.id, job);
  else
    unsaved_jobs_.erase(job.id);
  return kept;
}

Result<JobRecord> EmbeddedRegistry::request_cancel(const std::string& id) {
  JobRecord job;
  const Database::Work work = [&](Connection& db) -> Result<> {
    STOA_TRY(db.query("UPDATE jobs SET cancel_requested = 1 WHERE id = ?").bind(id).run());
    STOA_TRY_ASSIGN(job, read_job(db, id));
    return {};
  };
  STOA_TRY(file_->commit_together(work));
  return job;
}

Result<JobRecord> EmbeddedRegistry::confirm_sweep(const std::string& id, model::Kind kind, std::int64_t deletes) {
  JobRecord job;
  const Database::Work work = [&](Connection& db) -> Result<> {
    STOA_TRY_ASSIGN(job, read_job(db, id));
    job.confirmed[kind] = deletes;
    return db.query("UPDATE jobs SET confirmed = ? WHERE id = ?")
        .bind(json::write(counts_json(job.confirmed)), id)
        .run();
  };
  STOA_TRY(file_->commit_together(work));
  return job;
}

Result<> EmbeddedRegistry::forget_jobs(Time before, std::size_t keep) {
  return file_->commit_together([&](Connection& db) {
    return db
        .query(
            "DELETE FROM jobs WHERE open = 0 AND finished_at < ? AND id IN (SELECT id FROM (SELECT id, row_number()"
            " OVER (PARTITION BY store ORDER BY id DESC) AS place FROM jobs WHERE open = 0) WHERE place > ?)")
        .bind(before, keep)
        .run();
  });
}

Result<> EmbeddedRegistry::lease(const ClientKey& key, std::chrono::milliseconds) {
  STOA_TRY(resolve({.client_key = key.str()}));
  return {};
}

Result<> EmbeddedRegistry::audit(std::string_view actor, std::string_view action, std::string_view store,
                                 std::string_view outcome) {
  return file_->commit_together([&](Connection& db) {
    return db.query("INSERT INTO audit(at, actor, action, store, outcome) VALUES(?, ?, ?, ?, ?)")
        .bind(shelf_->clock.wall(), actor, action, store, outcome)
        .run();
  });
}

Result<> EmbeddedRegistry::ping() {
  STOA_TRY_ASSIGN(auto db, file_->read());
  return db->query("SELECT count(*) FROM clients").run();
}

std::vector<CellStatus> EmbeddedRegistry::cells(bool) {
  return {{.name = "default", .engine = "sqlite", .up = true, .stores = static_cast<std::int64_t>(map_.all().size())}};
}

}  // namespace stoa::storage::embedded
