// A bounded pool of threads for work that blocks (SQLite, libcurl). Thread-safe. Threads start when first needed.
// The destructor lets queued work finish and joins.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stoa {

class ThreadPool {
 public:
  struct Options {
    std::string name = "pool";     // shown in `top -H`
    std::size_t threads_max = 4;   // upper bound of threads; each costs about 50 KB
    std::size_t queue_max = 4096;  // work waiting beyond this is refused: try_post answers false
  };
  explicit ThreadPool(Options options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // False when the queue is full: the caller sheds (rule O2). The work must not throw.
  bool try_post(std::function<void()> work);
  std::size_t queued() const;
  std::size_t busy() const;

 private:
  void run();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace stoa
