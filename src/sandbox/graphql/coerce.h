// Input values against input types, as GraphQL's specification coerces them. Pure functions.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "sandbox/graphql/plan.h"

namespace stoa::sandbox::graphql {

// A JSON value as a literal: strings stay strings even where an enum is wanted.
Value value_from_json(const json::Value& value);

// The value with defaults filled in and single items wrapped into lists. Enums are taken as names, and as strings when
// `from_json`. invalid: the explanation Shopify gives, with the path of the offending field in `reason`.
Result<Value> coerce(const Schema& schema, const TypeRef& type, Value value, bool from_json);

// Replaces variables by their values; nothing when the value is a variable that was not given.
std::optional<Value> substitute(const Value& value, const Variables& variables);

}  // namespace stoa::sandbox::graphql
