// For tests: the other end of a connection, byte by byte, with blocking sockets on loopback. One thread each.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace stoa::http::testing {

// A client that sends what it is told and reads what comes, for five seconds at most.
class RawClient {
 public:
  explicit RawClient(const std::string& address);  // "127.0.0.1:41235"
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  struct Answer {
    int status = 0;  // 0: no (whole) answer came
    std::string head;
    std::string body;
    std::string header(std::string_view name) const;
  };
  // The next response; `head_only` for answers to HEAD.
  Answer receive(bool head_only = false);
  // All bytes up to the end of the connection; "<reset>" is appended if that is how it ended, "<timeout>" if it did
  // not.
  std::string receive_all();
  void finish_sending();  // half-close
  void reset();           // closes with RST

 private:
  bool fill();
  int socket_;
  std::string pending_;
  std::string end_;
};

// A server whose n-th connection is handled by a function given the socket; its port is known at once.
class RawServer {
 public:
  using Handle = std::function<void(int socket, int connection)>;
  explicit RawServer(Handle handle);
  ~RawServer();
  std::string url(std::string_view path = "/") const;
  int connections() const { return connections_; }

 private:
  int listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

// A peer that takes its time, where that is what the test is about.
void pause(std::chrono::milliseconds time);
std::string read_head(int socket);  // up to the empty line, and what came with it
void write_all(int socket, std::string_view bytes);
void set_reset_on_close(int socket);

}  // namespace stoa::http::testing
