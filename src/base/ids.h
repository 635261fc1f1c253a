// Strong ids: the words that name a store or an object of Shopify's. Values, comparable, never empty once parsed.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

// A store's key and the name of its database: rule T2.
using ClientKey = Id<struct ClientKeyTag>;
// Canonical `*.myshopify.com` domain, lower case: rule T3.
using ShopDomain = Id<struct ShopDomainTag>;

// Rule T2: ^[a-z0-9][a-z0-9_-]{0,47}$ and not reserved by MongoDB or by Stoa. `invalid` says which part broke;
// one refused only for its case is told the lower-case form.
Result<ClientKey> parse_client_key(std::string_view text);
// Rule T3: ^[a-z0-9][a-z0-9-]*\.myshopify\.com$, already lower-cased.
Result<ShopDomain> parse_shop_domain(std::string_view text);

// Shopify's global id, `gid://shopify/{Type}/{number}` (docs: shopify.dev/docs/api/usage/gids); the tail may carry
// `?query`.
struct Gid {
  std::string_view type;    // "Product"
  std::int64_t number = 0;  // the digits after the last '/', up to a '?'
};
Result<Gid> parse_gid(std::string_view text);
std::string make_gid(std::string_view type, std::int64_t number);

}  // namespace stoa

template <class Tag>
struct std::hash<stoa::Id<Tag>> {
  std::size_t operator()(const stoa::Id<Tag>& id) const noexcept { return std::hash<std::string>()(id.str()); }
};
