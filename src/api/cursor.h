// Opaque keyset cursors: where a page ended, signed together with what it belongs to (store, route, filters, sort), so
// that a cursor used anywhere else is refused. Pure functions. Format: base64url(12 bytes of HMAC-SHA256, value tag,
// value, id).
#pragma once

#include <string>
#include <string_view>

#include "storage/query.h"

namespace stoa::api {

// What a cursor is bound to.
struct CursorScope {
  std::string secret;  // the store's incarnation: the same in every process, shown nowhere
  std::string walk;    // clientKey, route, filters and sort
};

std::string encode_cursor(const CursorScope& scope, const storage::Position& position);
// invalid, reason "invalid-cursor": broken, or of another store, route, filter or sort.
Result<storage::Position> decode_cursor(const CursorScope& scope, std::string_view cursor);

}  // namespace stoa::api
