// The JSON form of records. Each record is described once, and that description both writes and reads it, so the two
// cannot drift.
#include <array>

#include "storage/records.h"

namespace stoa::storage {
namespace {

template <class R, class... Ts>
concept AnyOf = (std::same_as<std::remove_const_t<R>, Ts> || ...);
template <class R>
concept Described = AnyOf<R, Cause, ShopRecord, KindProgress, JobWait, JobAttempt, JobError, JobLogLine, JobRecord>;

// ---- descriptions: io(name, member) for every member

template <class Io, AnyOf<Cause> R>
void describe(Io& io, R& r) {
  io("code", r.code), io("detail", r.detail), io("nextStep", r.next_step);
  io("shopifyRequestId", r.shopify_request_id);
}
template <class Io, AnyOf<ShopRecord> R>
void describe(Io& io, R& r) {
  io("_id", r.domain), io("clientKey", r.client_key), io("postedDomain", r.posted_domain);
  io("info", r.info), io("scopes", r.scopes);
  io("accessToken", r.access_token), io("refreshToken", r.refresh_token);
  io("accessExpiresAt", r.access_expires_at), io("refreshExpiresAt", r.refresh_expires_at);
  io("database", r.database), io("cell", r.cell), io("incarnation", r.incarnation), io("databaseMade", r.database_made);
  io("state", r.state), io("since", r.since), io("cause", r.cause);
  io("createdAt", r.created_at), io("updatedAt", r.updated_at);
}
template <class Io, AnyOf<KindProgress> R>
void describe(Io& io, R& r) {
  io("kind", r.kind), io("state", r.state);
  io("seen", r.seen), io("written", r.written), io("unchanged", r.unchanged), io("deleted", r.deleted);
  io("failed", r.failed), io("total", r.total), io("error", r.error);
  io("sweepRefused", r.sweep_refused), io("wouldDelete", r.would_delete);
}
template <class Io, AnyOf<JobWait> R>
void describe(Io& io, R& r) {
  io("reason", r.reason), io("until", r.until), io("detail", r.detail);
}
template <class Io, AnyOf<JobAttempt> R>
void describe(Io& io, R& r) {
  io("process", r.process), io("startedAt", r.started_at), io("endedAt", r.ended_at);
}
template <class Io, AnyOf<JobError> R>
void describe(Io& io, R& r) {
  io("code", r.code), io("detail", r.detail), io("nextStep", r.next_step), io("requestId", r.request_id);
}
template <class Io, AnyOf<JobLogLine> R>
void describe(Io& io, R& r) {
  io("at", r.at), io("level", r.level), io("text", r.text);
}
template <class Io, AnyOf<JobRecord> R>
void describe(Io& io, R& r) {
  io("_id", r.id), io("store", r.store), io("type", r.type), io("state", r.state);
  io("createdAt", r.created_at), io("startedAt", r.started_at), io("finishedAt", r.finished_at);
  io("waiting", r.waiting), io("attempts", r.attempts);
  io("wanted", r.wanted), io("ids", r.ids), io("mode", r.mode), io("work", r.work);
  io("kinds", r.kinds), io("cost", r.cost), io("error", r.error), io("log", r.log);
  io("cancelRequested", r.cancel_requested), io("confirmed", r.confirmed);
}

// ---- writing

json::Value encode(const std::string& text) { return json::Value(text); }
json::Value encode(bool value) { return json::Value(value); }
json::Value encode(std::int64_t value) { return json::Value(value); }
json::Value encode(const json::Object& object) { return json::Value(object); }
template <class Tag>
json::Value encode(const Id<Tag>& id) {
  return json::Value(id.str());
}
template <AnyOf<StoreState, JobState, KindState, model::Kind> E>
json::Value encode(E value) {
  return json::Value(to_string(value));
}
json::Value encode(Time time) { return time == Time{} ? json::Value() : json::Value(iso_micros(time)); }
json::Value encode(const std::map<model::Kind, std::int64_t>& counts) {
  json::Object out;
  for (const auto& [kind, count] : counts) out[model::to_string(kind)] = count;
  return out;
}

struct Writer {
  json::Object out;
  template <class T>
  void operator()(std::string_view name, const T& value);
};
template <Described R>
json::Value encode(const R& record) {
  Writer writer;
  describe(writer, record);
  return std::move(writer.out);
}
template <class T>
json::Value encode(const std::optional<T>& value) {
  return value ? encode(*value) : json::Value();
}
template <class T>
json::Value encode(const std::vector<T>& values) {
  json::Array out;
  for (const auto& value : values) out.push_back(encode(value));
  return out;
}
template <class T>
void Writer::operator()(std::string_view name, const T& value) {
  out[name] = encode(value);
}

// ---- reading: false when the value is of another type or unknown name

bool decode(const json::Value& in, std::string& out) {
  if (!in.is_string()) return false;
  out = std::string(in.get_string());
  return true;
}
bool decode(const json::Value& in, bool& out) {
  if (!in.is_bool()) return false;
  out = in.get_bool();
  return true;
}
bool decode(const json::Value& in, std::int64_t& out) {
  if (!in.is_int64()) return false;
  out = in.get_int64();
  return true;
}
bool decode(const json::Value& in, json::Object& out) {
  if (!in.is_object()) return false;
  out = in.get_object();
  return true;
}
template <class Tag>
bool decode(const json::Value& in, Id<Tag>& out) {
  if (!in.is_string() || in.get_string().empty()) return false;
  out = Id<Tag>(std::string(in.get_string()));
  return true;
}
template <class E>
bool decode_name(const json::Value& in, E& out, std::optional<E> (*from)(std::string_view)) {
  if (!in.is_string()) return false;
  const auto value = from(in.get_string());
  if (value) out = *value;
  return value.has_value();
}
bool decode(const json::Value& in, StoreState& out) { return decode_name(in, out, &store_state_from); }
bool decode(const json::Value& in, JobState& out) { return decode_name(in, out, &job_state_from); }
bool decode(const json::Value& in, KindState& out) { return decode_name(in, out, &kind_state_from); }
bool decode(const json::Value& in, model::Kind& out) { return decode_name(in, out, &model::kind_from); }
bool decode(const json::Value& in, Time& out) {
  out = Time{};
  if (in.is_null()) return true;
  if (!in.is_string()) return false;
  const auto time = parse_iso(in.get_string());
  if (time) out = *time;
  return time.has_value();
}
bool decode(const json::Value& in, std::map<model::Kind, std::int64_t>& out) {
  if (!in.is_object()) return false;
  for (const auto& [name, count] : in.get_object()) {
    const auto kind = model::kind_from(name);
    if (!kind || !decode(count, out[*kind])) return false;
  }
  return true;
}

struct Reader {
  const json::Object& in;
  std::size_t used = 0;
  std::string fault = {};

