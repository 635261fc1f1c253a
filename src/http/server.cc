#include "http/server.h"

#include <future>

#include "base/log.h"
#include "base/text.h"
#include "http/internal/connection.h"

namespace stoa::http {
namespace internal {
namespace {

using namespace std::chrono_literals;

// Connections beyond the limit that are told so at one time; the rest is closed without a word.
constexpr std::size_t kRefusedMax = 64;
// Out of file descriptors or memory: accepting again at once would spin.
constexpr auto kAcceptPause = 100ms;
// While draining, clients in the middle of a conversation may ask once more, and hear "Connection: close", before idle
// connections are closed: a request that crosses our close would be lost.
constexpr auto kDrainGrace = 100ms;
constexpr auto kCloseTime = 200ms;

struct Listen {
  std::string host;
  std::string port;
};

std::optional<Listen> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = parse_int(text.substr(colon + 1));
  if (host.empty() || !port || *port < 0 || *port > 65535) return std::nullopt;
  return Listen{std::string(host), std::to_string(*port)};
}

class AsioServer final : public Server {
 public:
  AsioServer(const ServerOptions& options, Service& service, const Clock& clock, Random& random)
      : shared_(options, service, clock) {
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    const auto threads = options.threads > 0 ? options.threads : cores;
    for (std::size_t i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>(shared_, random.number()));
    acceptor_.emplace(loops_[0]->context());
  }

  ~AsioServer() override {
    stop();
    shared_.pool.reset();  // before the loops, which its work answers to
  }

  Result<void> listen() {
    const auto listen = parse_listen(shared_.options.listen);
    const auto failed = [&](std::string_view what, const error_code& status) {
      return fail(Code::invalid, "http.listen: {}: '{}': {}", what, shared_.options.listen, status.message());
    };
    error_code status;
    tcp::resolver resolver(loops_[0]->context());
    const auto found = resolver.resolve(listen->host, listen->port, tcp::resolver::passive, status);
    if (status) return failed("unknown host", status);
    const tcp::endpoint endpoint = *found.begin();
    acceptor_->open(endpoint.protocol(), status);
    if (!status) acceptor_->set_option(Acceptor::reuse_address(true), status);
    if (!status) acceptor_->bind(endpoint, status);
    if (!status) acceptor_->listen(Acceptor::max_listen_connections, status);
    if (!status) acceptor_->non_blocking(true, status);
    if (status) return failed("cannot listen", status);
    const auto bound = acceptor_->local_endpoint(status);
    const bool v6 = bound.address().is_v6();
    address_ = fmt::format("{}{}{}:{}", v6 ? "[" : "", bound.address().to_string(), v6 ? "]" : "", bound.port());
    asio::co_spawn(loops_[0]->context(), accept(), asio::detached);
    for (auto& loop : loops_) loop->start();
    return {};
  }

  std::string address() const override { return address_; }
  std::size_t connections() const override { return shared_.served.count(); }

  void drain() override {
    std::call_once(drained_, [this] {
      shared_.draining = true;
      stop_accepting();
      for (auto& loop : loops_) loop->end_streams();
      if (!shared_.served.wait_for_none(kDrainGrace)) {
        for (auto& loop : loops_) loop->close_idle();
        if (!shared_.served.wait_for_none(shared_.options.drain_timeout)) close_rest();
      }
      stop();
    });
  }

 private:
  Task<> accept() {
    Timer pause(loops_[0]->context());
    while (acceptor_->is_open()) {
      Loop& loop = next_loop();
      auto [status, socket] = co_await acceptor_->async_accept(loop.context().get_executor(), kAwait);
      if (!status) {
        welcome(loop, std::move(socket));
      } else if (acceptor_->is_open() && status != asio::error::connection_aborted) {
        log::warn("http: accept failed", {{"what", status.message()}});
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
      }
    }
  }

  Loop& next_loop() { return *loops_[next_loop_++ % loops_.size()]; }

  void welcome(Loop& loop, Socket socket) {
    const bool full = shared_.served.count() >= shared_.options.connections_max;
    if (full && shared_.refused.count() >= kRefusedMax) return;
    loop.adopt(std::move(socket), Seat(full ? shared_.refused : shared_.served));
  }

  // Those who are through the kernel's handshake are served: to them we were still open.
  void stop_accepting() {
    std::promise<void> closed;
    asio::post(loops_[0]->context(), [&] {
      error_code status;
      while (!status) {
        Loop& loop = next_loop();
        Socket socket = acceptor_->accept(loop.context().get_executor(), status);
        if (!status) welcome(loop, std::move(socket));
      }
      acceptor_->close(status);
      closed.set_value();
    });
    closed.get_future().wait();
  }

  void close_rest() {
    log::warn("http: requests cut off at the end of draining", {{"connections", std::to_string(connections())}});
    for (auto& loop : loops_) loop->close_all();
    shared_.served.wait_for_none(kCloseTime);
  }

  void stop() {
    shared_.stopped = true;
    for (auto& loop : loops_) loop->stop();
  }

  Shared shared_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::optional<Acceptor> acceptor_;  // on the first loop, which hands connections round
  std::size_t next_loop_ = 0;
  std::string address_;
  std::once_flag drained_;
};

}  // namespace
}  // namespace internal

Result<void> ServerOptions::validate() const {
  if (!internal::parse_listen(listen))
    return fail(Code::invalid, "http.listen: not an address: '{}', wanted host:port", listen);
  const auto at_least = [](std::string_view key, auto value, auto least) -> Result<void> {
    if (value >= least) return {};
    return fail(Code::invalid, "http.{}: too small: {}, wanted at least {}", key, value, least);
  };
  using std::chrono::milliseconds;
  STOA_TRY(at_least("workers_max", workers_max, 1u));
  STOA_TRY(at_least("work_queue_max", work_queue_max, 1u));
  STOA_TRY(at_least("connections_max", connections_max, 1u));
  STOA_TRY(at_least("header_bytes_max", header_bytes_max, 256u));
  STOA_TRY(at_least("target_bytes_max", target_bytes_max, 64u));
  STOA_TRY(at_least("header_timeout", header_timeout, milliseconds(1)));
  STOA_TRY(at_least("body_timeout", body_timeout, milliseconds(1)));
  STOA_TRY(at_least("write_timeout", write_timeout, milliseconds(1)));
  STOA_TRY(at_least("idle_timeout", idle_timeout, milliseconds(1)));
  return {};
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Service& service, const Clock& clock,
                                              Random& random) {
  STOA_TRY(options.validate());
  auto server = std::make_unique<internal::AsioServer>(options, service, clock, random);
  STOA_TRY(server->listen());
  return server;
}

}  // namespace stoa::http
