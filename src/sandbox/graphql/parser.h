// GraphQL tokens to a document, and the signatures our own type tables are written in. Pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sandbox/graphql/ast.h"

namespace stoa::sandbox::graphql {

// invalid: what stood where, in the words of graphql-ruby ("syntax error, unexpected …"). Nesting beyond 60 levels is
// refused.
Result<Document> parse_document(std::string_view source);

// "products(first: Int, sortKey: ProductSortKeys = ID): ProductConnection!", the way SDL writes a field or an input
// field.
struct Signature {
  struct Input {
    std::string name;
    TypeRef type;
    std::optional<Value> otherwise;
  };
  std::string name;
  std::vector<Input> arguments;
  TypeRef type;
};
Result<Signature> parse_signature(std::string_view text);

}  // namespace stoa::sandbox::graphql
