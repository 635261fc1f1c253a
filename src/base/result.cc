#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace stoa {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::not_found: return "not-found";
    case Code::denied: return "denied";
    case Code::conflict: return "conflict";
    case Code::throttled: return "throttled";
    case Code::unavailable: return "unavailable";
    case Code::corrupt: return "corrupt";
    case Code::cancelled: return "cancelled";
    case Code::bug: return "bug";
  }
  return "bug";
}

void check_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, why);
  std::abort();
}

}  // namespace stoa
