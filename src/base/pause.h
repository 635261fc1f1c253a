// Waiting a moment on a pool thread: for a retry inside a request's deadline. Anything longer is a rescheduled job,
// never a waiting thread.
#pragma once

#include <chrono>

namespace stoa {

void pause(std::chrono::milliseconds duration);

}  // namespace stoa
