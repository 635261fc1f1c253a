// How doubles and dates stand in the JSON that is made from BSON, and whether a text is exactly that: both directions
// share it, so that what the encoder calls exact is exact. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stoa::storage::mongo {

inline constexpr int kScalarBytesMax = 32;  // no double or date takes more

// Fewest digits that read back as the same double, laid out as Ruby (hence Shopify) does: "25.0", "0.0001", "1.0e-05",
// "1.0e+16". Answers the end of what it wrote. The value must be finite.
char* write_double(char* out, double value);

// "2026-11-22T13:39:40Z", "2026-11-22T13:39:40.123Z". Null when the year is outside 0..9999.
char* write_date(char* out, std::int64_t milliseconds);
// The milliseconds of a text that write_date would write; nothing for any other text.
std::optional<std::int64_t> read_date(std::string_view text);

}  // namespace stoa::storage::mongo
