// A store's webhook events.
#include "base/json.h"
#include "storage/embedded/store.h"

namespace stoa::storage::embedded {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, topic, object, state, error, received_at, triggered_at, attempts, headers, body FROM webhookevents";

Result<Event> event_from(Statement& row) {
  Event event{.id = row.string(0),
              .topic = row.string(1),
              .object = row.string(2),
              .state = row.string(3),
              .error = row.string(4),
              .received_at = row.time(5),
              .triggered_at = row.maybe_time(6)};
  event.attempts = row.number(7);
  STOA_TRY_ASSIGN(const auto headers, json::parse(row.text(8)));
  if (!headers.is_object()) return fail(Code::corrupt, "event {}: headers: not an object", event.id);
  event.headers = headers.get_object();
  event.body = row.text(9);
  return event;
}

}  // namespace

Result<bool> EmbeddedStore::append_event(const Event& event) {
  STOA_TRY_ASSIGN(const auto file, use());
  bool added = false;
  const Database::Work work = [&](Connection& db) -> Result<> {
    STOA_TRY(db.query("INSERT OR IGNORE INTO webhookevents(id, topic, object, state, error, received_at, triggered_at, "
                      "attempts,"
                      " headers, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                 .bind(event.id, event.topic, event.object, event.state, event.error, event.received_at,
                       event.triggered_at, event.attempts, json::write(event.headers), Borrowed{event.body})
                 .run());
    added = db.changes() > 0;
    return {};
  };
  STOA_TRY(file->commit_together(work));
  return added;
}

Result<std::optional<Event>> EmbeddedStore::event(const std::string& id) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  auto row = db->query(fmt::format("{} WHERE id = ?", kColumns)).bind(id);
  STOA_TRY_ASSIGN(const bool found, row.next());
  if (!found) return std::nullopt;
  return event_from(row);
}

Result<std::vector<Event>> EmbeddedStore::events(const EventQuery& query) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto db, file->read());
  std::string sql(kColumns);
  std::vector<std::string> texts;
  const std::pair<std::string_view, const std::string&> fields[] = {
      {"state", query.state}, {"topic", query.topic}, {"object", query.object}};
  for (const auto& [name, wanted] : fields) {
    if (wanted.empty()) continue;
    sql += fmt::format("{} {} = ?", texts.empty() ? " WHERE" : " AND", name);
    texts.push_back(wanted);
  }
  if (query.after) sql += fmt::format("{} (received_at, id) < (?, ?)", texts.empty() ? " WHERE" : " AND");
  auto rows = db->query(sql + " ORDER BY received_at DESC, id DESC LIMIT ?");
  for (const auto& text : texts) rows.bind(text);
  if (query.after) rows.bind(query.after->first, query.after->second);
  rows.bind(query.limit);
  std::vector<Event> all;
  for (;;) {
    STOA_TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    STOA_TRY_ASSIGN(auto event, event_from(rows));
    all.push_back(std::move(event));
  }
}

Result<> EmbeddedStore::update_event(const Event& event) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto writing, file->write());
  STOA_TRY(writing.db()
               .query("UPDATE webhookevents SET state = ?, attempts = ?, error = ? WHERE id = ?")
               .bind(event.state, event.attempts, event.error, event.id)
               .run());
  if (writing.db().changes() == 0) return fail(Code::not_found, "event {}: no such event", event.id);
  return writing.commit();
}

Result<> EmbeddedStore::forget_events(Time received_before) {
  STOA_TRY_ASSIGN(const auto file, use());
  STOA_TRY_ASSIGN(auto writing, file->write());
  STOA_TRY(writing.db().query("DELETE FROM webhookevents WHERE received_at < ?").bind(received_before).run());
  return writing.commit();
}

}  // namespace stoa::storage::embedded
