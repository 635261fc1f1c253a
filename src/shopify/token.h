// Access tokens by grant: POST {base}/admin/oauth/access_token (shopify.md, section E). Blocks on the network.
#pragma once

#include "shopify/transport.h"

namespace stoa::shopify {

struct TokenGrant {
  Secret access_token, refresh_token;
  Time access_expires_at{}, refresh_expires_at{};  // zero: never
  std::string scope;                               // comma-separated, as granted
};

// Errors: auth-failed (400, 401: the credentials are refused), and the transport's others.
Result<TokenGrant> client_credentials(const Endpoint& endpoint, const std::string& client_id,
                                      const Secret& client_secret, http::Client& client, const Clock& clock,
                                      std::chrono::milliseconds timeout);
Result<TokenGrant> refresh(const Endpoint& endpoint, const std::string& client_id, const Secret& client_secret,
                           const Secret& refresh_token, http::Client& client, const Clock& clock,
                           std::chrono::milliseconds timeout);

}  // namespace stoa::shopify
