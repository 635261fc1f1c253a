// The Registry's jobs, their leases, and the audit trail.
#include "storage/mongo/registry.h"

namespace stoa::storage::mongo {
namespace {

constexpr int kEnqueueTries = 5;

// What others set while its worker runs: never written by the worker.
bool set_by_others(std::string_view member) { return member == "cancelRequested" || member == "confirmed"; }

}  // namespace

void append_job(BsonWriter& out, const JobRecord& job) {
  append_members(out, to_json(job).as_object());
  out.boolean("open", !ended(job.state)).int64("term", 0);
}

Result<JobRecord> job_from(Bson row) {
  auto members = to_json(row);
  members.erase("open");
  members.erase("term");
  return job_from_json(members);
}

Result<std::vector<JobRecord>> MongoRegistry::find_jobs(BsonWriter& command) {
  STOA_TRY_ASSIGN(auto session, this->session());
  std::vector<JobRecord> all;
  const auto read = [&](Bson row) -> Result<bool> {
    STOA_TRY_ASSIGN(auto job, job_from(row));
    all.push_back(std::move(job));
    return true;
  };
  STOA_TRY(session.find(kAppconfig, command.finish(), read));
  return all;
}

// One open job for each work of a store: a unique index says so, whoever comes first.
Result<Enqueued> MongoRegistry::enqueue(const JobRecord& job) {
  Enqueued enqueued{with_id(job, shelf_->clock, random_)};
  for (int attempt = 1;; ++attempt) {
    BsonWriter command;
    command.utf8("insert", "jobs").begin_array("documents").begin_document(kItem);
    append_job(command, enqueued.job);
    command.end().end();
    {
      STOA_TRY_ASSIGN(auto session, this->session());
      auto added = session.write(kAppconfig, command.finish());
      if (added) return enqueued;
      if (added.error().reason != "duplicate-key" || attempt == kEnqueueTries) return fail(std::move(added).error());
    }
    command.reset();
    command.utf8("find", "jobs").begin_document("filter").utf8("store", job.store.str()).utf8("work", job.work);
    command.boolean("open", true).end().int32("limit", 1);
    STOA_TRY_ASSIGN(auto open, find_jobs(command));
    if (!open.empty()) return Enqueued{std::move(open.front()), true};  // else it has just ended
  }
}

Result<JobRecord> MongoRegistry::job(const std::string& id) {
  STOA_TRY_ASSIGN(auto session, this->session());
  STOA_TRY_ASSIGN(const auto row, session.find_one(kAppconfig, "jobs", "_id", id));
  if (!row) return no_such_job(id);
  return job_from(row.bson());
}

Result<std::vector<JobRecord>> MongoRegistry::jobs(const JobQuery& query) {
  BsonWriter command;
  command.utf8("find", "jobs").begin_document("filter");
  if (!query.store.empty()) command.utf8("store", query.store);
  if (query.state) command.utf8("state", to_string(*query.state));
  if (!query.after.empty()) command.begin_document("_id").utf8("$lt", query.after).end();
  command.end().begin_document("sort").int32("_id", -1).end();
  command.int64("limit", static_cast<std::int64_t>(query.limit));
  return find_jobs(command);
}

Result<std::vector<JobRecord>> MongoRegistry::open_jobs() {
  BsonWriter command;
  command.utf8("find", "jobs").begin_document("filter").boolean("open", true).end();
  command.begin_document("sort").int32("_id", 1).end();
  return find_jobs(command);
}

Result<> MongoRegistry::update_job(const JobRecord& job) {
  const auto store = map_.find(job.store);
  const auto term = store ? store->term() : 0;
  BsonWriter command;
  command.utf8("update", "jobs").begin_array("updates").begin_document(kItem);
  command.begin_document("q").utf8("_id", job.id);
  if (term > 0) command.begin_document("term").int64("$lte", term).end();
  command.end().begin_document("u").begin_document("$set");
  const auto record = to_json(job);
  for (const auto& [name, value] : record.as_object())
    if (name != "_id" && !set_by_others(name)) append_json(command, name, value);
  command.boolean("open", !ended(job.state)).end();
  command.begin_document("$max").int64("term", term).end().end().end().end();
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY_ASSIGN(const auto reply, session.write(kAppconfig, command.finish()));
  if (number_at(reply.bson(), "n") == 1) return {};
  STOA_TRY(this->job(job.id));
  return fail(
      error(Code::conflict, "job {}: another process has taken its store's lease", job.id).because("lease-lost"));
}

Result<JobRecord> MongoRegistry::change_job(const std::string& id,
                                            const std::function<void(BsonWriter&)>& append_update) {
  BsonWriter command;
  command.utf8("findAndModify", "jobs").begin_document("query").utf8("_id", id).end();
  command.begin_document("update").begin_document("$set");
  append_update(command);
  command.end().end().boolean("new", true);
  STOA_TRY_ASSIGN(auto session, this->session());
  STOA_TRY_ASSIGN(const auto reply, session.write(kAppconfig, command.finish()));
  const auto row = document_at(reply.bson(), "value");
  if (row.empty()) return no_such_job(id);
  return job_from(row);
}

Result<JobRecord> MongoRegistry::request_cancel(const std::string& id) {
  return change_job(id, [](BsonWriter& out) { out.boolean("cancelRequested", true); });
}

Result<JobRecord> MongoRegistry::confirm_sweep(const std::string& id, model::Kind kind, std::int64_t deletes) {
  const auto path = fmt::format("confirmed.{}", model::to_string(kind));
  return change_job(id, [&](BsonWriter& out) { out.int64(path, deletes); });
}

Result<> MongoRegistry::forget_jobs(Time before, std::size_t keep) {
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  command.utf8("aggregate", "jobs").begin_array("pipeline");
  command.begin_document(kItem).begin_document("$match").boolean("open", false).end().end();
  command.begin_document(kItem).begin_document("$project").int32("store", 1).int32("finishedAt", 1).end().end();
  command.begin_document(kItem).begin_document("$setWindowFields").utf8("partitionBy", "$store");
  command.begin_document("sortBy").int32("_id", -1).end();
  command.begin_document("output").begin_document("place").begin_document("$documentNumber").end().end().end();
  command.end().end();
  command.begin_document(kItem).begin_document("$match");
  command.begin_document("place").int64("$gt", static_cast<std::int64_t>(keep)).end();
  command.begin_document("finishedAt").utf8("$lt", iso_micros(before)).end().end().end();
  command.end().begin_document("cursor").end();
  std::vector<std::string> ids;
  const auto read = [&](Bson row) -> Result<bool> {
    ids.emplace_back(text_at(row, "_id"));
    return true;
  };
  STOA_TRY(session.find(kAppconfig, command.finish(), read));
  if (ids.empty()) return {};
  command.reset();
  command.utf8("delete", "jobs").begin_array("deletes").begin_document(kItem);
  command.begin_document("q").boolean("open", false).begin_document("_id").begin_array("$in");
  for (const auto& id : ids) command.utf8(kItem, id);
  command.end().end().end().int32("limit", 0).end().end();
  STOA_TRY(session.write(kAppconfig, command.finish()));
  return {};
}

// ---- leases

// On the server's clock, so that two machines agree on when a lease ends. Its term rises whenever it changes hands.
Result<> MongoRegistry::lease(const ClientKey& key, std::chrono::milliseconds time) {
  const auto store = map_.find(key);
  if (!store) return no_such_store();
  BsonWriter command;
  command.utf8("findAndModify", "shops").begin_document("query").utf8("clientKey", key.str()).begin_array("$or");
  command.begin_document(kItem).null("lease").end();
  command.begin_document(kItem).utf8("lease.process", options_.process).end();
  command.begin_document(kItem).begin_document("$expr").begin_array("$lt");
  command.utf8(kItem, "$lease.until").utf8(kItem, "$$NOW").end().end().end().end().end();
  command.begin_array("update").begin_document(kItem).begin_document("$set");
  command.begin_document("leaseTerm").begin_array("$cond");
  command.begin_document(kItem).begin_array("$eq").utf8(kItem, "$lease.process").utf8(kItem, options_.process);
  command.end().end().utf8(kItem, "$leaseTerm");
  command.begin_document(kItem).begin_array("$add").utf8(kItem, "$leaseTerm").int64(kItem, 1).end().end().end().end();
  command.begin_document("lease").utf8("process", options_.process).begin_document("until").begin_array("$add");
  command.utf8(kItem, "$$NOW").int64(kItem, time.count()).end().end().end();
  command.end().end().end();
  command.boolean("new", true).begin_document("fields").int32("leaseTerm", 1).end();
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY_ASSIGN(const auto reply, session.write(kAppconfig, command.finish()));
  const auto row = document_at(reply.bson(), "value");
  if (row.empty()) {
    STOA_TRY_ASSIGN(const auto there, read_entry(session, key));
    if (!there) return no_such_store();
    return fail(error(Code::conflict, "store {}: another process works on its jobs", key.str()).because("leased"));
  }
  const auto term = number_at(row, "leaseTerm");
  if (term == store->term()) return {};
  return store->hold(term);
}

Result<> MongoRegistry::release(const ClientKey& key) {
  const auto store = map_.find(key);
  if (!store || store->term() == 0) return {};
  BsonWriter command;
  command.utf8("update", "shops").begin_array("updates").begin_document(kItem);
  command.begin_document("q").utf8("clientKey", key.str()).utf8("lease.process", options_.process).end();
  command.begin_document("u").begin_document("$set").null("lease").end().end().end().end();
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY(session.write(kAppconfig, command.finish()));
  return store->hold(0);
}

// ---- the rest

Result<> MongoRegistry::audit(std::string_view actor, std::string_view action, std::string_view store,
                              std::string_view outcome) {
  BsonWriter command;
  command.utf8("insert", "audit").begin_array("documents").begin_document(kItem);
  command.date("at", shelf_->clock.wall()).utf8("actor", actor).utf8("action", action);
  command.utf8("store", store).utf8("outcome", outcome).end().end();
  STOA_TRY_ASSIGN(auto session, this->session());
  STOA_TRY(session.write(kAppconfig, command.finish()));
  return {};
}

Result<> MongoRegistry::ping() {
  STOA_TRY_ASSIGN(auto session, this->session());
  BsonWriter command;
  command.int32("ping", 1);
  STOA_TRY(session.read("admin", command.finish()));
  return {};
}

}  // namespace stoa::storage::mongo
