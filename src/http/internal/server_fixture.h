// For tests: a server on port 0 with a service made of lambdas.
#pragma once

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "http/internal/peer_fixture.h"
#include "http/server.h"
#include "testing/fakes.h"

namespace stoa::http::testing {

// Every path is echoed by answer_now as "METHOD target body"; paths starting with /pool go to `on_pool`.
class TestService : public Service {
 public:
  std::function<std::optional<Response>(const Request&)> now;  // asked first
  std::function<Response(const Request&)> on_pool;
  std::function<Admission(const Request&, std::size_t)> admission;
  std::function<void(const Request&, const Response&, std::size_t)> done;
  std::atomic<int> answered = 0;  // by answer_now and answer

  static Response echo(const Request& request) {
    return text_response(200, "text/plain", fmt::format("{} {} {}", int(request.method), request.target, request.body));
  }

  std::optional<Response> answer_now(const Request& request) override {
    if (request.path.starts_with("/pool")) return std::nullopt;
    ++answered;
    if (now)
      if (auto response = now(request)) return response;
    return echo(request);
  }
  Response answer(const Request& request) override {
    ++answered;
    return on_pool ? on_pool(request) : echo(request);
  }
  Admission admit(const Request& head, std::size_t body_bytes_max) override {
    return admission ? admission(head, body_bytes_max) : Service::admit(head, body_bytes_max);
  }
  void finished(const Request& request, const Response& response, std::size_t body_bytes) override {
    if (done) done(request, response, body_bytes);
  }
};

// A gate that handlers wait at.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(5), [this] { return open_; });
    --waiting_;
  }
  // Until that many wait at it.
  bool reached_by(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5), [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { crypto_init(); }
  void TearDown() override { server_.reset(); }

  // Starts it with `options_`; its address.
  std::string start() {
    options_.listen = "127.0.0.1:0";
    options_.threads = 2;
    auto server = Server::start(options_, service_, clock_, random_);
    EXPECT_TRUE(server.has_value()) << server.error().what;
    server_ = std::move(*server);
    return server_->address();
  }
  // Until there are that many connections; false after five seconds.
  bool connections_become(std::size_t count) {
    for (int i = 0; i < 1000 && server_->connections() != count; ++i) pause(std::chrono::milliseconds(5));
    return server_->connections() == count;
  }

  ServerOptions options_;
  Gate gate_;  // outlives the server, whose handlers may stand at it
  TestService service_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Server> server_;
};

}  // namespace stoa::http::testing
