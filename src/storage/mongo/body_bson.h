// The body of a document, from canonical JSON text (docs/formats/documents.md) to members of a stored BSON document
// (docs/formats/mongodb.md). One pass, no tree. Not tied to any thread.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/kind.h"
#include "storage/mongo/bson_writer.h"

namespace stoa::storage::mongo {

enum class BodyForm {
  exact,      // write_json of the members gives the very same text
  inexact,    // it does not (or a member had to be left out): the text must be kept beside them
  too_large,  // the members pass `bytes_max`: reading stopped, what was written is incomplete
};

// Appends the members of `body` to the writer's open document, which is its outermost one. Texts where the kind says
// that a date stands become dates, integers int64, other numbers doubles. corrupt: not one canonical JSON object (white
// space outside strings included), or nested deeper than 100. The text is trusted to be UTF-8.
Result<BodyForm> append_body(BsonWriter& out, model::Kind kind, std::string_view body, std::size_t bytes_max);

}  // namespace stoa::storage::mongo
