// JSON for everything but mirrored documents: configuration, bodies of operator requests, records. Over Boost.JSON.
// Mirrored documents never become a json::Value: see base/json_text.h, which keeps Shopify's bytes.
#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

// Strict: one value, UTF-8, nesting up to `depth_max`, no repeated key in an object. invalid: says what is wrong and
// where (byte).
Result<Value> parse(std::string_view text, std::size_t depth_max = 64);
std::string write(const Value& value);
std::string write_pretty(const Value& value);

// The member, or null when absent or of another type. The answers point into `value`; the overloads for objects keep
// one from being copied into a Value that is gone before its answer is used.
const Value* find(const Value& value, std::string_view key);
const Value* find(const Object& object, std::string_view key);
std::string_view string_or(const Value& value, std::string_view key, std::string_view otherwise = {});
std::string_view string_or(const Object& object, std::string_view key, std::string_view otherwise = {});
std::int64_t int_or(const Value& value, std::string_view key, std::int64_t otherwise = 0);
std::int64_t int_or(const Object& object, std::string_view key, std::int64_t otherwise = 0);
bool bool_or(const Value& value, std::string_view key, bool otherwise = false);
bool bool_or(const Object& object, std::string_view key, bool otherwise = false);
// "" and absent become null.
Value null_if_empty(std::string_view text);

}  // namespace stoa::json
