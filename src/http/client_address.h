// Which addresses the outgoing client may connect to (rule T3, F-A5): judged after name resolution, at connect time, so
// that no spelling of a URL and no DNS answer gets around it. Pure.
#pragma once

struct sockaddr;

namespace stoa::http {

// False for loopback, private, link-local, shared (CGNAT), multicast, reserved and documentation addresses, for every
// way IPv6 has of carrying an IPv4 address, and for what is neither IPv4 nor IPv6.
bool public_address(const sockaddr& address);

}  // namespace stoa::http
