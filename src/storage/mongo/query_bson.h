// Questions to documents as MongoDB's find. Pure; not tied to any thread.
#pragma once

#include "storage/mongo/bson_writer.h"
#include "storage/query.h"

namespace stoa::storage::mongo {

// Where a page goes on: one range of the order, or up to three when it passes from one value, or from nulls, to the
// rest. Each is a range of one index, so that page 500 costs as much as page 1.
enum class Range : std::uint8_t { whole, ties, beyond, nulls, values };
std::vector<Range> ranges(const Query& query);

// Appends the find command for that range, for at most `limit` documents. Errors: Query::validate().
Result<> append_find(BsonWriter& out, const Query& query, Range range, std::size_t limit);

}  // namespace stoa::storage::mongo
