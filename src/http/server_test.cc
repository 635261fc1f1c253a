// What the server does with good requests: framing, keep-alive, pipelining, workers, streams, draining.
#include "http/server.h"

#include <gmock/gmock.h>

#include "http/internal/peer_fixture.h"
#include "http/internal/server_fixture.h"

namespace stoa::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kGet = "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(ServerTest, AnswersCarryTheServersHeaders) {
  service_.now = [](const Request&) { return text_response(200, "text/plain", "hi").header("ETag", "\"1\""); };
  RawClient client(start());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: my.id_1-2\r\n\r\n");
  const auto answer = client.receive();
  EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(answer.body, "hi");
  EXPECT_EQ(answer.header("x-request-id"), "my.id_1-2");
  EXPECT_EQ(answer.header("content-length"), "2");
  EXPECT_EQ(answer.header("content-type"), "text/plain");
  EXPECT_EQ(answer.header("etag"), "\"1\"");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(answer.header("date"), ::testing::EndsWith(" GMT"));
  EXPECT_EQ(answer.header("connection"), "");
}

TEST_F(ServerTest, ARequestIdThatIsMissingOrOddIsReplacedByAFreshOne) {
  RawClient client(start());
  std::set<std::string> seen;
  for (const auto& id :
       {std::string(), std::string("a b"), std::string("\xC3\xA9"), std::string(65, 'x'), std::string("\"'")}) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: " + id + "\r\n\r\n");
    const auto given = client.receive().header("x-request-id");
    EXPECT_NE(given, id);
    EXPECT_FALSE(given.empty());
    seen.insert(given);
  }
  EXPECT_EQ(seen.size(), 5u);
}

TEST_F(ServerTest, RequestsAreSeenWhole) {
  service_.now = [](const Request& request) {
    return text_response(
        200, "text/plain",
        fmt::format("{} {} path={} query={} x-thing={} x-other={} body={} from={} timed={}", int(request.method),
                    request.target, request.path, request.query, request.header("x-thing"), request.header("x-other"),
                    request.body, request.remote, request.received != Tick()));
  };
  RawClient client(start());
  client.send("PATCH /a%20b?c=d&e HTTP/1.1\r\nHost: h\r\nX-THING:  v w \r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(client.receive().body,
            "4 /a%20b?c=d&e path=/a%20b query=c=d&e x-thing=v w x-other= body=body from=127.0.0.1 timed=true");
}

TEST_F(ServerTest, KeepAliveFollowsTheVersionAndTheConnectionHeader) {
  const auto address = start();
  struct Case {
    const char* request;
    bool stays;
    const char* connection;
  };
  const std::vector<Case> cases{
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false, "close"},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", false, "close"},
      {"GET / HTTP/1.0\r\n\r\n", false, "close"},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true, "keep-alive"},
  };
  for (const auto& [request, stays, connection] : cases) {
    RawClient client(address);
    client.send(request);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200) << request;
    EXPECT_EQ(answer.header("connection"), connection) << request;
    if (stays) {
      client.send(request);
      EXPECT_EQ(client.receive().status, 200) << request;
    } else {
      EXPECT_EQ(client.receive_all(), "") << request;
    }
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderThoughSomeGoToWorkers) {
  RawClient client(start());
  std::string requests;
  for (int i = 0; i < 300; ++i)
    requests += fmt::format("POST /{}{} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}", i % 7 == 0 ? "pool" : "",
                            i, i, std::string(std::size_t(i), 'x'));
  client.send(requests);
  for (int i = 0; i < 300; ++i)
    ASSERT_EQ(client.receive().body,
              fmt::format("2 /{}{} {}", i % 7 == 0 ? "pool" : "", i, std::string(std::size_t(i), 'x')));
}

TEST_F(ServerTest, ARequestStaysValidWhileItIsWithAWorkerAndMoreArrives) {
  service_.on_pool = [&](const Request& request) {
    gate_.pass();
    return TestService::echo(request);
  };
  RawClient client(start());
  client.send("POST /pool/first HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(gate_.reached_by(1));
  client.send("POST /second HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + std::string(20000, 'y'));
  gate_.open();
  EXPECT_EQ(client.receive().body, "2 /pool/first hello");
  EXPECT_EQ(client.receive().body, "2 /second " + std::string(20000, 'y'));
}

TEST_F(ServerTest, HeadHasTheLengthButNotTheBody) {
  service_.now = [](const Request&) { return text_response(200, "text/plain", "twelve bytes"); };
  RawClient client(start());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive(true).header("content-length"), "12");
  EXPECT_EQ(client.receive().body, "twelve bytes");
}

TEST_F(ServerTest, AnswersWithoutABodyHaveNoLength) {
  service_.now = [](const Request& request) {
    auto response = text_response(request.path == "/304" ? 304 : 204, "text/plain", "not sent");
    return response;
  };
  RawClient client(start());
  for (const auto* path : {"/304", "/204"}) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", path));
    const auto answer = client.receive();
    EXPECT_EQ(std::to_string(answer.status), path + 1);
    EXPECT_THAT(answer.head, Not(HasSubstr("Content-Length")));
  }
}

