// The GraphQL operations that Stoa sends, embedded from documents/*.graphql by tools/embed.py. Constants.
#pragma once

#include <span>
#include <string_view>

namespace stoa::shopify {

struct Document {
  std::string_view operation;  // "ProductsPage"
  std::string_view text;       // the operation and the fragments it uses
};

std::span<const Document> documents();

// The text of that operation. CHECKs that there is one.
std::string_view document(std::string_view operation);

}  // namespace stoa::shopify
