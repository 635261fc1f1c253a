// Text and byte helpers that several folders need. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stoa {

std::string ascii_lower(std::string_view text);
bool ascii_iequals(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);  // spaces and tabs
std::vector<std::string_view> split(std::string_view text, char separator);

// Lower case of every letter Unicode knows a simple mapping for (C.UTF-8); bytes that are not UTF-8 stay as they are.
// For sort keys.
std::string fold(std::string_view utf8);
bool valid_utf8(std::string_view text);

// %XX decoding. `plus_is_space` for query strings. Nothing for a broken escape, NUL or invalid UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Escapes all but RFC 3986 unreserved characters.
std::string percent_encode(std::string_view text);

std::string to_hex(std::string_view bytes);
std::string base64(std::string_view bytes);
std::string base64_url(std::string_view bytes);  // no padding
std::optional<std::string> base64_decode(std::string_view text);
std::optional<std::string> base64_url_decode(std::string_view text);

std::optional<std::int64_t> parse_int(std::string_view text);  // whole text, decimal, optional '-'

// Last four characters behind dots, "••••abcd"; fewer than nine characters show none of them (rule K2).
std::string masked(std::string_view secret);

// The entry of `known` nearest to `word` (edit distance up to 3), for "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace stoa
