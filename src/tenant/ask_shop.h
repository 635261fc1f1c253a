// Asks a shop who it is and what the credentials may do, within a deadline: the step before anything is created or
// changed. Blocks on the network. Keeps nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shopify/kinds.h"
#include "tenant/base_url.h"
#include "tenant/credentials.h"

namespace stoa::tenant {

struct ShopQuestion {
  BaseUrl url;
  Credentials credentials;
  Secret token_in_use;  // call with this one instead of asking for another
  std::string api_version = "2026-10";
};

struct ShopAnswer {
  shopify::ShopInfo shop;
  std::vector<std::string> scopes;
  bool scopes_known = false;
  bool version_mismatch = false;
  std::optional<shopify::TokenGrant> granted;  // to be kept when the answer is accepted
};

// token-refused, shop-not-found, shop-frozen, shop-locked, access-denied, security-rejection; or, with not_now,
// shop-unavailable and throttled.
struct ShopRefusal {
  std::string code, detail;
  bool not_now = false;
  std::optional<std::chrono::milliseconds> retry_after;
};

std::expected<ShopAnswer, ShopRefusal> ask_shop(const ShopQuestion& question, http::Client& client, const Clock& clock,
                                                std::chrono::milliseconds within);

}  // namespace stoa::tenant
