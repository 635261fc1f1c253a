// The bytes before a response's body. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace stoa::http::internal {

struct Framing {
  bool http_1_1 = true;      // the client's version
  bool keep_alive = true;    // of the connection after this response
  bool chunked = false;      // a stream of chunks
  bool until_close = false;  // a stream for HTTP/1.0: ends when the connection does
};

// 1xx, 204 and 304 have no body and no length of one.
bool has_body(int status);

// Status line, X-Request-Id, `common` (whole lines), the response's own lines, framing, empty line. Replaces `out`,
// keeping its memory.
void write_head(std::string& out, const Response& response, std::string_view request_id, std::string_view common,
                const Framing& framing);

}  // namespace stoa::http::internal
