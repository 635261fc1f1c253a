// A store's documents: reading one, many, a page; applying a batch; erasing.
#include "storage/mongo/change.h"
#include "storage/mongo/document_bson.h"
#include "storage/mongo/layout.h"
#include "storage/mongo/query_bson.h"
#include "storage/mongo/store.h"

namespace stoa::storage::mongo {
namespace {

// Of a read that an app waits for: a plan that needs longer is stopped by the server.
constexpr std::int32_t kReadMillisecondsMax = 8'000;

void append_ids(BsonWriter& out, std::string_view collection, std::span<const std::string> ids) {
  out.utf8("find", collection).begin_document("filter").begin_document("_id").begin_array("$in");
  for (const auto& id : ids) out.utf8(kItem, id);
  out.end().end().end();
  out.int64("batchSize", static_cast<std::int64_t>(ids.size()) + 1).int32("maxTimeMS", kReadMillisecondsMax);
}

}  // namespace

// ---- reading

Result<std::optional<Stored>> MongoStore::get(model::Kind kind, const std::string& id) {
  STOA_TRY_ASSIGN(auto found, get_many(kind, {&id, 1}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<Stored>> MongoStore::get_many(model::Kind kind, std::span<const std::string> ids) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  BsonWriter command;
  append_ids(command, model::spec(kind).collection, ids);
  std::unordered_map<std::string, Stored> found;
  const auto read = [&](Bson row) -> Result<bool> {
    STOA_TRY_ASSIGN(auto stored, decode_document(row));
    auto id = stored.id;
    found.emplace(std::move(id), std::move(stored));
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  std::vector<Stored> all;
  for (const auto& id : ids)
    if (const auto one = found.find(id); one != found.end())
      all.push_back(one->second);  // an id may be asked for twice
  return all;
}

Result<std::vector<std::optional<Hash>>> MongoStore::raw_hashes(model::Kind kind, std::span<const std::string> ids) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  append_ids(command, model::spec(kind).collection, ids);
  command.begin_document("projection").int32("_m.raw", 1).end();
  std::unordered_map<std::string, Hash> found;
  const auto read = [&](Bson row) -> Result<bool> {
    if (const auto hash = hash_at(row, "_m.raw")) found.emplace(text_at(row, "_id"), *hash);
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  std::vector<std::optional<Hash>> all;
  for (const auto& id : ids) {
    const auto one = found.find(id);
    all.push_back(one == found.end() ? std::nullopt : std::optional(one->second));
  }
  return all;
}

Result<Page> MongoStore::query(const Query& query) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  Page page;
  std::size_t bytes = 0;
  Position last;
  bool full = false;
  BsonWriter command;
  for (const auto range : ranges(query)) {
    // One more than fits tells whether there is more.
    command.reset();
    STOA_TRY(append_find(command, query, range, query.limit - page.documents.size() + 1));
    command.int32("maxTimeMS", kReadMillisecondsMax);
    const auto take = [&](Bson row) -> Result<bool> {
      full = page.documents.size() == query.limit;
      if (full) return false;
      STOA_TRY_ASSIGN(auto stored, decode_document(row));
      full = !page.documents.empty() && bytes + stored.body.size() > query.bytes_max;
      if (full) return false;
      bytes += stored.body.size();
      last.id = stored.id;
      if (!query.sort.field.empty()) last.value = index_value(row, query.kind, query.sort.field);
      page.documents.push_back(std::move(stored));
      return true;
    };
    STOA_TRY(session.find(database_, command.finish(), take));
    if (full) break;
  }
  if (full) page.next = std::move(last);
  return page;
}

Result<Boundary> MongoStore::boundary(model::Kind kind, const std::string& field, Time now) {
  STOA_TRY(check_time_field(kind, field));
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  const auto path = index_path(kind, field);
  BsonWriter command;
  const auto nearest = [&](std::string_view op, int direction) -> Result<std::optional<Time>> {
    command.reset();
    command.utf8("find", model::spec(kind).collection).begin_document("filter").begin_document(path);
    append_index_value(command, op, model::FieldType::time, micros(now));
    command.end().end().begin_document("sort").int32(path, direction).end();
    command.begin_document("projection").int32(path, 1).end();
    command.int32("limit", 1).int32("maxTimeMS", kReadMillisecondsMax);
    std::optional<Time> found;
    const auto read = [&](Bson row) -> Result<bool> {
      const auto value = index_value(row, kind, field);
      if (const auto* at = std::get_if<std::int64_t>(&value)) found = from_micros(*at);
      return false;
    };
    STOA_TRY(session.find(database_, command.finish(), read));
    return found;
  };
  Boundary boundary;
  STOA_TRY_ASSIGN(boundary.last, nearest("$lte", -1));
  STOA_TRY_ASSIGN(boundary.next, nearest("$gt", 1));
  return boundary;
}

Result<std::optional<Tombstone>> MongoStore::tombstone(const std::string& id) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  STOA_TRY_ASSIGN(const auto found, session.find_one(database_, kDeletions, "_id", id));
  if (!found) return std::nullopt;
  const auto row = found.bson();
  const auto kind = model::kind_from(text_at(row, "kind"));
  if (!kind) return fail(Code::corrupt, "tombstone of {}: kind {}, wanted a known one", id, text_at(row, "kind"));
  return Tombstone{.id = id,
                   .kind = *kind,
                   .deleted_at = micros_at(row, "deletedMicros"),
                   .fetched_at = micros_at(row, "fetchedMicros")};
}

// ---- writing

Result<Applied> MongoStore::apply(const Batch& batch) {
  if (auto sound = batch.validate(); !sound)
    return fail(std::move(sound).error().in(fmt::format("store {}", key_.str())));
  STOA_TRY_ASSIGN(const auto use, this->use());
  const std::lock_guard writing(write_mutex_);
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  Change change(session, database_, clock_, term_, shelf_->clock.wall());
  STOA_TRY(session.transaction([&] { return change.apply(batch); }));
  // Still the only writer: no older fetch gets between the commit and these.
  if (change.version) publish_version(*change.version);
  for (const auto* document : change.equal) clock_.remember_equal(document->id, document->fetched_at);
  return std::move(change.applied);
}

Result<std::int64_t> MongoStore::erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                                       const std::optional<Pass>& pass) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  const std::lock_guard writing(write_mutex_);
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  Change change(session, database_, clock_, term_, shelf_->clock.wall());
  STOA_TRY(session.transaction([&] { return change.erase(kind, ids, fetched_at, pass); }));
  if (change.version) publish_version(*change.version);
  return change.erased;
}

Result<> MongoStore::forget_tombstones(Time deleted_before) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  command.utf8("delete", kDeletions).begin_array("deletes").begin_document(kItem).begin_document("q");
  command.begin_document("deletedMicros").int64("$lt", micros(deleted_before)).end().end();
  command.int32("limit", 0).end().end();
  STOA_TRY(session.write(database_, command.finish()));
  return {};
}

}  // namespace stoa::storage::mongo
