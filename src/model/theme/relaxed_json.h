// JSON as theme files hold it, into canonical text (base/json_text.h). Shopify writes a comment before it, people edit
// it by hand: a byte order mark, comments of both kinds anywhere between values, commas before a closing bracket and
// bare control characters in strings are read as if they were not there; of a repeated key the last one stands, as in
// JavaScript. Numbers keep their characters, keys their order. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa::model::theme {

// corrupt: "line 3, column 7: …", what is not JSON even so, invalid UTF-8, a lone surrogate, nesting beyond 64.
Result<std::string> canonical_relaxed(std::string_view text);

}  // namespace stoa::model::theme
