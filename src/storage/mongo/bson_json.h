// BSON to canonical JSON text (base/json_text.h): what reads of MongoDB answer with. Strict: a document that cannot
// have been written by Stoa is corrupt, and no byte of it is read out of bounds. Pure; not tied to any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "storage/mongo/bson_view.h"

namespace stoa::storage::mongo {

// Appends the document as one JSON object, without its members _id, _m and _x.
//   utf8 escaped as canonical text is; int32, int64 all digits; null, true, false
//   double: shortest digits that read back the same, `25.0`, `0.0001`, `1.0e+16`, `1.0e-05` (as Ruby, hence Shopify,
//   writes them); date "2026-11-22T13:39:40Z", with `.123` before the Z unless it is zero
//   Decimal128: a string with its digits, as money is ("25.00")
// corrupt, and `out` as it was: another type, NaN or an infinity, a year outside 0..9999, invalid UTF-8, a wrong length
// or end, nesting deeper than 128.
Result<> write_json(std::string& out, Bson document);

}  // namespace stoa::storage::mongo
