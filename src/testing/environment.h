// What a test run is told by its environment (tools/run_tests.py sets it).
#pragma once

#include <cstdlib>
#include <string>

namespace stoa::testing {

// Empty when it is not set.
inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace stoa::testing
