// Requests and responses of the server. Plain values. A Request's views point into the connection's buffers: valid
// until it is answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace stoa::http {

enum class Method { get, head, post, put, patch, del, options, other };

struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // before '?', still percent-encoded
  std::string_view query;   // after '?', still percent-encoded
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string request_id;  // of X-Request-Id when it is 1..64 of [A-Za-z0-9._-], else made
  std::string remote;      // the peer's address
  Tick received{};

  // The first value of that header, ASCII case ignored; empty when absent.
  std::string_view header(std::string_view name) const;
};

// A body that is written as it comes: server-sent events. `next` runs on the work pool, at most once per `interval`;
// it answers the next chunk ("" for none yet), or nothing when the stream is over. The server closes the connection
// after it.
struct Stream {
  std::function<std::optional<std::string>()> next;
  std::chrono::milliseconds interval{1000};
};

// How an answer fails on its way, for rehearsals (sandbox/): only so much of head and body is sent, then the connection
// ends.
struct Cut {
  std::size_t bytes = 0;
  bool reset = false;  // by RST instead of FIN
};

struct Response {
  int status = 200;
  std::string head;                         // further header lines, "Name: value\r\n" each: use header()
  std::shared_ptr<const std::string> body;  // shared with the page cache and every connection that is still writing it
  bool close = false;
  std::optional<Stream> stream;
  std::optional<Cut> cut;  // not with a stream

  // Adds a header line. CR, LF and other controls in `value` become spaces.
  Response& header(std::string_view name, std::string_view value);
};

Response text_response(int status, std::string_view content_type, std::string body);
Response json_response(int status, std::string body);

}  // namespace stoa::http
