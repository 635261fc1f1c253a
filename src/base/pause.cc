#include "base/pause.h"

#include <condition_variable>
#include <mutex>

namespace stoa {

void pause(std::chrono::milliseconds duration) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, duration, [] { return false; });
}

}  // namespace stoa
