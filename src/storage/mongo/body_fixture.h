// Random bodies: canonical text as shopify/decode writes it, and as it might if Shopify sent something odd.
#pragma once

#include "base/json_text.h"
#include "storage/mongo/bson_fixture.h"

namespace stoa::storage::mongo {

class RandomBody {
 public:
  explicit RandomBody(Dice& dice) : dice_(dice) {}

  std::string object(int depth = 0) {
    // Dates of products, some that are none, and names that MongoDB cannot hold.
    constexpr const char* kKeys[] = {"title", "updatedAt", "publishedAt", "variants", "metafields", "createdAt",
                                     "media", "price",     "$set",        "_id",      "_m",         "a.b",
                                     "",      "a\\u0000b", "q\\\"uote"};
    std::string out = "{";
    for (std::size_t count = dice_.below(depth == 0 ? 14 : 7), i = 0; i < count; ++i) {
      const auto key = dice_.one_in(3) ? std::string(kKeys[dice_.below(std::size(kKeys) - (dice_.one_in(4) ? 0 : 7))])
                                       : fmt::format("member{}", i);
      out += fmt::format("{}\"{}\":{}", i > 0 ? "," : "", key, value(depth));
    }
    return out + "}";
  }

 private:
  std::string value(int depth) {
    constexpr const char* kNumbers[] = {"0",
                                        "-0",
                                        "1",
                                        "25.0",
                                        "1.50",
                                        "1e3",
                                        "0.1",
                                        "-0.0",
                                        "1e400",
                                        "19.99",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "1.0e-05",
                                        "1.0e+16",
                                        "123456789012345678901"};
    constexpr const char* kDates[] = {
        "2026-11-22T13:39:40Z",      "2026-11-22T13:39:40.123Z",  "2026-11-22T13:39:40.000Z",
        "2026-11-22T13:39:40+01:00", "2026-11-22T13:39:40.1234Z", "1969-12-31T23:59:59.999Z",
        "0000-01-01T00:00:00Z",      "2026-02-29T00:00:00Z",      "2026-11-22"};
    switch (dice_.below(depth < 5 ? 9 : 7)) {
      case 0: return "null";
      case 1: return dice_.one_in(2) ? "true" : "false";
      case 2: return dice_.of(kNumbers);
      case 3: return std::to_string(static_cast<std::int64_t>(dice_.bits()) >> dice_.below(64));
      case 4: return fmt::format("\"{}\"", dice_.of(kDates));
      case 7: return object(depth + 1);
      case 8: {
        std::string out = "[";
        for (std::size_t count = dice_.below(13), i = 0; i < count; ++i) out += (i > 0 ? "," : "") + value(depth + 1);
        return out + "]";
      }
      default: return json::quoted(dice_.text());
    }
  }

  Dice& dice_;
};

}  // namespace stoa::storage::mongo
