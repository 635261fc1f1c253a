// The one shape of lists: {"data":[…],"page":{"next":…,"limit":50},"complete":true}. Used by reads and operator lists
// alike. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace stoa::api {

struct ListPage {
  std::string items;  // JSON values, comma-separated, without brackets
  std::optional<std::string> next;
  std::size_t limit = 50;
  std::string reason;  // why the list is not complete; empty: it is
};

std::string list_body(const ListPage& page);
// Adds `Link: <path?query&after=next>; rel="next"`. `query` without `after`, ready encoded.
void add_next_link(http::Response& response, std::string_view path, std::string_view query, const std::string& next);

}  // namespace stoa::api
