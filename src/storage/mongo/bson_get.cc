#include "storage/mongo/bson_get.h"

namespace stoa::storage::mongo {
namespace {

json::Value json_of(const BsonValue& value) {
  if (const auto text = value.utf8()) return json::Value(*text);
  if (const auto integer = value.integer()) return json::Value(*integer);
  if (const auto number = value.float64()) return json::Value(*number);
  if (const auto truth = value.boolean()) return json::Value(*truth);
  const auto document = value.document();
  if (!document) return nullptr;
  if (value.type == BsonType::document) return to_json(*document);
  json::Array all;
  BsonReader reader(*document);
  while (const auto element = reader.next()) all.push_back(json_of(element->value));
  return all;
}

}  // namespace

std::string_view text_at(Bson document, std::string_view path) {
  const auto value = find(document, path);
  return value ? value->utf8().value_or(std::string_view()) : std::string_view();
}

std::int64_t number_at(Bson document, std::string_view path) {
  const auto value = find(document, path);
  if (!value) return 0;
  if (const auto integer = value->integer()) return *integer;
  if (const auto number = value->float64()) return static_cast<std::int64_t>(*number);
  return value->boolean().value_or(false) ? 1 : 0;
}

bool truth_at(Bson document, std::string_view path) { return number_at(document, path) != 0; }

Time micros_at(Bson document, std::string_view path) {
  return Time(std::chrono::microseconds(number_at(document, path)));
}

std::optional<Hash> hash_at(Bson document, std::string_view path) {
  const auto value = find(document, path);
  const auto bytes = value ? value->binary() : std::nullopt;
  Hash hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

std::optional<Time> maybe_micros_at(Bson document, std::string_view path) {
  const auto value = find(document, path);
  if (!value || !value->integer()) return std::nullopt;
  return Time(std::chrono::microseconds(*value->integer()));
}

Bson document_at(Bson document, std::string_view path) {
  const auto value = find(document, path);
  return value ? value->document().value_or(Bson()) : Bson();
}

std::vector<std::string> texts_in(Bson array) {
  std::vector<std::string> all;
  if (array.empty()) return all;
  BsonReader reader(array);
  while (const auto element = reader.next()) all.emplace_back(element->value.utf8().value_or(std::string_view()));
  return all;
}

json::Object to_json(Bson document) {
  json::Object out;
  if (document.empty()) return out;
  BsonReader reader(document);
  while (const auto element = reader.next()) out[element->key] = json_of(element->value);
  return out;
}

void append_json(BsonWriter& out, std::string_view key, const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::string: out.utf8(key, std::string_view(value.get_string())); break;
    case boost::json::kind::int64: out.int64(key, value.get_int64()); break;
    case boost::json::kind::uint64: out.int64(key, static_cast<std::int64_t>(value.get_uint64())); break;
    case boost::json::kind::double_: out.float64(key, value.get_double()); break;
    case boost::json::kind::bool_: out.boolean(key, value.get_bool()); break;
    case boost::json::kind::null: out.null(key); break;
    case boost::json::kind::object:
      out.begin_document(key);
      append_members(out, value.get_object());
      out.end();
      break;
    case boost::json::kind::array:
      out.begin_array(key);
      for (const auto& one : value.get_array()) append_json(out, kItem, one);
      out.end();
      break;
  }
}

void append_members(BsonWriter& out, const json::Object& members) {
  for (const auto& [key, value] : members) append_json(out, key, value);
}

}  // namespace stoa::storage::mongo
