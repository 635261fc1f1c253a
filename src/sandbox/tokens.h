// Who may call a shop: the static token, and those handed out by client credentials and refresh. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "http/message.h"

namespace stoa::sandbox {

struct TokenOptions {
  std::string admin_token;  // never expires
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;  // the first of an expiring offline pair
  std::chrono::seconds credentials_life{86'400};
  std::chrono::seconds offline_life{3'600};
};

class Tokens {
 public:
  Tokens(TokenOptions options, std::string scopes, const Clock& clock, Random& random)
      : options_(std::move(options)), scopes_(std::move(scopes)), clock_(clock), random_(random) {}

  bool valid(std::string_view token) const;
  // POST /admin/oauth/access_token, form or JSON. Grants: client_credentials, refresh_token. A refresh token works
  // until the one it was exchanged for is used (Shopify, since 2026-08-28).
  http::Response exchange(const http::Request& request);
  void set_admin(std::string token);  // the old one is refused from now on
  void expire();                      // every token handed out
  json::Object describe() const;      // what a rehearsal needs to log in

 private:
  http::Response grant(std::chrono::seconds life, bool refreshable);

  mutable std::mutex mutex_;
  TokenOptions options_;
  const std::string scopes_;
  const Clock& clock_;
  Random& random_;
  std::map<std::string, Tick, std::less<>> issued_;
  std::string previous_refresh_;
  std::uint64_t exchanges_ = 0;
};

}  // namespace stoa::sandbox
