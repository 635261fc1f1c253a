// The outgoing client against scripted servers: what each fault is called, and what it never does.
#include "http/client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cstdlib>

#include "base/text.h"
#include "http/client_address.h"
#include "http/internal/peer_fixture.h"
#include "http/internal/server_fixture.h"

namespace stoa::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

ClientRequest get(std::string url) {
  ClientRequest request;
  request.url = std::move(url);
  request.timeout = 3s;
  request.private_addresses = true;
  return request;
}

std::string reply(std::string_view head, std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", head, body.size(), body);
}

// A hundred thousand times 't', as `gzip -9` packs it: 132 bytes.
const std::string kText(100'000, 't');
std::string zipped_text() {
  return base64_decode(
             "H4sIAAAAAAACA+3BMQ0AAADDINP1n9nYARQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADwao8EUPqghgEA")
      .value();
}

// One exchange with a server that answers every connection's first request so, and closes.
Result<ClientResponse> ask(RawServer::Handle handle, ClientRequest request = get("")) {
  RawServer server(std::move(handle));
  request.url = server.url("/x?y=z");
  return Client::make({})->send(request);
}
RawServer::Handle answering(std::string bytes) {
  return [bytes = std::move(bytes)](int socket, int) {
    read_head(socket);
    write_all(socket, bytes);
  };
}

void expect_error(const Result<ClientResponse>& result, Code code, std::string_view reason) {
  ASSERT_FALSE(result.has_value()) << result->status;
  EXPECT_EQ(result.error().code, code) << result.error().what;
  EXPECT_EQ(result.error().reason, reason) << result.error().what;
  EXPECT_THAT(result.error().what, Not(HasSubstr("y=z")));  // a query may hold a secret
}

TEST(Client, SendsWhatItIsGivenAndNothingOfItsOwnThatMatters) {
  std::string seen;
  auto request = get("");
  request.method = "POST";
  request.body = std::string("a\0b", 3);
  request.headers = {{"X-Token", "secret"}, {"X-Empty", ""}};
  const auto result = ask(
      [&](int socket, int) {
        seen = read_head(socket);
        write_all(socket, reply("X-One:  1 \r\nSet-Cookie: a\r\nset-cookie: b\r\n", "hello"));
      },
      request);
  ASSERT_TRUE(result.has_value()) << result.error().what;
  EXPECT_THAT(seen, ::testing::StartsWith("POST /x?y=z HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Token: secret\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(seen, HasSubstr("User-Agent: Stoa/"));
  EXPECT_THAT(seen, HasSubstr("gzip"));
  EXPECT_THAT(seen, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(seen, Not(HasSubstr("Expect")));
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "hello");
  EXPECT_EQ(result->header("x-one"), "1");
  EXPECT_EQ(result->headers.size(), 4u);
}

TEST(Client, EveryMethodArrivesAsItself) {
  for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    auto request = get("");
    request.method = method;
    std::string seen;
    const auto result = ask(
        [&](int socket, int) {
          seen = read_head(socket);
          write_all(socket, std::string_view(method) == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                                               : reply("", "x"));
        },
        request);
    ASSERT_TRUE(result.has_value()) << method << result.error().what;
    EXPECT_THAT(seen, ::testing::StartsWith(fmt::format("{} /x", method)));
  }
}

TEST(Client, AnyStatusIsAResponseAndRedirectsAreNotFollowed) {  // F-N10
  RawServer elsewhere([](int, int) {});
  for (const int status : {301, 302, 307, 401, 404, 429, 500, 503}) {
    const auto result = ask(answering(
        fmt::format("HTTP/1.1 {} X\r\nLocation: {}\r\nContent-Length: 2\r\n\r\nno", status, elsewhere.url())));
    ASSERT_TRUE(result.has_value()) << status;
    EXPECT_EQ(result->status, status);
    EXPECT_EQ(result->body, "no");
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Client, ConnectionsAreKeptAndReused) {
  RawServer server([](int socket, int) {
    while (!read_head(socket).empty()) write_all(socket, reply("", "x"));
  });
  const auto client = Client::make({});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client->send(get(server.url())).has_value());
  EXPECT_EQ(server.connections(), 1);
}

TEST(Client, AKeptConnectionThatDiedMeanwhileIsReplacedWithoutAnError) {
  for (const bool abrupt : {false, true}) {
    RawServer server([abrupt](int socket, int connection) {
      read_head(socket);
      write_all(socket, reply("", fmt::format("{}", connection)));
      if (connection > 1) return;
      read_head(socket);  // the second request arrives, and gets nothing
      if (abrupt) set_reset_on_close(socket);
    });
    const auto client = Client::make({});
    ASSERT_EQ(client->send(get(server.url()))->body, "1");
    auto request = get(server.url());
    request.method = "POST";
    request.body = "again";
    const auto result = client->send(request);
    ASSERT_TRUE(result.has_value()) << result.error().what;
    EXPECT_EQ(result->body, "2");
  }
}

TEST(Client, CompressedBodiesAreDecoded) {
  const auto result = ask(answering(reply("Content-Encoding: gzip\r\n", zipped_text())));
  ASSERT_TRUE(result.has_value()) << result.error().what;
  EXPECT_EQ(result->body, kText);
}

TEST(Client, TheBodysLimitCountsDecodedBytes) {  // F-A3
  auto request = get("");
  const auto plain = reply("", kText), zipped = reply("Content-Encoding: gzip\r\n", zipped_text());
  for (const auto& bytes : {plain, zipped}) {
    request.body_bytes_max = kText.size();
    EXPECT_EQ(ask(answering(bytes), request)->body, kText);
    request.body_bytes_max = kText.size() - 1;
    expect_error(ask(answering(bytes), request), Code::invalid, "response-too-large");
  }
  std::string headers;
  for (int i = 0; i < 6000; ++i) headers += fmt::format("X-{}: {}\r\n", i, std::string(50, 'h'));
  expect_error(ask(answering(reply(headers, "x"))), Code::invalid, "response-too-large");
}

TEST(Client, EveryBrokenAnswerIsUnavailableWithItsReason) {  // F-N3, F-N4, F-N5, F-N6
  struct Case {
    const char* name;
    RawServer::Handle handle;
    const char* reason;
  };
  const std::vector<Case> cases{
      {"shorter than its length", answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "cut"},
      {"chunks without end", answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "cut"},
      {"chunk cut", answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello"), "cut"},
      {"not gzip", answering(reply("Content-Encoding: gzip\r\n", "this is not gzip at all")), "cut"},
      {"not HTTP", answering("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "cut"},
      {"nothing", answering(""), "reset"},
      {"reset before the answer",
       [](int socket, int) {
         read_head(socket);
         set_reset_on_close(socket);
       },
       "reset"},
      {"reset in the body",
       [](int socket, int) {
         read_head(socket);
         write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
         pause(20ms);
         set_reset_on_close(socket);
       },
       "reset"},
  };
  for (const auto& [name, handle, reason] : cases) {
    SCOPED_TRACE(name);
    expect_error(ask(handle), Code::unavailable, reason);
  }
}

TEST(Client, TheWholeExchangeHasADeadline) {
  auto request = get("");
  request.timeout = 100ms;
  expect_error(ask(
                   [](int socket, int) {
                     read_head(socket);
                     write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
                     for (int i = 0; i < 50; ++i) {
                       write_all(socket, "x");
                       pause(5ms);
                     }
                   },
                   request),
               Code::unavailable, "timeout");
}

TEST(Client, AHostThatCannotBeReachedIsAConnectError) {
  std::string url;
  {
    RawServer gone([](int, int) {});
    url = gone.url();
  }
  const auto client = Client::make({});
  expect_error(client->send(get(url)), Code::unavailable, "connect");
  expect_error(client->send(get("http://no-such-host.invalid/?y=z")), Code::unavailable, "connect");
}

TEST(Client, PlainTextWhereTlsIsWantedIsATlsError) {
  RawServer server([](int socket, int) { write_all(socket, reply("", "x")); });
  auto request = get("https" + server.url("/?y=z").substr(4));
  expect_error(Client::make({})->send(request), Code::unavailable, "tls");
}

TEST(Client, PrivateAddressesAreNotEvenConnectedTo) {  // F-A5
  RawServer server([](int socket, int) {
    while (!read_head(socket).empty()) write_all(socket, reply("", "x"));
  });
  const auto port = server.url("").substr(server.url("").rfind(':'));
  const auto client = Client::make({});
  // A connection that was allowed to be private is not lent to a request that is not.
  ASSERT_TRUE(client->send(get(server.url())).has_value());
  for (const auto* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]",
                           "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]"}) {
    auto request = get(fmt::format("http://{}{}/?y=z", host, port));
    request.private_addresses = false;
    SCOPED_TRACE(host);
    const auto result = client->send(request);
    ASSERT_FALSE(result.has_value());
    // Where the machine has no IPv6, the resolver may refuse before we do.
    if (host[0] == '[' && result.error().reason == "connect") continue;
    expect_error(result, Code::invalid, "blocked-address");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(Client, AStopEndsWhatIsUnderWayAndWhatComesLater) {
  const auto client = Client::make({});
  RawServer server([&](int socket, int) {
    read_head(socket);
    client->stop();
    char byte;
    (void)::recv(socket, &byte, 1, 0);  // silent until the client goes
  });
  expect_error(client->send(get(server.url("/x?y=z"))), Code::cancelled, "");
  expect_error(client->send(get(server.url("/x?y=z"))), Code::cancelled, "");
}

TEST(Client, TheEnvironmentsProxyIsIgnored) {
  RawServer proxy([](int, int) {});
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  const auto result = ask(answering(reply("", "direct")));
  ::unsetenv("http_proxy");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->body, "direct");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(Client, RequestsThatMustNotBeSentAreInvalid) {
  const auto client = Client::make({});
  for (const auto* url : {"", "nonsense", "file:///etc/passwd", "ftp://h/", "gopher://h/", "http://user:pw@127.0.0.1/",
                          "http://", "http://h:99999/"}) {
    const auto result = client->send(get(url));
    ASSERT_FALSE(result.has_value()) << url;
    EXPECT_EQ(result.error().code, Code::invalid) << url << result.error().what;
    EXPECT_THAT(result.error().what, Not(HasSubstr("pw"))) << url;
  }
  for (const auto* value : {"a\r\nX: b", "a\nb"}) {
    auto request = get("http://127.0.0.1:1/");
    request.headers = {{"X-Token", value}};
    const auto result = client->send(request);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::invalid);
  }
}

TEST_F(ServerTest, OurClientAndOurServerUnderstandEachOtherFromManyThreads) {
  service_.on_pool = TestService::echo;
  const auto url = "http://" + start();
  const auto client = Client::make({});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto request = get(fmt::format("{}/{}{}-{}", url, i % 2 ? "pool" : "", t, i));
        request.method = "POST";
        request.body = std::string(std::size_t(i * 1000), 'b');
        const auto result = client->send(request);
        ASSERT_TRUE(result.has_value()) << result.error().what;
        ASSERT_EQ(result->body, fmt::format("2 /{}{}-{} {}", i % 2 ? "pool" : "", t, i, request.body));
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST(ClientAddress, OnlyPublicAddressesAreOpen) {
  const auto open = [](const char* text) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
      v4.sin_family = AF_INET;
    } else {
      EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
      v6.sin6_family = AF_INET6;
    }
    return public_address(reinterpret_cast<const sockaddr&>(storage));
  };
  for (const auto* text : {"1.1.1.1",         "8.8.8.8",        "23.227.38.65",         "9.255.255.255",
                           "11.0.0.0",        "100.63.255.255", "100.128.0.0",          "126.255.255.255",
                           "128.0.0.0",       "169.253.0.0",    "172.15.255.255",       "172.32.0.0",
                           "192.167.0.0",     "192.169.0.0",    "198.17.255.255",       "198.20.0.0",
                           "223.255.255.255", "2606:4700::1",   "2001:4860:4860::8888", "2620:127:f00e::",
                           "3fff:1000::"})
    EXPECT_TRUE(open(text)) << text;
  for (const auto* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:8.8.8.8",
                           "::ffff:10.0.0.1",
                           "::8.8.8.8",
                           "64:ff9b::a00:1",
                           "64:ff9b:1::1",
                           "100::1",
                           "fc00::1",
                           "fd00::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:a00:1::1",
                           "3fff::1",
                           "4000::1"})
    EXPECT_FALSE(open(text)) << text;
  const sockaddr local{.sa_family = AF_UNIX, .sa_data = {}};
  EXPECT_FALSE(public_address(local));
}

}  // namespace
}  // namespace stoa::http::testing
