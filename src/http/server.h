// The HTTP/1.1 server: bytes in, bytes out, limits and deadlines on everything. Knows no route's meaning.
// start() binds and returns; the server runs on threads of its own until drain() or destruction. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/message.h"

namespace stoa::http {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";     // host:port; port 0 picks one
  std::size_t threads = 0;                   // event loops; 0: one per core
  std::size_t workers_max = 16;              // threads for requests that may block
  std::size_t work_queue_max = 1024;         // requests waiting for a worker; beyond: 503 with Retry-After
  std::size_t connections_max = 4096;        // beyond: accepted, answered 503 and closed
  std::size_t header_bytes_max = 16 * 1024;  // beyond: 431
  std::size_t target_bytes_max = 8 * 1024;   // beyond: 414
  std::size_t body_bytes_max =
      1024 * 1024;  // beyond: 413, sent before the connection closes. Service::body_max may lower or raise it per path
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};  // without progress
  std::chrono::milliseconds idle_timeout{75'000};   // keep-alive
  std::chrono::milliseconds drain_timeout{10'000};  // how long drain() lets requests in flight finish

  Result<void> validate() const;
};

// What the server serves. Must outlive it. Called from many threads.
class Service {
 public:
  virtual ~Service() = default;
  // On the event loop: must not block. Nothing: answer() is called on a worker.
  virtual std::optional<Response> answer_now(const Request& request) = 0;
  virtual Response answer(const Request& request) = 0;
  // On the event loop, for every request, body or not: must not block.
  // The largest body for this request, judged from its head before the body is read; may also refuse early with a
  // response.
  struct Admission {
    std::size_t body_bytes_max;
    std::optional<Response> refusal;
  };
  virtual Admission admit(const Request& head, std::size_t body_bytes_max) {
    (void)head;
    return {body_bytes_max, std::nullopt};
  }
  // After each response: for logs and metrics. On the event loop. The server's own refusals (400, 408, 413, 503 …) come
  // here too: then the target may be empty and the method `other`.
  virtual void finished(const Request& request, const Response& response, std::size_t body_bytes) {
    (void)request;
    (void)response;
    (void)body_bytes;
  }
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Service& service, const Clock& clock,
                                               Random& random);
  virtual ~Server() = default;
  virtual std::string address() const = 0;  // "127.0.0.1:41235"
  // Stops accepting, closes idle connections, lets requests in flight finish within drain_timeout (with Connection:
  // close), then stops. Blocks.
  virtual void drain() = 0;
  virtual std::size_t connections() const = 0;
};

}  // namespace stoa::http
