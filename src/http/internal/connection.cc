#include "http/internal/connection.h"

#include <sys/socket.h>

#include <new>

#include "base/log.h"
#include "http/internal/response_head.h"

namespace stoa::http::internal {
namespace {

using namespace std::chrono_literals;

constexpr auto kNoLimit = std::chrono::milliseconds::max();
constexpr auto kLingerTime = 2s;                        // what is left of a refused request may come for so long …
constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;  // … and be so much, before the client risks a reset
constexpr auto kRetryAfter = 1s;
constexpr std::size_t kRequestIdMax = 64;

bool good_request_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

Problem overloaded(std::string_view detail) {
  return {.status = 503, .code = "overloaded", .detail = std::string(detail), .retry_after = kRetryAfter};
}

// The handler's answer; what it throws becomes a 500 (out of memory: 503), and the reason goes to the log.
template <class Handler>
auto guarded(const Request& request, Handler handler) -> decltype(handler()) {
  std::string what;
  try {
    return handler();
  } catch (const std::bad_alloc&) {
    log::error("http: out of memory in a handler", {{"requestId", request.request_id}});
    return to_response(overloaded("The server is short of memory."), request.request_id);
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {
    what = "no std::exception";
  }
  return error_response(error(Code::bug, "a handler threw: {}", what).because("internal-error"), request.request_id);
}

}  // namespace

Connection::Connection(Loop& loop, Socket socket, Seat seat)
    : loop_(loop),
      shared_(loop.shared()),
      seat_(std::move(seat)),
      socket_(std::move(socket)),
      pause_(loop.context()),
      reader_(shared_.options) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (const auto peer = socket_.remote_endpoint(ignored); !ignored) remote_ = peer.address().to_string();
  loop_.add(*this);
}

Connection::~Connection() { loop_.remove(*this); }

Task<> Connection::run(std::unique_ptr<Connection> connection) {
  try {
    co_await connection->serve();
  } catch (const std::exception& exception) {
    log::error("http: a connection failed", {{"what", exception.what()}});
  }
}

Task<> Connection::serve() {
  Next next = Next::serve;
  if (seat_.in(shared_.refused)) {
    refuse(overloaded("The server has as many connections as it takes."));
    next = co_await respond();
  }
  while (next == Next::serve) next = co_await exchange();
  if (next == Next::linger) co_await linger();
}

// GCC 12 has miscompiled co_await inside an if's condition and behind co_return: in this file it stands alone or
// initialises.
Task<Connection::Next> Connection::exchange() {
  const bool there = co_await read_request();
  if (!there) co_return Next::close;
  if (!response_) answer_now();
  if (!response_) co_await answer_on_pool();
  const Next next = co_await respond();
  co_return next;
}

// --- reading
// -----------------------------------------------------------------------------------------------------------------

// False: nobody is left to answer. True: there is a request, or a response_ that refuses it.
Task<bool> Connection::read_request() {
  wants_continue_ = false;
  // Whoever connects has something to say: the long silence of keep-alive is for those who have said it.
  if (reader_.started())
    begin_request();
  else
    enter(Phase::idle, entered_ == Tick() ? options().header_timeout : options().idle_timeout);
  while (!response_) {
    switch (reader_.advance()) {
      case RequestReader::Step::done: co_return true;
      case RequestReader::Step::head: judge_head(); break;
      case RequestReader::Step::fault: {
        const auto& fault = reader_.fault();
        refuse({.status = fault.status, .code = fault.code, .detail = fault.detail});
        break;
      }
      case RequestReader::Step::more: {
        if (wants_continue_) {
          wants_continue_ = false;
          error_code ignored;  // a failure shows at the next read; twenty-five bytes fit the socket's buffer
          socket_.write_some(asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25), ignored);
        }
        const auto space = reader_.space();
        const auto [status, bytes] = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), kAwait);
        if (status && read_failed_for_good()) co_return response_.has_value();
        reader_.commit(bytes);
        if (phase_ == Phase::idle && reader_.started()) begin_request();
      }
    }
  }
  co_return true;
}

void Connection::begin_request() {
  enter(Phase::reading, options().header_timeout);
  reader_.request().received = entered_;
}

