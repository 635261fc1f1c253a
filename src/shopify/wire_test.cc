// The transport over real sockets: what a shop's bytes, or their end, turn into.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "shopify/kinds.h"
#include "shopify/transport.h"
#include "testing/fakes.h"

namespace stoa::shopify {
namespace {

using namespace std::chrono_literals;

enum class Ending { close, reset, silence };

// Accepts one connection, reads one request, writes `bytes`, and ends as told.
class OneAnswer {
 public:
  OneAnswer(std::string bytes, Ending ending) : bytes_(std::move(bytes)), ending_(ending) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    STOA_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "a free port");
    STOA_CHECK(::listen(listener_, 1) == 0, "a listening socket");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = fmt::format("http://127.0.0.1:{}/s/tea", ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    finish();
    ::close(listener_);
  }
  const std::string& url() const { return url_; }
  // What was asked; the one connection is over then.
  const std::string& request() {
    finish();
    return request_;
  }

 private:
  void finish() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  bool request_complete() const {
    const auto head = request_.find("\r\n\r\n");
    return head != std::string::npos && request_.ends_with("}") && request_.size() > head + 4;
  }
  void serve() {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    char buffer[4096];
    for (ssize_t got = 1; got > 0 && !request_complete();)
      if ((got = ::recv(peer, buffer, sizeof buffer, 0)) > 0) request_.append(buffer, static_cast<std::size_t>(got));
    ::send(peer, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
    if (ending_ == Ending::silence) ::recv(peer, buffer, 1, 0);  // until the client gives up
    if (ending_ == Ending::reset) {
      const linger hard{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    ::close(peer);
  }

  std::string bytes_;
  Ending ending_;
  int listener_ = -1;
  std::string url_, request_;
  std::thread thread_;
};

std::string reply(std::string_view status, std::string_view headers, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}

class WireTest : public ::testing::Test {
 protected:
  Result<Answer> ask(OneAnswer& shop, std::chrono::milliseconds timeout = 5s) {
    const auto transport = make_transport(
        {.base_url = shop.url(), .token = Secret("shpat_canary"), .private_addresses = true}, *client, clock);
    Call call = shop_call();
    call.timeout = timeout;
    return transport->call(call);
  }

  std::unique_ptr<http::Client> client = http::Client::make({});
  stoa::testing::ManualClock clock;
};

TEST_F(WireTest, AnAnswerArrivesAndTheRequestWasWellFormed) {
  OneAnswer shop(
      reply("200 OK", "X-Shopify-API-Version: 2026-10\r\nX-Request-Id: r1\r\n", R"({"data":{"shop":{"id":"1"}}})"),
      Ending::close);
  const auto answer = ask(shop);
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->data(), R"({"shop":{"id":"1"}})");
  EXPECT_EQ(answer->request_id, "r1");
  EXPECT_FALSE(answer->version_mismatch);
  const auto& request = shop.request();
  EXPECT_TRUE(request.starts_with("POST /s/tea/admin/api/2026-10/graphql.json HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.contains("\r\nX-Shopify-Access-Token: shpat_canary\r\n")) << request;
  EXPECT_TRUE(request.contains("\r\nContent-Type: application/json\r\n")) << request;
  EXPECT_TRUE(request.contains(R"({"query":"query ShopInfo {)")) << request;
}

TEST_F(WireTest, BytesThatEndTooEarlyAreShopUnavailable) {
  const std::string whole = reply("200 OK", "", R"({"data":{"shop":{"id":"1","name":"Tea"}}})");
  const std::pair<std::string, Ending> rows[] = {
      {whole.substr(0, whole.size() - 9), Ending::close},  // fewer bytes than promised
      {whole.substr(0, whole.size() - 9), Ending::reset},
      {"", Ending::close},
      {"", Ending::reset},
      {"HTTP/1.1 200 OK\r\nContent-Le", Ending::close},
      {"nonsense\r\n\r\n", Ending::close},
      {reply("200 OK", "", R"({"data":{"shop":{"id")"), Ending::close},  // all promised bytes, but cut JSON
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"data\":\r\n", Ending::close},
      {reply("200 OK", "Content-Encoding: gzip\r\n", "not gzip"), Ending::close},
  };
  for (const auto& [bytes, ending] : rows) {
    OneAnswer shop(bytes, ending);
    const auto answer = ask(shop);
    ASSERT_FALSE(answer) << bytes;
    EXPECT_EQ(answer.error().reason, "shop-unavailable") << bytes << answer.error().what;
    EXPECT_EQ(answer.error().code, Code::unavailable) << bytes;
    EXPECT_FALSE(answer.error().what.contains("canary"));
  }
}

TEST_F(WireTest, SilenceEndsAtTheCallsTimeout) {
  OneAnswer shop("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", Ending::silence);
  const auto answer = ask(shop, 50ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "shop-unavailable");
}

TEST_F(WireTest, RetryAfterAndRedirectsComeThrough) {
  OneAnswer busy(reply("429 Too Many Requests", "Retry-After: 3.0\r\n", "slow down"), Ending::close);
  EXPECT_EQ(ask(busy).error().retry_after, 3000ms);
  OneAnswer moved(reply("302 Found", "Location: http://127.0.0.1:1/\r\n", ""), Ending::close);
  EXPECT_EQ(ask(moved).error().reason, "shop-not-found");
}

}  // namespace
}  // namespace stoa::shopify
