// Rule T3: which addresses a shop's API may have. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace stoa::tenant {

struct BaseUrl {
  std::string text;  // normalised, no final '/': "https://mystore.myshopify.com" or "http://127.0.0.1:9292/s/mystore"
  std::string shop_domain;  // the *.myshopify.com host; empty for an extra host
  bool extra_host = false;  // listed in shopify.extra_hosts: http and private addresses are allowed
  bool operator==(const BaseUrl&) const = default;
};

// For *.myshopify.com: upper case, ":443", path, query and a final '/' are dropped. invalid: no scheme, http, user
// info, an address literal, or a host that is neither *.myshopify.com nor in `extra_hosts` ("host" or "host:port"); the
// text says how to put it right.
Result<BaseUrl> parse_base_url(std::string_view text, const std::vector<std::string>& extra_hosts);

}  // namespace stoa::tenant