// After a read that did not succeed. A deadline in mid-request is answered with 408.
bool Connection::read_failed_for_good() {
  if (expired_) {
    if (reader_.started())
      refuse({.status = 408, .code = "request-timeout", .detail = "http: the request did not arrive in time"});
    return true;
  }
  error_code ignored;
  return !(closing_ && socket_.available(ignored) > 0);  // a last request that crossed our decision to close
}

void Connection::judge_head() {
  Request& request = reader_.request();
  request.remote = remote_;
  const auto given = request.header("x-request-id");
  request.request_id = good_request_id(given) ? std::string(given) : loop_.next_request_id();
  try {
    auto admission = shared_.service.admit(request, options().body_bytes_max);
    if (admission.refusal) {
      response_ = std::move(admission.refusal);
      body_unread_ = reader_.body_follows();
      return;
    }
    reader_.allow_body(admission.body_bytes_max);
  } catch (...) {
    response_ = guarded(request, []() -> Response { throw; });
    body_unread_ = reader_.body_follows();
    return;
  }
  if (reader_.body_follows()) {
    wants_continue_ = reader_.expects_continue();
    enter(Phase::reading, options().body_timeout);
  }
}

// --- answering
// ---------------------------------------------------------------------------------------------------------------

void Connection::answer_now() {
  Request& request = reader_.request();
  const auto handler = [&]() -> std::optional<Response> { return shared_.service.answer_now(request); };
  response_ = guarded(request, handler);
}

Task<> Connection::answer_on_pool() {
  enter(Phase::working, kNoLimit);
  const Request& request = reader_.request();
  std::function<void()> work = [this, &request] {
    response_ = guarded(request, [&] { return shared_.service.answer(request); });
  };
  co_await on_pool(std::move(work));
  if (!response_) response_ = to_response(overloaded("The server has too many requests waiting."), request.request_id);
}

// Has it done by a worker. False: there is no room for it.
Task<bool> Connection::on_pool(std::function<void()> work) {
  const auto initiate = [this](auto handler, std::function<void()> job) {
    // Shared by the pool's copyable function and the loop's: the last of them ends it.
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    auto task = [this, resume, job = std::move(job)] {
      if (!shared_.stopped) job();
      asio::post(loop_.context(), [resume] { std::move (*resume)(true); });
    };
    if (!shared_.pool->try_post(std::move(task))) asio::post(loop_.context(), [resume] { std::move (*resume)(false); });
  };
  Await token;
  const bool done = co_await asio::async_initiate<Await, void(bool)>(initiate, token, std::move(work));
  co_return done;
}

void Connection::refuse(Problem problem) {
  Request& request = reader_.request();
  if (request.request_id.empty()) request.request_id = loop_.next_request_id();
  request.remote = remote_;
  response_ = to_response(problem, request.request_id);
  body_unread_ = true;
}

// --- writing
// -----------------------------------------------------------------------------------------------------------------

Task<Connection::Next> Connection::respond() {
  Response& response = *response_;
  Request& request = reader_.request();
  const bool streams = response.stream && has_body(response.status);
  const bool keep_alive = reader_.keep_alive() && !body_unread_ && !response.close && !streams && !shared_.draining;
  const bool chunked = streams && reader_.http_1_1();
  write_head(head_, response, request.request_id, loop_.common_head(),
             {.http_1_1 = reader_.http_1_1(), .keep_alive = keep_alive, .chunked = chunked, .until_close = streams});

  const bool with_body = request.method != Method::head && has_body(response.status);
  std::size_t body_bytes = 0;
  std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::const_buffer()};
  if (with_body && !streams && response.body) {
    body_bytes = response.body->size();
    buffers[1] = asio::buffer(*response.body);
  }
  if (response.cut) {
    buffers[0] = asio::buffer(buffers[0], response.cut->bytes);
    buffers[1] = asio::buffer(buffers[1], response.cut->bytes - buffers[0].size());
  }
  bool written = co_await write(buffers);
  if (written && with_body && streams) written = co_await write_stream(chunked);
  if (response.cut) {
    written = false;
    if (response.cut->reset) reset();
  }
  finished(body_bytes);
  response_.reset();
  if (!written) co_return Next::close;
  if (!keep_alive) {
    error_code ignored;
    co_return body_unread_ || socket_.available(ignored) > 0 ? Next::linger : Next::close;
  }
  reader_.next();
  co_return Next::serve;
}

