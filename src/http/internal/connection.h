// One client: reads requests, has them answered on the loop or by a worker, writes responses. Lives on its loop's
// thread, owned by its own coroutine; the loop knows it for deadlines and for draining.
#pragma once

#include "http/internal/loop.h"
#include "http/internal/request_reader.h"
#include "http/problem.h"

namespace stoa::http::internal {

class Connection {
 public:
  Connection(Loop& loop, Socket socket, Seat seat);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Until the client or a deadline ends it.
  static Task<> run(std::unique_ptr<Connection> connection);

  // Below: for the loop, between the coroutine's steps.
  void expire(Tick now);  // ends what has passed its deadline
  void end_stream();
  void close_if_idle();
  void close();

 private:
  enum class Phase {
    idle,       // between requests
    reading,    // a head or a body
    working,    // with a handler, or a stream between two chunks: no deadline of ours
    writing,    // deadline moves with progress
    lingering,  // all is said; what the client still sends is thrown away, so that it sees our answer and not a reset
  };
  enum class Next { serve, close, linger };

  Task<> serve();
  Task<Next> exchange();
  Task<bool> read_request();
  Task<> answer_on_pool();
  Task<bool> on_pool(std::function<void()> work);
  Task<Next> respond();
  Task<bool> write(std::array<asio::const_buffer, 2> buffers);
  Task<bool> write_stream(bool chunked);
  Task<> linger();
  void reset();

  void enter(Phase phase, std::chrono::milliseconds limit);
  void begin_request();
  void judge_head();
  void answer_now();
  void refuse(Problem problem);
  bool read_failed_for_good();
  void finished(std::size_t body_bytes);
  bool client_gone();
  const ServerOptions& options() const { return shared_.options; }

  Loop& loop_;
  Shared& shared_;
  const Seat seat_;
  Socket socket_;
  Timer pause_;  // of a stream
  std::string remote_;

  RequestReader reader_;
  std::optional<Response> response_;
  std::string head_;          // bytes of the response's head
  bool body_unread_ = false;  // answered without reading all of the request: it was the connection's last
  bool wants_continue_ = false;

  Phase phase_ = Phase::idle;
  Tick entered_{};
  Tick deadline_ = Tick::max();
  bool expired_ = false;
  bool closing_ = false;
};

}  // namespace stoa::http::internal