TEST_F(ServerTest, AnswersLargerThanEverySocketBufferArriveWhole) {
  const auto large = std::make_shared<const std::string>(20'000'000, 'z');
  service_.now = [&](const Request&) {
    Response response;
    response.body = large;
    return response;
  };
  RawClient client(start());
  client.send(kGet);
  EXPECT_EQ(client.receive().body, *large);
  client.send(kGet);
  EXPECT_EQ(client.receive().body.size(), large->size());
}

TEST_F(ServerTest, TheBodyIsAskedForWhenTheClientWaitsForThat) {
  RawClient client(start());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("hello");
  EXPECT_EQ(client.receive().body, "2 / hello");
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(client.receive().body, "2 / hello");
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(ServerTest, WhatAHandlerThrowsIsA500AndTheConnectionLives) {
  service_.now = [](const Request& request) -> std::optional<Response> {
    if (request.path == "/loop") throw std::runtime_error("secret detail");
    if (request.path == "/odd") throw 7;
    if (request.path == "/memory") throw std::bad_alloc();
    return std::nullopt;
  };
  service_.on_pool = [](const Request&) -> Response { throw std::logic_error("secret detail"); };
  service_.admission = [](const Request& head, std::size_t size) -> Service::Admission {
    if (head.path == "/admit") throw std::runtime_error("secret detail");
    return {size, std::nullopt};
  };
  RawClient client(start());
  for (const auto* path : {"/loop", "/odd", "/pool", "/admit"}) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", path));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"internal-error\"")) << path;
    EXPECT_THAT(answer.body, Not(HasSubstr("secret"))) << path;
    EXPECT_THAT(answer.body, HasSubstr(answer.header("x-request-id"))) << path;
  }
  client.send("GET /memory HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 503);
  client.send(kGet);
  EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ServerTest, EveryResponseIsReportedOnce) {
  std::mutex mutex;
  std::vector<std::string> seen;
  service_.done = [&](const Request& request, const Response& response, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    seen.push_back(fmt::format("{} {} {}", request.target, response.status, bytes));
  };
  {
    RawClient client(start());
    client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h\r\n\r\nGET bad HTTP/1.1\r\n\r\n");
    client.receive();
    client.receive(true);
    client.receive();
  }
  ASSERT_TRUE(connections_become(0));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0], "/a 200 5");
  EXPECT_EQ(seen[1], "/b 200 0");
  EXPECT_THAT(seen[2], StartsWith("bad 400 "));
}

// --- streams
// -------------------------------------------------------------------------------------------------------------------

Response stream_of(std::function<std::optional<std::string>()> next) {
  Response response;
  response.header("Content-Type", "text/event-stream");
  response.stream = Stream{.next = std::move(next), .interval = 5ms};
  return response;
}

