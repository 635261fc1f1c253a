#include "http/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace stoa::http {
namespace {

struct Range4 {
  std::uint32_t base;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry (RFC 6890), with multicast and what is reserved above it.
constexpr std::array kClosed4{
    Range4{v4(0, 0, 0, 0), 8},      Range4{v4(10, 0, 0, 0), 8},     Range4{v4(100, 64, 0, 0), 10},
    Range4{v4(127, 0, 0, 0), 8},    Range4{v4(169, 254, 0, 0), 16}, Range4{v4(172, 16, 0, 0), 12},
    Range4{v4(192, 0, 0, 0), 24},   Range4{v4(192, 0, 2, 0), 24},   Range4{v4(192, 88, 99, 0), 24},
    Range4{v4(192, 168, 0, 0), 16}, Range4{v4(198, 18, 0, 0), 15},  Range4{v4(198, 51, 100, 0), 24},
    Range4{v4(203, 0, 113, 0), 24}, Range4{v4(224, 0, 0, 0), 3},
};

bool public_v4(std::uint32_t address) {
  return std::ranges::none_of(kClosed4, [&](Range4 range) { return (address ^ range.base) >> (32 - range.bits) == 0; });
}

// Only global unicast, 2000::/3, without the blocks in it that are documentation (2001:db8::/32, 3fff::/20) or carry
// IPv4 or are protocol assignments (2002::/16 is 6to4; 2001::/23 has Teredo). Mapped (::ffff:0:0/96) and NAT64
// (64:ff9b::/96) are outside.
bool public_v6(const in6_addr& address) {
  const auto* bytes = address.s6_addr;
  if (bytes[0] >> 5 != 1) return false;
  const unsigned first = unsigned(bytes[0]) << 8 | bytes[1];
  const unsigned second = unsigned(bytes[2]) << 8 | bytes[3];
  if (first == 0x2002) return false;
  if (first == 0x2001 && (second < 0x0200 || second == 0x0DB8)) return false;
  return !(first == 0x3FFF && second < 0x1000);
}

}  // namespace

bool public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4_address;
    std::memcpy(&v4_address, &address, sizeof v4_address);
    return public_v4(ntohl(v4_address.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6_address;
    std::memcpy(&v6_address, &address, sizeof v6_address);
    return public_v6(v6_address.sin6_addr);
  }
  return false;
}

}  // namespace stoa::http
