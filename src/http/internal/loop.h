// One event loop on one thread, with the connections it serves. Runs everything on that thread but
// what says otherwise. The server owns its loops; a loop outlives its connections.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "base/thread_pool.h"
#include "http/internal/asio.h"
#include "http/server.h"

namespace stoa::http::internal {

class Connection;

// How many connections there are, and a way to wait for none. Thread-safe.
class Census {
 public:
  void enter() { ++count_; }
  void leave();
  std::size_t count() const { return count_; }
  // False: some are left after that time.
  bool wait_for_none(std::chrono::milliseconds at_most);

 private:
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

// A connection's place in a census, from accept to close.
class Seat {
 public:
  explicit Seat(Census& census) : census_(&census) { census.enter(); }
  Seat(Seat&& other) noexcept : census_(std::exchange(other.census_, nullptr)) {}
  ~Seat() {
    if (census_ != nullptr) census_->leave();
  }
  bool in(const Census& census) const { return census_ == &census; }

 private:
  Census* census_;
};

// What every connection of a server shares. Thread-safe.
struct Shared {
  Shared(const ServerOptions& server_options, Service& server_service, const Clock& server_clock)
      : options(server_options),
        service(server_service),
        clock(server_clock),
        pool(std::in_place,
             ThreadPool::Options{
                 .name = "http-work", .threads_max = options.workers_max, .queue_max = options.work_queue_max}) {}

  const ServerOptions options;
  Service& service;
  const Clock& clock;
  Census served;
  Census refused;  // beyond connections_max, on their way out
  std::atomic<bool> draining = false;
  std::atomic<bool> stopped = false;  // work still queued is not done any more
  std::optional<ThreadPool> pool;     // gone before the loops are: its work answers to them
};

class Loop {
 public:
  Loop(Shared& shared, std::uint64_t seed);
  ~Loop();

  void start();
  // From any thread.
  void adopt(Socket socket, Seat seat);
  // From any thread. Streams end; connections stay for a last request.
  void end_streams();
  void close_idle();
  void close_all();
  // Ends the loop's thread.
  void stop();

  asio::io_context& context() { return context_; }
  Shared& shared() { return shared_; }
  Tick now() const { return shared_.clock.mono(); }
  // Header lines that are the same for every response of this second.
  std::string_view common_head() const { return common_head_; }
  // Unique in this server: a keyed sequence, because the system's randomness costs a call each.
  std::string next_request_id();
  // Where bytes that nobody reads go.
  asio::mutable_buffer waste() { return asio::buffer(waste_); }

  void add(Connection& connection) { connections_.insert(&connection); }
  void remove(Connection& connection) { connections_.erase(&connection); }

 private:
  Task<> sweep();
  void refresh_head();
  template <class Action>
  void on_each(Action action);

  Shared& shared_;
  std::unordered_set<Connection*> connections_;
  std::string common_head_;
  std::uint64_t next_id_;
  std::array<char, 16 * 1024> waste_;
  asio::io_context context_{1};  // after what its handlers use
  std::thread thread_;
};

}  // namespace stoa::http::internal
