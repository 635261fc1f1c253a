#include "http/internal/loop.h"

#include <pthread.h>

#include "base/log.h"
#include "http/internal/connection.h"

namespace stoa::http::internal {
namespace {

// Deadlines are looked at this often: once a second, or finer when one of them is shorter than a few seconds.
std::chrono::milliseconds sweep_interval(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.write_timeout, options.idle_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}

}  // namespace

void Census::leave() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

bool Census::wait_for_none(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, at_most, [this] { return count_ == 0; });
}

Loop::Loop(Shared& shared, std::uint64_t seed) : shared_(shared), next_id_(seed) { refresh_head(); }

Loop::~Loop() { stop(); }

void Loop::start() {
  asio::co_spawn(context_, sweep(), asio::detached);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "http-loop");
    context_.run();  // the sweep never ends, so neither does this before stop()
  });
}

void Loop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::adopt(Socket socket, Seat seat) {
  asio::post(context_, [this, socket = std::move(socket), seat = std::move(seat)]() mutable {
    auto connection = std::make_unique<Connection>(*this, std::move(socket), std::move(seat));
    asio::co_spawn(context_, Connection::run(std::move(connection)), asio::detached);
  });
}

template <class Action>
void Loop::on_each(Action action) {
  asio::post(context_, [this, action] {
    for (Connection* connection : connections_) action(*connection);
  });
}

void Loop::end_streams() {
  on_each([](Connection& connection) { connection.end_stream(); });
}
void Loop::close_idle() {
  on_each([](Connection& connection) { connection.close_if_idle(); });
}
void Loop::close_all() {
  on_each([](Connection& connection) { connection.close(); });
}

Task<> Loop::sweep() {
  Timer timer(context_);
  for (;;) {
    timer.expires_after(sweep_interval(shared_.options));
    co_await timer.async_wait(kAwait);
    refresh_head();
    const Tick now = shared_.clock.mono();
    for (Connection* connection : connections_) connection->expire(now);
  }
}

void Loop::refresh_head() {
  common_head_ = fmt::format("Date: {}\r\nX-Content-Type-Options: nosniff\r\n", http_date(shared_.clock.wall()));
}

std::string Loop::next_request_id() {
  // SplitMix64: every state once, in no visible order.
  std::uint64_t z = next_id_ += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  z ^= z >> 31;
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  std::string id(13, '0');
  for (char& digit : id) {
    digit = kDigits[z & 31];
    z >>= 5;
  }
  return id;
}

}  // namespace stoa::http::internal
