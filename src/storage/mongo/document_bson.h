// A mirrored document as MongoDB holds it (docs/formats/mongodb.md), and back. Pure; not tied to any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/document.h"
#include "storage/mongo/bson_writer.h"
#include "storage/store_handle.h"

namespace stoa::storage::mongo {

// The stored form of `document`, to be inserted or to replace the one with its `_id`; `ver` is the store's version of
// this change. The bytes are the writer's: valid until it is used again. invalid, `document-too-large`: a body of over
// 15 MiB; corrupt: a body that is not a canonical JSON object.
// Send it with libmongoc's option `validate: false`: it refuses empty keys, which are valid, and reads everything
// twice.
Result<Bson> encode_document(const model::Document& document, std::int64_t ver, BsonWriter& out);

// The stored form, read back: the body byte for byte as it was encoded. corrupt: something is missing, of another type,
// or cannot have been written by encode_document.
Result<Stored> decode_document(Bson stored);

// ---- index fields

// Where an index field of the kind stands: its place in the body ("handle"), else "_x.<field>".
std::string index_path(model::Kind kind, std::string_view field);
// Its value in a stored document, as the interface shows it; null when absent or of another type. Dates have
// milliseconds. The kind must have the field.
model::IndexValue index_value(Bson stored, model::Kind kind, std::string_view field);
// A value of that type as it is stored: for filters. Times are cut to milliseconds (towards the past).
void append_index_value(BsonWriter& out, std::string_view key, model::FieldType type, const model::IndexValue& value);

}  // namespace stoa::storage::mongo
