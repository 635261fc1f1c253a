// How long to wait before what has failed is tried again.
#pragma once

#include <chrono>

#include "base/random.h"

namespace stoa::sync {

// Storage that is away comes back by itself: it is asked again soon, then every few seconds.
inline constexpr std::chrono::milliseconds kStorageBase{2'000}, kStorageMax{15'000};

// Full jitter: anything up to `base`, doubled with each further failure, at most `max`. Many that fail at once must not
// come back at once. `failures` in a row, this one included.
std::chrono::milliseconds backoff(std::size_t failures, std::chrono::milliseconds base, std::chrono::milliseconds max,
                                  Random& random);
inline std::chrono::milliseconds storage_backoff(std::size_t failures, Random& random) {
  return backoff(failures, kStorageBase, kStorageMax, random);
}

}  // namespace stoa::sync
