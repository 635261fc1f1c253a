// What the tests of BSON share: libbson as the judge, and random documents from a seed.
#pragma once

#include <bson/bson.h>

#include <cmath>
#include <random>
#include <string>

#include "base/json.h"
#include "storage/mongo/bson_writer.h"
#include "storage/mongo/scalar_text.h"

namespace stoa::storage::mongo {

// ---- libbson

inline bson_t borrowed(Bson document) {
  bson_t view;
  if (!bson_init_static(&view, document.data(), document.size())) bson_init(&view);
  return view;
}

// Structure and UTF-8, as libbson sees them.
inline bool is_valid(Bson document) {
  bson_t view;
  return bson_init_static(&view, document.data(), document.size()) &&
         bson_validate(&view, static_cast<bson_validate_flags_t>(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL),
                       nullptr);
}

// Extended JSON: canonical shows every type, relaxed reads like plain JSON. Empty when libbson refuses.
inline std::string extended_json(Bson document, bool relaxed = false) {
  bson_t view;
  if (!bson_init_static(&view, document.data(), document.size())) return {};
  std::size_t size = 0;
  char* text = relaxed ? bson_as_relaxed_extended_json(&view, &size) : bson_as_canonical_extended_json(&view, &size);
  if (text == nullptr) return {};
  std::string out(text, size);
  bson_free(text);
  return out;
}

// Relaxed extended JSON as write_json means it: dates and decimals as plain strings.
inline json::Value plain(json::Value value) {
  if (auto* array = value.if_array()) {
    for (auto& each : *array) each = plain(std::move(each));
    return value;
  }
  auto* object = value.if_object();
  if (object == nullptr) return value;
  if (object->size() == 1) {
    if (const auto* decimal = object->if_contains("$numberDecimal")) return *decimal;
    if (const auto* date = object->if_contains("$date")) {
      if (date->is_string()) return *date;
      const auto number = std::string(date->as_object().at("$numberLong").as_string());
      char text[kScalarBytesMax];
      const char* const end = write_date(text, std::stoll(number));
      return end == nullptr ? json::Value(nullptr) : json::Value(std::string_view(text, end));
    }
  }
  for (auto& member : *object) member.value() = plain(std::move(member.value()));
  return value;
}

// Equal values; doubles may differ by what Boost.JSON's reader does.
inline bool same(const json::Value& a, const json::Value& b) {
  if (a.is_array() && b.is_array())
    return std::ranges::equal(a.get_array(), b.get_array(), [](const auto& x, const auto& y) { return same(x, y); });
  if (a.is_object() && b.is_object())
    return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
      return x.key() == y.key() && same(x.value(), y.value());
    });
  if (a.is_double() && b.is_double()) {
    const double x = a.get_double(), y = b.get_double();
    return x == y || std::abs(x - y) <= 1e-14 * std::max(std::abs(x), std::abs(y));
  }
  return a == b;
}

// ---- random

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() { return engine_(); }
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T, std::size_t N>
  const T& of(const T (&choices)[N]) {
    return choices[below(N)];
  }

  // Escapes, controls, NUL and every length of UTF-8; often longer than a block of sixteen.
  std::string text() {
    constexpr const char* kPieces[] = {"a",
                                       "tea",
                                       "<p>a longer run of plain text</p>",
                                       "\"",
                                       "\\",
                                       "/",
                                       "\n",
                                       "\t",
                                       "\x01",
                                       "\x1f",
                                       "\x7f",
                                       "\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x91\x95",
                                       "$",
                                       "."};
    std::string out;
    for (auto count = below(one_in(4) ? 60 : 6); count > 0; --count) {
      if (one_in(40))
        out += '\0';
      else
        out += of(kPieces);
    }
    return out;
  }

  double finite() {
    for (;;) {
      double value = 0;
      const auto pattern = bits();
      std::memcpy(&value, &pattern, sizeof value);
      if (one_in(2)) value = static_cast<double>(static_cast<std::int64_t>(pattern) >> below(64)) / 64;
      if (std::isfinite(value)) return value;
    }
  }

  // A document with every type that write_json takes, its keys unlike each other.
  void fill(BsonWriter& out, int depth) {
    for (std::size_t count = below(depth == 0 ? 12 : 6), i = 0; i < count; ++i) {
      auto key = fmt::format("{}{}", i, text());
      std::erase(key, '\0');
      item(out, key, depth);
    }
  }

 private:
  void item(BsonWriter& out, std::string_view key, int depth) {
    switch (below(depth < 5 ? 12 : 10)) {
      case 0: out.null(key); break;
      case 1: out.boolean(key, one_in(2)); break;
      case 2: out.int32(key, static_cast<std::int32_t>(bits())); break;
      case 3: out.int64(key, static_cast<std::int64_t>(bits()) >> below(64)); break;
      case 4: out.float64(key, finite()); break;
      case 5: out.date(key, static_cast<std::int64_t>(below(253'402'300'800'000))); break;
      case 6: out.date(key, 1000 * (static_cast<std::int64_t>(below(4'000'000'000)) - 2'000'000'000)); break;
      case 7: out.decimal128(key, {.high = std::uint64_t(6176 - below(12)) << 49, .low = bits() >> below(64)}); break;
      case 10:
        out.begin_document(key);
        fill(out, depth + 1);
        out.end();
        break;
      case 11:
        out.begin_array(key);
        for (auto count = below(13); count > 0; --count) item(out, kItem, depth + 1);
        out.end();
        break;
      default: out.utf8(key, text());
    }
  }

  std::mt19937_64 engine_;
};

}  // namespace stoa::storage::mongo
