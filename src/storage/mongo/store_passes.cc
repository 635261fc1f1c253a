// A store's passes: where a walk is, what it saw, what it has not finished.
#include <algorithm>

#include "storage/mongo/change.h"
#include "storage/mongo/layout.h"
#include "storage/mongo/store.h"

namespace stoa::storage::mongo {
namespace {

void append_first_under(BsonWriter& out, std::string_view prefix, std::int64_t limit) {
  out.utf8("find", kSyncState).begin_document("filter");
  append_prefix(out, prefix);
  out.end().begin_document("sort").int32("_id", 1).end().int64("limit", limit);
}

}  // namespace

Result<std::optional<Pass>> MongoStore::pass(const std::string& job, model::Kind kind) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY_ASSIGN(const auto row, session.find_one(database_, kSyncState, "_id", pass_id(job, kind)));
  if (!row) return std::nullopt;
  return pass_from(job, kind, row.bson());
}

// ---- the sweep's input (rule S2)

Result<> MongoStore::each_unseen(const Pass& pass, const std::function<bool(std::string_view)>& each) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  // Eight bytes an id: two ids of one hash would only spare a document.
  std::vector<std::size_t> seen;
  const std::hash<std::string_view> hash;
  BsonWriter command;
  append_first_under(command, under("seen", pass.job, pass.progress.kind), 0);
  const auto see = [&](Bson row) -> Result<bool> {
    BsonReader ids(document_at(row, "ids"));
    while (const auto id = ids.next()) seen.push_back(hash(id->value.utf8().value_or(std::string_view())));
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), see));
  std::ranges::sort(seen);

  command.reset();
  command.utf8("find", model::spec(pass.progress.kind).collection).begin_document("filter");
  command.begin_document("_m.fetchedMicros").int64("$lt", micros(pass.started)).end().end();
  command.begin_document("projection").int32("_id", 1).end();
  const auto judge = [&](Bson row) -> Result<bool> {
    const auto id = text_at(row, "_id");
    if (std::ranges::binary_search(seen, hash(id))) return true;
    if (clock_.equal_since(std::string(id)) >= pass.started) return true;
    return each(id);
  };
  return session.find(database_, command.finish(), judge);
}

// ---- drafts

Result<std::optional<Draft>> MongoStore::next_draft(const Pass& pass) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  append_first_under(command, under("draft", pass.job, pass.progress.kind), 1);
  std::optional<Draft> found;
  const auto read = [&](Bson row) -> Result<bool> {
    found = Draft{.id = std::string(text_at(row, "id")),
                  .body = std::string(text_at(row, "body")),
                  .fetched_at = micros_at(row, "fetchedMicros"),
                  .open = std::string(text_at(row, "open"))};
    return false;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  return found;
}

Result<std::vector<DraftPart>> MongoStore::draft_parts(const Pass& pass, const std::string& id) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  append_first_under(command, under("part", pass.job, pass.progress.kind, id), 0);
  std::vector<DraftPart> parts;
  const auto read = [&](Bson row) -> Result<bool> {
    parts.push_back({.id = id,
                     .owner = std::string(text_at(row, "owner")),
                     .list = std::string(text_at(row, "list")),
                     .items = std::string(text_at(row, "items"))});
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  return parts;
}

Result<> MongoStore::end_passes(const std::string& job) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  const std::lock_guard writing(write_mutex_);
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  if (const auto term = term_.load(); term > 0) STOA_TRY(raise_term(session, database_, term));
  BsonWriter command;
  command.utf8("delete", kSyncState).begin_array("deletes");
  for (const auto* what : {"pass", "seen", "draft", "part"}) {
    command.begin_document(kItem).begin_document("q");
    append_prefix(command, under(what, job));
    command.end().int32("limit", 0).end();
  }
  command.end();
  STOA_TRY(session.write(database_, command.finish()));
  return {};
}

}  // namespace stoa::storage::mongo
