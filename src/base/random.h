// Random: the only source of randomness (seam). Thread-safe. SystemRandom is libsodium's (cryptographic); tests seed
// their own.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace stoa {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> out) = 0;

  std::uint64_t number();                    // uniform over 64 bits
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound), bound > 0
  std::string token(std::size_t bytes);      // URL-safe base64 without padding of that many random bytes
  std::string hex(std::size_t bytes);
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> out) override;
};

}  // namespace stoa
