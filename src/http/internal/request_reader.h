// Bytes in, one request after another out: no sockets, no time. Strict (F-A8): what two readers could frame differently
// is refused. Beast's parser does the grammar; here are the limits, the buffers, and what Beast is too friendly about.
// One per connection, used by its loop alone. The views of request() hold until next().
#pragma once

#include <memory>
#include <span>

#include "http/message.h"
#include "http/server.h"

namespace stoa::http::internal {

// Why a request is refused: becomes problem+json; the connection cannot be read any further.
struct Fault {
  int status = 400;
  std::string code;
  std::string detail;
};

class RequestReader {
 public:
  explicit RequestReader(const ServerOptions& options);
  ~RequestReader();

  enum class Step {
    more,   // wants bytes: fill space(), then commit()
    head,   // the head is there: judge it, then allow_body()
    done,   // the whole request is there
    fault,  // fault() says why
  };
  // Goes on with what has been read.
  Step advance();
  // Where the next bytes go; never empty after Step::more.
  std::span<char> space();
  void commit(std::size_t bytes);

  // After Step::head: goes on, with up to that many bytes of decoded body.
  void allow_body(std::size_t bytes_max);
  // Forgets the request; bytes read beyond it begin the following one.
  void next();

  const Fault& fault() const { return fault_; }
  Request& request() { return request_; }
  bool started() const { return size_ > 0; }  // some bytes of a request have come
  bool http_1_1() const;
  bool keep_alive() const;
  // After Step::head:
  bool body_follows() const;
  bool expects_continue() const;  // the client waits for "100 Continue" before it sends the body

 private:
  class Head;  // Beast's parser, filling the request with views
  enum class Stage { head, judged, body_behind_head, body_apart, chunks, done, fault };

  Step read_head();
  Step parse_head(std::size_t head_bytes);
  Step take_chunks();
  Step done_with(std::string_view body);
  Step refuse(Fault fault);
  Step malformed(std::string_view why);
  Step target_too_long();
  Step head_too_long();
  Step body_too_large();
  void resize_buffer(std::size_t capacity);

  const ServerOptions& options_;
  std::unique_ptr<Head> head_;
  Request request_;
  Fault fault_;
  Stage stage_ = Stage::head;

  // The connection's buffer: a head, then what came with it of its body and of following requests.
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::size_t line_ = 0;         // where the head's last unfinished line begins
  std::size_t searched_ = 0;     // no line feed between line_ and here
  std::size_t request_end_ = 0;  // what next() drops: the head, and the body if it is behind it

  std::size_t body_wanted_ = 0;  // Content-Length
  std::size_t body_got_ = 0;     // of a body apart
  std::string body_;             // a body apart from its head: too long for the buffer, or chunked
  std::string chunks_;           // chunked coding, read but not parsed
  std::size_t chunks_got_ = 0;
};

}  // namespace stoa::http::internal
