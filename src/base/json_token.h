// The smallest parts of JSON (RFC 8259), checked: what simdjson's lazy reader leaves to its caller. Pure functions.
#pragma once

#include <string_view>

namespace stoa::json {

// Without white space at the end.
std::string_view trim_space(std::string_view text);

bool is_number(std::string_view text);

// What is wrong with the escapes in a string's content (without its quotes): an unknown one, or half a surrogate pair;
// null when nothing.
const char* escape_fault(std::string_view content);

// As stoa::valid_utf8, at several GB/s: for whole documents.
bool is_utf8(std::string_view text);

}  // namespace stoa::json
