// What the server refuses, and that the client hears it: limits, deadlines, overload, hostile and vanishing clients.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/json.h"
#include "http/internal/peer_fixture.h"
#include "http/internal/server_fixture.h"

// Stands in for the C library's in this program, so that one test can be out of file descriptors without the rest of it
// being so.
namespace {
std::atomic<bool> accept_fails = false;
std::atomic<int> accept_calls = 0;
}  // namespace
extern "C" int accept(int listener, sockaddr* address, socklen_t* length) {
  ++accept_calls;
  if (!accept_fails) return int(::syscall(SYS_accept, listener, address, length));
  errno = EMFILE;
  return -1;
}

namespace stoa::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// The answer is that problem, it says that the connection ends, and it does end.
void expect_refused(RawClient& client, int status, std::string_view code) {
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, status) << code;
  EXPECT_EQ(answer.header("content-type"), "application/problem+json") << code;
  EXPECT_EQ(answer.header("connection"), "close") << code;
  const auto body = json::parse(answer.body);
  ASSERT_TRUE(body.has_value()) << answer.body;
  EXPECT_EQ(json::string_or(*body, "code"), code);
  EXPECT_EQ(json::int_or(*body, "status"), status);
  EXPECT_EQ(json::string_or(*body, "requestId"), answer.header("x-request-id"));
  client.finish_sending();
  EXPECT_EQ(client.receive_all(), "") << code;
}

TEST_F(ServerTest, EveryRefusalIsAProblemAndEndsTheConnection) {
  options_.header_bytes_max = 1000;
  options_.target_bytes_max = 200;
  options_.body_bytes_max = 100;
  const auto address = start();
  const std::string long_text(3000, 'x');
  struct Case {
    std::string bytes;
    int status;
    const char* code;
  };
  const std::vector<Case> cases{
      {"GET /\r\n\r\n", 400, "malformed-request"},
      {"GET / HTTP/1.1\nHost: h\n\n", 400, "malformed-request"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "malformed-request"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled "
       "HTTP/1.1\r\nHost: h\r\n\r\n",
       400, "malformed-request"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "transfer-coding-not-supported"},
      {"POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", 417, "expectation-failed"},
      {"GET /" + long_text + " HTTP/1.1\r\nHost: h\r\n\r\n", 414, "target-too-long"},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: " + long_text + "\r\n\r\n", 431, "headers-too-large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", 413, "body-too-large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x'), 413,
       "body-too-large"},
  };
  for (const auto& [bytes, status, code] : cases) {
    RawClient client(address);
    client.send(bytes);
    expect_refused(client, status, code);
  }
  EXPECT_EQ(service_.answered, 0);
}

TEST_F(ServerTest, AClientThatSendsItsWholeHugeBodyFirstStillReads413) {
  RawClient client(start());
  const std::string part(1 << 20, 'x');
  client.send(fmt::format("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", 20 * part.size()));
  for (int i = 0; i < 20; ++i) client.send(part);
  expect_refused(client, 413, "body-too-large");
  EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerTest, AdmissionSetsTheLimitPerRequestAndMayRefuseBeforeTheBody) {
  service_.admission = [](const Request& head, std::size_t otherwise) -> Service::Admission {
    if (head.path == "/small") return {4, std::nullopt};
    if (head.path == "/large") return {3'000'000, std::nullopt};
    if (head.path == "/no")
      return {otherwise, text_response(401, "text/plain", "no").header("WWW-Authenticate", "Bearer")};
    return {otherwise, std::nullopt};
  };
  const auto address = start();
  const auto post = [](std::string_view path, std::size_t length) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", path, length);
  };
  RawClient small(address);
  small.send(post("/small", 5));
  expect_refused(small, 413, "body-too-large");

  RawClient large(address);
  large.send(post("/large", 3'000'000) + std::string(3'000'000, 'x'));
  EXPECT_EQ(large.receive().body.size(), 3'000'000 + std::string_view("2 /large ").size());

  RawClient no(address);
  no.send("GET /no HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(no.receive().status, 401);  // nothing unread: the connection goes on
  no.send(post("/no", 500));
  const auto answer = no.receive();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("connection"), "close");
}

// --- deadlines
// -------------------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, SlowHeadsAndBodiesAreAnswered408) {  // F-A9
  options_.header_timeout = 60ms;
  options_.body_timeout = 60ms;
  const auto address = start();
  RawClient head(address), body(address), chunks(address);
  head.send("GET / HTTP/1.1\r\nHost:");
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  chunks.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");
  expect_refused(head, 408, "request-timeout");
  expect_refused(body, 408, "request-timeout");
  expect_refused(chunks, 408, "request-timeout");
}

TEST_F(ServerTest, AHeadThatTricklesInDoesNotMoveItsDeadline) {
  options_.header_timeout = 100ms;
  RawClient client(start());
  const auto began = clock_.mono();
  for (const char c : std::string_view("GET / HTTP/1.1\r\nHost: h\r\nX: aaaaaaaaaaaaaaaaaaaaaaaa")) {
    client.send({&c, 1});
    pause(10ms);
  }
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_LT(clock_.mono() - began, 2s);
}

