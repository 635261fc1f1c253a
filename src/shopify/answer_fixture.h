// Answers and the ends of lists, for the tests of decoding.
#pragma once

#include <string>
#include <string_view>

#include "shopify/transport.h"

namespace stoa::shopify {

// An answer whose `data` is this text.
inline Answer answer(std::string data) {
  Answer result;
  result.data_end = data.size();
  result.body = std::move(data);
  return result;
}

inline constexpr std::string_view kDone = R"("pageInfo":{"hasNextPage":false,"endCursor":null})";
inline constexpr std::string_view kMore = R"("pageInfo":{"hasNextPage":true,"endCursor":"more"})";

}  // namespace stoa::shopify
