#include "base/random.h"

#include <sodium.h>

#include <cstring>

#include "base/result.h"
#include "base/text.h"

namespace stoa {

std::uint64_t Random::number() {
  unsigned char bytes[8];
  fill(bytes);
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  STOA_CHECK(bound > 0, "an empty range has no random member");
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;)
    if (const auto value = number(); value < limit) return value % bound;
}

std::string Random::token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  return base64_url(raw);
}

std::string Random::hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  return to_hex(raw);
}

void SystemRandom::fill(std::span<unsigned char> out) { randombytes_buf(out.data(), out.size()); }

}  // namespace stoa