  template <class T>
  void operator()(std::string_view name, T& out);
};
template <Described R>
bool decode(const json::Value& in, R& out) {
  if (!in.is_object()) return false;
  Reader reader{in.get_object()};
  describe(reader, out);
  return reader.fault.empty() && reader.used == in.get_object().size();
}
template <class T>
bool decode(const json::Value& in, std::optional<T>& out) {
  out.reset();
  return in.is_null() || decode(in, out.emplace());
}
template <class T>
bool decode(const json::Value& in, std::vector<T>& out) {
  if (!in.is_array()) return false;
  out.clear();
  for (const auto& element : in.get_array())
    if (!decode(element, out.emplace_back())) return false;
  return true;
}
template <class T>
void Reader::operator()(std::string_view name, T& out) {
  if (!fault.empty()) return;
  const auto* value = in.if_contains(name);
  if (value == nullptr)
    fault = fmt::format("{}: absent, wanted a value", name);
  else if (!decode(*value, out))
    fault = fmt::format("{}: a value that is not of its type", name);
  else
    ++used;
}

template <class R>
Result<R> read_record(const json::Value& value, std::string_view what) {
  if (!value.is_object()) return fail(Code::corrupt, "{} record: not an object", what);
  R record;
  Reader reader{value.get_object()};
  describe(reader, record);
  if (!reader.fault.empty()) return fail(Code::corrupt, "{} record: {}", what, reader.fault);
  if (reader.used != value.get_object().size())
    return fail(Code::corrupt, "{} record: {} members, wanted the {} known ones", what, value.get_object().size(),
                reader.used);
  return record;
}

constexpr std::array<std::string_view, 5> kClientMembers{"_id", "clientKey", "settings", "createdAt", "updatedAt"};

}  // namespace

json::Value to_json(const ClientRecord& record) {
  Writer writer;
  writer("_id", record.key), writer("clientKey", record.key);
  for (const auto& [name, value] : record.fields)
    if (std::ranges::find(kClientMembers, name) == kClientMembers.end()) writer(name, value);
  writer("settings", record.settings), writer("createdAt", record.created_at), writer("updatedAt", record.updated_at);
  return std::move(writer.out);
}

Result<ClientRecord> client_from_json(const json::Value& value) {
  if (!value.is_object()) return fail(Code::corrupt, "client record: not an object");
  ClientRecord record;
  ClientKey again;
  Reader reader{value.get_object()};
  reader("_id", record.key), reader("clientKey", again);
  reader("settings", record.settings), reader("createdAt", record.created_at), reader("updatedAt", record.updated_at);
  for (const auto& [name, member] : value.get_object())
    if (std::ranges::find(kClientMembers, std::string_view(name)) == kClientMembers.end())
      reader(name, record.fields[std::string(name)]);
  if (!reader.fault.empty()) return fail(Code::corrupt, "client record: {}", reader.fault);
  if (again != record.key)
    return fail(Code::corrupt, "client record: clientKey: {}, wanted {}", again.str(), record.key.str());
  return record;
}

json::Value to_json(const ShopRecord& record) { return encode(record); }
json::Value to_json(const JobRecord& record) { return encode(record); }
Result<ShopRecord> shop_from_json(const json::Value& value) { return read_record<ShopRecord>(value, "shop"); }
Result<JobRecord> job_from_json(const json::Value& value) { return read_record<JobRecord>(value, "job"); }

}  // namespace stoa::storage
