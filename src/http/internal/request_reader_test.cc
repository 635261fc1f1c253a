#include "http/internal/request_reader.h"

#include <gtest/gtest.h>

#include <cstring>

namespace stoa::http::internal {
namespace {

using Step = RequestReader::Step;

// Feeds `bytes`, `piece` at a time, and collects "METHOD target [body]" or "!status" for what comes out.
std::vector<std::string> read(std::string_view bytes, std::size_t piece, const ServerOptions& options = {}) {
  RequestReader reader(options);
  std::vector<std::string> seen;
  for (;;) {
    switch (reader.advance()) {
      case Step::head: reader.allow_body(options.body_bytes_max); break;
      case Step::done:
        seen.push_back(
            fmt::format("{} {} [{}]", int(reader.request().method), reader.request().target, reader.request().body));
        reader.next();
        break;
      case Step::fault: seen.push_back(fmt::format("!{}", reader.fault().status)); return seen;
      case Step::more: {
        if (bytes.empty()) return seen;
        const auto space = reader.space();
        EXPECT_FALSE(space.empty());
        const auto size = std::min({bytes.size(), space.size(), piece});
        std::memcpy(space.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
      }
    }
  }
}

std::string get(std::string_view headers) { return fmt::format("GET / HTTP/1.1\r\n{}\r\n", headers); }
std::string post(std::string_view headers, std::string_view body) {
  return fmt::format("POST /p HTTP/1.1\r\nHost: h\r\n{}\r\n{}", headers, body);
}

TEST(RequestReader, PipelinedRequestsOfEveryFramingAreTheSameHoweverTheyAreCut) {
  const std::string large(9000, 'b');
  const auto stream =
      get("Host: h\r\n") + post("Content-Length: 5\r\n", "hello") + get("Host: h\r\n") +
      post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6;x=\"y\"\r\n world\r\n0\r\nTrailer: t\r\n\r\n") +
      post("Content-Length: 9000\r\n", large) + post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n") +
      get("Host: h\r\n");
  const std::vector<std::string> wanted{
      "0 / []", "2 /p [hello]", "0 / []", "2 /p [hello world]", "2 /p [" + large + "]", "2 /p []", "0 / []"};
  for (const std::size_t piece : {1u, 2u, 3u, 4u, 5u, 7u, 64u, 1000u, 4096u, 100'000u})
    EXPECT_EQ(read(stream, piece), wanted) << piece;
}

TEST(RequestReader, WhatCouldBeFramedTwoWaysIsRefused) {  // F-A8
  struct Case {
    const char* name;
    std::string bytes;
    int status;
  };
  const std::vector<Case> cases{
      {"length and coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"length and unknown coding", post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", "hello"), 400},
      {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
      {"list of lengths", post("Content-Length: 5, 6\r\n", "hello"), 400},
      {"signed length", post("Content-Length: +5\r\n", "hello"), 400},
      {"negative length", post("Content-Length: -5\r\n", "hello"), 400},
      {"hex length", post("Content-Length: 0x5\r\n", "hello"), 400},
      {"empty length", post("Content-Length:\r\n", "hello"), 400},
      {"length over 64 bits", post("Content-Length: 18446744073709551616\r\n", ""), 400},
      {"chunkedx", post("Transfer-Encoding: chunkedx\r\n", "0\r\n\r\n"), 400},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"identity", post("Transfer-Encoding: identity\r\n", ""), 400},
      {"empty coding", post("Transfer-Encoding:\r\n", ""), 400},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"two coding headers", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {"coding with vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"gzip coding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"gzip coding alone", post("Transfer-Encoding: gzip\r\n", ""), 501},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare LF after a header", get("Host: h\nX: y\r\n"), 400},
      {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
      {"bare CR in a value", get("Host: h\r\nX: a\rb\r\n"), 400},
      {"obs-fold", get("Host: h\r\nX: a\r\n b\r\n"), 400},
      {"obs-fold of an empty value", get("Host: h\r\nX:\r\n\tb\r\n"), 400},
      {"fold of the request line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
      {"space before the colon", get("Host: h\r\nContent-Length : 5\r\n"), 400},
      {"no name", get("Host: h\r\n: x\r\n"), 400},
      {"no colon", get("Host: h\r\nX\r\n"), 400},
      {"NUL in a value", get(std::string_view("Host: h\r\nX: a\0b\r\n", 17)), 400},
      {"control in a value", get("Host: h\r\nX: a\x01\r\n"), 400},
      {"DEL in a value", get("Host: h\r\nX: a\x7f\r\n"), 400},
      {"control in a name", get("Host: h\r\nX\x01: a\r\n"), 400},
      {"no Host", get("X: y\r\n"), 400},
      {"two Hosts", get("Host: h\r\nHost: h\r\n"), 400},
      {"absolute form", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"authority form", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"raw UTF-8 in the target", "GET /\xC3\xA9 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"empty first line", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02\x01\n", 400},
      {"unknown expectation", post("Expect: magic\r\nContent-Length: 1\r\n", "x"), 417},
      {"chunk of no size", post("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk with a sign", post("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk with 0x", post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk over 64 bits", post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\nhello"), 400},
      {"chunk longer than said", post("Transfer-Encoding: chunked\r\n", "4\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk with bare LF", post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size, then bare CR", post("Transfer-Encoding: chunked\r\n", "5\rhello\r\n0\r\n\r\n"), 400},
      {"broken trailer", post("Transfer-Encoding: chunked\r\n", "0\r\nbad trailer\r\n\r\n"), 400},
  };
  for (const auto& [name, bytes, status] : cases) {
    for (const std::size_t piece : {1u, 100'000u}) {
      const auto seen = read(bytes, piece);
      EXPECT_EQ(seen, std::vector<std::string>{fmt::format("!{}", status)}) << name << ", " << piece << " at a time";
    }
  }
}

TEST(RequestReader, UsualRequestsAreRead) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"GET / HTTP/1.0\r\n\r\n", "0 / []"},
      {"BREW /pot?x=1 HTTP/1.1\r\nhost:h\r\n\r\n", "7 /pot?x=1 []"},
      {get("Host: h\r\nX-Empty:\r\nX-Name: \xC3\xA9 \r\n"), "0 / []"},
      {post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "2 /p [hello]"},
      {post("transfer-encoding:  Chunked \r\n", "A\r\n0123456789\r\n0\r\n\r\n"), "2 /p [0123456789]"},
  };
  for (const auto& [bytes, wanted] : cases) EXPECT_EQ(read(bytes, 100'000), std::vector{wanted}) << bytes;
}

TEST(RequestReader, EveryLimitHasItsStatusAtOnce) {
  ServerOptions options;
  options.header_bytes_max = 1000;
  options.target_bytes_max = 200;
  options.body_bytes_max = 50;
  const auto many = [](int count) {
    std::string headers = "Host: h\r\n";
    for (int i = 0; i < count; ++i) headers += "a:b\r\n";
    return headers;
  };
  const std::string long_text(2000, 'x');
  struct Case {
    const char* name;
    std::string bytes;
    std::string seen;
  };
  const std::vector<Case> cases{
      {"target", "GET /" + long_text.substr(0, 200) + " HTTP/1.1\r\nHost: h\r\n\r\n", "!414"},
      {"target without end", "GET /" + long_text, "!414"},
      {"target at the limit", "GET /" + long_text.substr(0, 199) + " HTTP/1.1\r\nHost: h\r\n\r\n",
       "0 /" + long_text.substr(0, 199) + " []"},
      {"head", get("Host: h\r\nX: " + long_text + "\r\n"), "!431"},
      {"head without end", "GET / HTTP/1.1\r\nX: " + long_text, "!431"},
      {"too many headers", get(many(100)), "!431"},
      {"many headers", get(many(99)), "0 / []"},
      {"length", post("Content-Length: 51\r\n", ""), "!413"},
      {"chunks",
       post("Transfer-Encoding: chunked\r\n",
            "20\r\n" + long_text.substr(0, 32) + "\r\n20\r\n" + long_text.substr(0, 32)),
       "!413"},
      {"body at the limit", post("Content-Length: 50\r\n", long_text.substr(0, 50)),
       "2 /p [" + long_text.substr(0, 50) + "]"},
      {"endless chunk header", post("Transfer-Encoding: chunked\r\n", "1;" + std::string(20'000, 'x')), "!400"},
      {"endless trailer", post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(20'000, 'x')), "!400"},
  };
  for (const auto& [name, bytes, seen] : cases)
    for (const std::size_t piece : {1u, 100'000u})
      EXPECT_EQ(read(bytes, piece, options), std::vector{seen}) << name << ", " << piece;
}

}  // namespace
}  // namespace stoa::http::internal
