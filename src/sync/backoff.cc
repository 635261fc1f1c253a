#include "sync/backoff.h"

#include <algorithm>

namespace stoa::sync {

std::chrono::milliseconds backoff(std::size_t failures, std::chrono::milliseconds base, std::chrono::milliseconds max,
                                  Random& random) {
  auto ceiling = base;
  for (std::size_t i = 1; i < failures && ceiling < max; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, max);
  return std::chrono::milliseconds(1 + random.below(static_cast<std::uint64_t>(ceiling.count())));
}

}  // namespace stoa::sync