TEST_F(ServerTest, SilentConnectionsAreClosedWithoutAWord) {
  options_.header_timeout = 40ms;
  options_.idle_timeout = 120ms;
  RawClient fresh(start()), used(server_->address());
  used.send(kGet);
  EXPECT_EQ(used.receive().status, 200);
  const auto began = clock_.mono();
  EXPECT_EQ(fresh.receive_all(), "");
  EXPECT_EQ(used.receive_all(), "");
  EXPECT_GE(clock_.mono() - began, 60ms);  // used: the longer one
}

TEST_F(ServerTest, AClientThatDoesNotReadIsCutOff) {
  options_.write_timeout = 60ms;
  const auto large = std::make_shared<const std::string>(50'000'000, 'z');
  service_.now = [&](const Request&) {
    Response response;
    response.body = large;
    return response;
  };
  RawClient client(start());
  client.send(kGet);
  ASSERT_TRUE(connections_become(1));
  EXPECT_TRUE(connections_become(0));
}

TEST_F(ServerTest, AHandlerHasAllTheTimeItNeeds) {
  options_.header_timeout = options_.body_timeout = options_.write_timeout = options_.idle_timeout = 30ms;
  service_.on_pool = [](const Request& request) {
    pause(150ms);
    return TestService::echo(request);
  };
  RawClient client(start());
  client.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

// --- overload (O2)
// ---------------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreToldSoAndOthersGoOn) {
  options_.connections_max = 2;
  const auto address = start();
  RawClient first(address), second(address);
  first.send(kGet);
  second.send(kGet);
  EXPECT_EQ(first.receive().status, 200);
  EXPECT_EQ(second.receive().status, 200);
  {
    RawClient third(address);
    third.send(kGet);
    const auto answer = third.receive();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("retry-after"), "1");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_THAT(answer.body, HasSubstr("\"overloaded\""));
    EXPECT_EQ(third.receive_all(), "");
  }
  EXPECT_EQ(server_->connections(), 2u);
  first.send(kGet);
  EXPECT_EQ(first.receive().status, 200);
  second.reset();
  ASSERT_TRUE(connections_become(1));
  RawClient fourth(address);
  fourth.send(kGet);
  EXPECT_EQ(fourth.receive().status, 200);
}

TEST_F(ServerTest, AFullWorkQueueIs503AndTheConnectionLives) {
  options_.workers_max = 1;
  options_.work_queue_max = 1;
  service_.on_pool = [&](const Request& request) {
    gate_.pass();
    return TestService::echo(request);
  };
  const auto address = start();
  RawClient working(address), queued(address), shed(address);
  working.send("GET /pool/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(gate_.reached_by(1));
  queued.send("GET /pool/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  // Which of the two is queued does not matter: one is answered 503 now, the other 200 later.
  shed.send("GET /pool/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  std::thread opener([&] {
    pause(100ms);
    gate_.open();
  });
  const auto one = queued.receive(), other = shed.receive();
  opener.join();
  EXPECT_EQ(one.status + other.status, 200 + 503);
  const auto& refusal = one.status == 503 ? one : other;
  EXPECT_EQ(refusal.header("retry-after"), "1");
  EXPECT_EQ(refusal.header("connection"), "");
  EXPECT_EQ(working.receive().body, "0 /pool/1 ");
  queued.send(kGet);
  shed.send(kGet);
  EXPECT_EQ(queued.receive().status, 200);
  EXPECT_EQ(shed.receive().status, 200);
}

TEST_F(ServerTest, RunningOutOfFileDescriptorsPausesAcceptingAndRecovers) {  // F-P14
  const auto address = start();
  RawClient witness(address);
  witness.send(kGet);
  EXPECT_EQ(witness.receive().status, 200);
  accept_calls = 0;
  accept_fails = true;
  RawClient late(address);
  late.send(kGet);
  pause(150ms);
  EXPECT_GE(accept_calls, 1);
  EXPECT_LE(accept_calls, 4) << "accepting spins";
  EXPECT_EQ(server_->connections(), 1u);
  witness.send(kGet);
  EXPECT_EQ(witness.receive().status, 200);
  accept_fails = false;
  EXPECT_EQ(late.receive().status, 200);
}

// --- clients that vanish
// ---------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, ClientsThatVanishAtAnyMomentLeaveNothingBehind) {
  service_.on_pool = [](const Request& request) {
    pause(1ms);
    return TestService::echo(request);
  };
  const auto address = start();
  const std::string request =
      "POST /pool HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut <= request.size(); cut += 3) {
    RawClient client(address), other(address), half(address);
    client.send(request.substr(0, cut));
    other.send(request.substr(0, cut));
    half.send(request.substr(0, cut));
    client.reset();
    half.finish_sending();
  }
  EXPECT_TRUE(connections_become(0));
  RawClient client(address);
  client.send(request);
  client.finish_sending();
  EXPECT_EQ(client.receive().status, 200);  // a half-closed client still reads
}

}  // namespace
}  // namespace stoa::http::testing
