// A parsed document against the schema: the faults Shopify (graphql-ruby) would answer, in its words and codes. Pure
// functions.
#pragma once

#include <vector>

#include "sandbox/graphql/ast.h"
#include "sandbox/graphql/error.h"
#include "sandbox/graphql/schema.h"

namespace stoa::sandbox::graphql {

// Every operation and fragment is checked. Empty: the document can be planned.
std::vector<Fault> validate(const Schema& schema, const Document& document);

}  // namespace stoa::sandbox::graphql
