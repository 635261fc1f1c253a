// The outgoing HTTP client, over libcurl. Thread-safe; send() blocks: call from a pool thread. Connections are kept and
// reused per host. TLS is always verified; redirects are never followed (a token must not travel); gzip is decoded
// within the byte limit.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace stoa::http {

struct ClientResponse;

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};  // for the whole exchange
  std::chrono::milliseconds connect_timeout{3'000};
  std::size_t body_bytes_max = 64u << 20;  // decoded; beyond: invalid, reason "response-too-large"
  // Private, loopback, link-local and multicast addresses are refused at connect time unless set (extra hosts in
  // rehearsal): rule T3.
  bool private_addresses = false;
  bool decode = true;  // false: asks for a body as it is and unpacks none, so that what is counted is what travels
  // Takes the body as it comes, on the caller's thread, instead of ClientResponse::body; `head` has status and headers.
  // Its error ends the exchange and is what send() answers.
  std::function<Result<>(const ClientResponse& head, std::string_view bytes)> on_body = {};
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names lower case
  std::string body;
  std::string_view header(std::string_view lower_name) const;
};

struct ClientOptions {
  std::size_t idle_connections_max = 64;    // kept open for reuse
  std::size_t low_speed_bytes = 1024;       // slower than this per second …
  std::chrono::seconds low_speed_time{20};  // … for this long: aborted
  std::string user_agent = "Stoa/0.1";
};

class Client {
 public:
  static std::unique_ptr<Client> make(const ClientOptions& options);
  virtual ~Client() = default;
  // Any HTTP status is a response. unavailable: no connection, timeout, reset, cut or undecodable body (reason
  // "timeout", "connect", "tls", "cut", "reset"). invalid: a bad URL or header, "blocked-address" (T3),
  // "response-too-large". A body that is neither chunked nor of a given length ends with the connection: there a cut
  // cannot be seen, nor can one in gzip. Never logs; never repeats headers, path or query in an error.
  virtual Result<ClientResponse> send(const ClientRequest& request) = 0;
  // For the end of the process: sends under way end within about a second, later ones at once, with cancelled.
  virtual void stop() = 0;
};

}  // namespace stoa::http