// Most responses fit the socket's buffer: they are gone in one system call, without a turn of the loop.
Task<bool> Connection::write(std::array<asio::const_buffer, 2> buffers) {
  error_code status;
  auto done = socket_.write_some(buffers, status);
  if (status == asio::error::would_block) status.clear();
  if (status) co_return false;
  for (auto& buffer : buffers) {
    const auto part = std::min(done, buffer.size());
    buffer += part;
    done -= part;
  }
  if (asio::buffer_size(buffers) == 0) co_return true;

  enter(Phase::writing, options().write_timeout);
  const auto progress = [this](const error_code& failure, std::size_t) -> std::size_t {
    deadline_ = loop_.now() + options().write_timeout;
    return failure ? 0 : SIZE_MAX;
  };
  const auto [failure, bytes] = co_await asio::async_write(socket_, buffers, progress, kAwait);
  co_return !failure;
}

// Chunks as they come, until there are no more, the client is gone, or the server drains. False: it did not end well.
Task<bool> Connection::write_stream(bool chunked) {
  const Stream& stream = *response_->stream;
  const Request& request = reader_.request();
  std::optional<std::string> chunk;
  bool failed = false;
  std::string size_line;
  for (;;) {
    enter(Phase::working, kNoLimit);
    chunk.emplace();
    std::function<void()> work = [&] {
      const auto next = [&]() -> std::optional<Response> {
        chunk = stream.next();
        return std::nullopt;
      };
      failed = guarded(request, next).has_value();
    };
    const bool asked = co_await on_pool(std::move(work));
    if (failed) co_return false;
    if (asked && !chunk) break;
    if (!chunk->empty()) {
      if (chunked) {
        size_line = fmt::format("{:x}\r\n", chunk->size());
        chunk->append("\r\n");
      }
      const std::array<asio::const_buffer, 2> buffers{asio::buffer(size_line), asio::buffer(*chunk)};
      const bool written = co_await write(buffers);
      if (!written) co_return false;
    }
    enter(Phase::working, kNoLimit);
    if (shared_.draining) break;
    pause_.expires_after(stream.interval);
    co_await pause_.async_wait(kAwait);
    if (client_gone()) co_return false;
  }
  if (!chunked) co_return true;
  const std::array<asio::const_buffer, 2> last{asio::buffer("0\r\n\r\n", 5), asio::const_buffer()};
  const bool written = co_await write(last);
  co_return written;
}

Task<> Connection::linger() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  enter(Phase::lingering, kLingerTime);
  for (std::size_t total = 0; total < kLingerBytes;) {
    const auto [status, bytes] = co_await socket_.async_read_some(loop_.waste(), kAwait);
    if (status) co_return;
    total += bytes;
  }
}

void Connection::finished(std::size_t body_bytes) {
  try {
    shared_.service.finished(reader_.request(), *response_, body_bytes);
  } catch (const std::exception& exception) {
    log::error("http: finished() threw", {{"requestId", reader_.request().request_id}, {"what", exception.what()}});
  }
}

// A stream that has nothing to say would not notice: a write is the only thing that fails.
bool Connection::client_gone() {
  char byte;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

// --- deadlines and the end
// ---------------------------------------------------------------------------------------------------

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  expired_ = false;
  entered_ = loop_.now();
  deadline_ = limit == kNoLimit ? Tick::max() : entered_ + limit;
}

void Connection::expire(Tick now) {
  if (now < deadline_) return;
  if (phase_ == Phase::idle || phase_ == Phase::reading) {
    expired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  } else {
    close();
  }
}

void Connection::end_stream() { pause_.cancel(); }

void Connection::close_if_idle() {
  if (phase_ != Phase::idle) return;
  closing_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

// With a linger time of nothing, closing resets; only here, for a destructor closes gently.
void Connection::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

}  // namespace stoa::http::internal
