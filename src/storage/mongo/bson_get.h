// Members of BSON by path, with an empty answer for what is absent or of another type: for replies and records, whose
// shape is ours. And records as JSON trees. Pure; not tied to any thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "storage/mongo/bson_writer.h"

namespace stoa::storage::mongo {

std::string_view text_at(Bson document, std::string_view path);
std::int64_t number_at(Bson document, std::string_view path);  // int32, int64, double, bool
bool truth_at(Bson document, std::string_view path);
Time micros_at(Bson document, std::string_view path);  // of an int64 that counts microseconds
std::optional<Time> maybe_micros_at(Bson document, std::string_view path);
std::optional<Hash> hash_at(Bson document, std::string_view path);
Bson document_at(Bson document, std::string_view path);  // or array; empty() when absent
std::vector<std::string> texts_in(Bson array);

// Records of appconfig and headers of events.
json::Object to_json(Bson document);
void append_json(BsonWriter& out, std::string_view key, const json::Value& value);
void append_members(BsonWriter& out, const json::Object& members);

}  // namespace stoa::storage::mongo
