// A store's webhook events.
#include "storage/mongo/layout.h"
#include "storage/mongo/store.h"

namespace stoa::storage::mongo {
namespace {

Time time_at(Bson row, std::string_view path) {
  const auto value = find(row, path);
  return Time(std::chrono::milliseconds(value ? value->date().value_or(0) : 0));
}

Event event_from(Bson row) {
  Event event{.id = std::string(text_at(row, "_id")),
              .topic = std::string(text_at(row, "topic")),
              .object = std::string(text_at(row, "object")),
              .state = std::string(text_at(row, "state")),
              .error = std::string(text_at(row, "error")),
              .received_at = time_at(row, "receivedAt")};
  if (const auto at = find(row, "triggeredAt"); at && at->date()) event.triggered_at = time_at(row, "triggeredAt");
  event.attempts = number_at(row, "attempts");
  event.headers = to_json(document_at(row, "headers"));
  const auto body = find(row, "body");
  if (body && body->binary())
    event.body.assign(reinterpret_cast<const char*>(body->binary()->data()), body->binary()->size());
  else
    event.body = text_at(row, "body");
  return event;
}

}  // namespace

Result<bool> MongoStore::append_event(const Event& event) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  BsonWriter command;
  command.utf8("insert", kEvents).begin_array("documents").begin_document(kItem);
  command.utf8("_id", event.id).utf8("topic", event.topic).utf8("object", event.object).utf8("state", event.state);
  command.utf8("error", event.error).date("receivedAt", event.received_at);
  if (event.triggered_at)
    command.date("triggeredAt", *event.triggered_at);
  else
    command.null("triggeredAt");
  command.int64("attempts", event.attempts).begin_document("headers");
  append_members(command, event.headers);
  command.end();
  // Raw bytes: a delivery that is not UTF-8 is kept too.
  if (bson_utf8_validate(event.body.data(), event.body.size(), true))
    command.utf8("body", event.body);
  else
    command.binary("body", {reinterpret_cast<const std::uint8_t*>(event.body.data()), event.body.size()});
  command.end().end();
  const auto added = session.write(database_, command.finish());
  if (added) return true;
  if (added.error().reason == "duplicate-key") return false;
  return fail(added.error());
}

Result<std::optional<Event>> MongoStore::event(const std::string& id) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  STOA_TRY_ASSIGN(const auto row, session.find_one(database_, kEvents, "_id", id));
  if (!row) return std::nullopt;
  return event_from(row.bson());
}

Result<std::vector<Event>> MongoStore::events(const EventQuery& query) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  BsonWriter command;
  command.utf8("find", kEvents).begin_document("filter");
  const std::pair<std::string_view, const std::string&> fields[] = {
      {"state", query.state}, {"topic", query.topic}, {"object", query.object}};
  for (const auto& [name, wanted] : fields)
    if (!wanted.empty()) command.utf8(name, wanted);
  if (query.after) {
    const auto at = query.after->first;
    command.begin_document("receivedAt").date("$lte", at).end().begin_array("$or");
    command.begin_document(kItem).begin_document("receivedAt").date("$lt", at).end().end();
    command.begin_document(kItem).begin_document("_id").utf8("$lt", query.after->second).end().end().end();
  }
  command.end().begin_document("sort").int32("receivedAt", -1).int32("_id", -1).end();
  command.int64("limit", static_cast<std::int64_t>(query.limit));
  std::vector<Event> all;
  const auto read = [&](Bson row) -> Result<bool> {
    all.push_back(event_from(row));
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  return all;
}

Result<> MongoStore::update_event(const Event& event) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  command.utf8("update", kEvents).begin_array("updates").begin_document(kItem);
  command.begin_document("q").utf8("_id", event.id).end().begin_document("u").begin_document("$set");
  command.utf8("state", event.state).int64("attempts", event.attempts).utf8("error", event.error);
  command.end().end().end().end();
  STOA_TRY_ASSIGN(const auto reply, session.write(database_, command.finish()));
  if (number_at(reply.bson(), "n") == 0) return fail(Code::not_found, "event {}: no such event", event.id);
  return {};
}

Result<> MongoStore::forget_events(Time received_before) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  BsonWriter command;
  command.utf8("delete", kEvents).begin_array("deletes").begin_document(kItem).begin_document("q");
  command.begin_document("receivedAt").date("$lt", received_before).end().end();
  command.int32("limit", 0).end().end();
  STOA_TRY(session.write(database_, command.finish()));
  return {};
}

}  // namespace stoa::storage::mongo