TEST_F(ServerTest, AStreamIsSentInChunksAndEndsTheConnection) {
  service_.on_pool = [](const Request&) {
    return stream_of([step = 0]() mutable -> std::optional<std::string> {
      const std::array<std::string, 3> chunks{"one", "", "three three three"};
      return step < 3 ? std::optional(chunks[std::size_t(step++)]) : std::nullopt;
    });
  };
  const auto address = start();
  RawClient client(address);
  client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto all = client.receive_all();
  EXPECT_THAT(all, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(all, ::testing::EndsWith("\r\n\r\n3\r\none\r\n11\r\nthree three three\r\n0\r\n\r\n"));

  RawClient old(address);
  old.send("GET /pool HTTP/1.0\r\n\r\n");
  const auto plain = old.receive_all();
  EXPECT_THAT(plain, Not(HasSubstr("chunked")));
  EXPECT_THAT(plain, ::testing::EndsWith("\r\n\r\nonethree three three"));

  RawClient head(address);
  head.send("HEAD /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(head.receive_all(), ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, AStreamStopsWhenItsClientIsGoneEvenIfItHasNothingToSay) {
  std::atomic<int> asked = 0;
  for (const bool talks : {true, false}) {
    service_.on_pool = [&asked, talks](const Request&) {
      return stream_of([&asked, talks]() -> std::optional<std::string> {
        ++asked;
        return talks ? "data: x\n\n" : "";
      });
    };
    {
      RawClient client(start());
      client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_EQ(client.receive().status, 200);
      EXPECT_TRUE(connections_become(1));
    }
    EXPECT_TRUE(connections_become(0)) << talks;
    server_.reset();
  }
  EXPECT_GT(asked, 0);
}

TEST_F(ServerTest, AStreamThatThrowsIsCutNotEnded) {
  service_.on_pool = [](const Request&) {
    return stream_of([step = 0]() mutable -> std::optional<std::string> {
      if (step++ == 0) return "one";
      throw std::runtime_error("x");
    });
  };
  RawClient client(start());
  client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.receive_all(), ::testing::EndsWith("3\r\none\r\n"));
}

TEST_F(ServerTest, DrainingEndsStreamsCleanlyAndAtOnce) {
  service_.on_pool = [](const Request&) {
    auto response = stream_of([]() -> std::optional<std::string> { return "tick"; });
    response.stream->interval = 60s;
    return response;
  };
  RawClient client(start());
  client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  const auto began = clock_.mono();
  server_->drain();
  EXPECT_LT(clock_.mono() - began, 3s);
  EXPECT_THAT(client.receive_all(), ::testing::EndsWith("tick\r\n0\r\n\r\n"));
}

TEST_F(ServerTest, AnAnswerThatIsToBeCutIsCutThereByFinOrReset) {
  service_.now = [](const Request& request) {
    auto response = text_response(200, "text/plain", std::string(1000, 'x'));
    response.cut = Cut{.bytes = request.path == "/head" ? 8u : 500u, .reset = request.path == "/reset"};
    return response;
  };
  const auto address = start();
  const auto all = [&](std::string_view path) {
    RawClient client(address);
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", path));
    return client.receive_all();
  };
  EXPECT_EQ(all("/head"), "HTTP/1.1");
  EXPECT_EQ(all("/body").size(), 500u);
  EXPECT_THAT(all("/reset"), ::testing::EndsWith("<reset>"));
}

// --- draining (O3)
// -------------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, DrainingFinishesWhatIsInFlightAndClosesTheRest) {
  service_.on_pool = [&](const Request& request) {
    gate_.pass();
    return TestService::echo(request);
  };
  const auto address = start();
  RawClient idle(address), busy(address), half(address);
  idle.send(kGet);
  EXPECT_EQ(idle.receive().status, 200);
  busy.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  half.send("POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  ASSERT_TRUE(gate_.reached_by(1));
  std::thread drain([&] { server_->drain(); });
  EXPECT_EQ(idle.receive_all(), "");
  RawClient late(address);
  late.send(kGet);
  EXPECT_NE(late.receive().status, 200);
  half.send("llo");
  auto answer = half.receive();
  EXPECT_EQ(answer.body, "2 /half hello");
  EXPECT_EQ(answer.header("connection"), "close");
  gate_.open();
  answer = busy.receive();
  EXPECT_EQ(answer.body, "0 /pool ");
  EXPECT_EQ(answer.header("connection"), "close");
  drain.join();
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, DrainingEndsInTimeThoughAHandlerDoesNot) {
  options_.drain_timeout = 50ms;
  service_.on_pool = [&](const Request& request) {
    gate_.pass();
    return TestService::echo(request);
  };
  RawClient client(start());
  client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(gate_.reached_by(1));
  const auto began = clock_.mono();
  server_->drain();
  EXPECT_LT(clock_.mono() - began, 2s);
  EXPECT_EQ(client.receive().status, 0);
  gate_.open();
}

TEST_F(ServerTest, NoRequestFailsWhenClientsKeepAskingThroughADrain) {  // F-P8
  const auto address = start();
  std::atomic<int> failed = 0, talking = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      RawClient client(address);
      for (int asked = 0;; ++asked) {
        client.send(kGet);
        const auto answer = client.receive();
        if (answer.status != 200) {
          ++failed;
          return;
        }
        if (asked == 10) ++talking;
        if (answer.header("connection") == "close") return;
        pause(2ms);  // so that most are between two requests when draining begins
      }
    });
  while (talking + failed < 8) pause(1ms);
  server_->drain();
  for (auto& client : clients) client.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(ServerTest, DestroyingAServerWithRequestsOutIsSafe) {
  service_.on_pool = [&](const Request& request) {
    gate_.pass();
    return TestService::echo(request);
  };
  RawClient busy(start()), idle(server_->address());
  busy.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(gate_.reached_by(1));
  std::thread opener([&] {
    pause(20ms);
    gate_.open();
  });
  server_.reset();
  opener.join();
  EXPECT_EQ(busy.receive().status, 0);
}

// --- starting
// ------------------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, AnAddressInUseOrUnreadableIsAnErrorThatNamesIt) {
  ServerOptions options;
  options.listen = start();
  const auto second = Server::start(options, service_, clock_, random_);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().what, HasSubstr(options.listen));
  for (const auto* listen : {"", "8080", ":8080", "h:", "h:x", "h:70000", "h:-1"}) {
    options.listen = listen;
    const auto bad = options.validate();
    ASSERT_FALSE(bad.has_value()) << listen;
    EXPECT_THAT(bad.error().what, HasSubstr("http.listen"));
  }
  for (const auto* listen : {"127.0.0.1:0", "[::1]:80", "localhost:8080", "0.0.0.0:65535"}) {
    options.listen = listen;
    EXPECT_TRUE(options.validate().has_value()) << listen;
  }
}

}  // namespace
}  // namespace stoa::http::testing
