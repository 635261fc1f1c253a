#include "storage/mongo/bson_json.h"

#include <bson/bson.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/json_token.h"
#include "storage/mongo/plain_run.h"
#include "storage/mongo/scalar_text.h"

namespace stoa::storage::mongo {
namespace {

constexpr int kDepthMax = 128;
constexpr std::size_t kElementSpare = 64;  // what an element may take beyond its own bytes: ends, commas, digits

// What stands beside the body in a stored document.
bool is_beside_body(std::string_view key) { return key == "_id" || key == "_m" || key == "_x"; }

// Writes while it reads. Every function answers false once something is wrong; fault() then says what and where.
// Room is asked for once per element: as many bytes as are left of its document, and kElementSpare; nothing but an
// escape makes more of them, and that asks again.
class Converter {
 public:
  Converter(std::string& out, Bson document)
      : out_(out), document_(document), bytes_end_(document.data() + document.size()), start_(out.size()) {}

  bool run() {
    const auto size = value_size(BsonType::document, document_.data(), bytes_end_);
    if (size != document_.size()) return fail(document_.data(), "the document's length or end is wrong");
    reserve(out_.size() + document_.size() + document_.size() / 8 + kElementSpare);
    const bool done = members(document_, false, 1) && text_is_utf8();
    out_.resize(done ? used() : start_);
    return done;
  }
  std::string fault() const { return fmt::format("bson: {} at byte {}", why_, fault_at_); }

 private:
  bool fail(const std::uint8_t* at, const char* why) {
    why_ = why;
    fault_at_ = at - document_.data();
    return false;
  }
  std::size_t used() const { return static_cast<std::size_t>(to_ - out_.data()); }
  void reserve(std::size_t bytes) {
    const auto written = to_ == nullptr ? start_ : used();
    out_.resize_and_overwrite(std::max(bytes, out_.capacity()), [](char*, std::size_t size) { return size; });
    to_ = out_.data() + written;
    to_end_ = out_.data() + out_.size();
  }
  void ensure(const std::uint8_t* at) {
    const auto wanted = static_cast<std::size_t>(bytes_end_ - at) + kElementSpare;
    if (static_cast<std::size_t>(to_end_ - to_) < wanted) reserve(used() + wanted + out_.size() / 2);
  }
  // The output is ASCII but for what was copied from texts, which stand between quotes: one check covers all of them.
  bool text_is_utf8() {
    const std::string_view text(out_.data() + start_, used() - start_);
    return json::is_utf8(text) || fail(document_.data(), "invalid UTF-8 in the document");
  }

  bool members(Bson document, bool is_array, int depth);
  const std::uint8_t* key(const std::uint8_t* at, const std::uint8_t* end);
  bool text(const std::uint8_t* at, const std::uint8_t* end);
  bool value(BsonType type, Bson bytes, int depth);
  bool decimal(Bson bytes);
  void escape(std::uint8_t c);
  void put(std::string_view text) {
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
  }

  std::string& out_;
  const Bson document_;
  const std::uint8_t* const bytes_end_;
  const std::size_t start_;
  char* to_ = nullptr;      // in out_
  char* to_end_ = nullptr;  // of the room in out_
  const char* why_ = "";
  std::ptrdiff_t fault_at_ = 0;
};

bool Converter::members(Bson document, bool is_array, int depth) {
  if (depth > kDepthMax) return fail(document.data(), "nested deeper than 128");
  const auto* at = document.data() + sizeof(std::int32_t);
  const auto* const end = document.data() + document.size() - 1;
  ensure(at);
  *to_++ = is_array ? '[' : '{';
  bool first = true;
  while (at < end) {
    const auto type = static_cast<BsonType>(*at++);
    ensure(at);
    char* const before = to_;
    if (!first) *to_++ = ',';
    bool hidden = false;
    if (is_array) {
      while (*at >= '0' && *at <= '9') ++at;  // at the latest `end` is none
      if (*at != 0 || at == end) return fail(at, "an array's key is no index");
    } else {
      const auto* const name = at;
      at = key(at, end);
      hidden = depth == 1 && at != nullptr &&
               is_beside_body({reinterpret_cast<const char*>(name), static_cast<std::size_t>(at - name)});
    }
    if (at == nullptr) return fail(end, "a key has no end");
    const auto size = value_size(type, ++at, end);
    if (!size) return fail(at, "a value's type, length or end is wrong");
    if (hidden) {
      to_ = before;
    } else {
      if (!value(type, {at, *size}, depth)) return false;
      first = false;
    }
    at += *size;
  }
  *to_++ = is_array ? ']' : '}';
  return true;
}

// Writes the key at `at` with its quotes and colon; answers where its NUL stands, null when there is none.
const std::uint8_t* Converter::key(const std::uint8_t* at, const std::uint8_t* end) {
  *to_++ = '"';
  for (;;) {
    at = copy_plain(at, bytes_end_, to_);
    if (at >= end) return nullptr;
    if (*at == 0) break;
    escape(*at++);
    ensure(at);
  }
  put("\":");
  return at;
}

// [at, end) is a text, its NUL at `end`.
bool Converter::text(const std::uint8_t* at, const std::uint8_t* end) {
  *to_++ = '"';
  for (;;) {
    at = copy_plain(at, bytes_end_, to_);
    if (at == end) break;
    escape(*at++);
    ensure(at);
  }
  *to_++ = '"';
  return true;
}

void Converter::escape(std::uint8_t c) {
  *to_++ = '\\';
  switch (c) {
    case '"':
    case '\\': *to_++ = static_cast<char>(c); return;
    case '\b': *to_++ = 'b'; return;
    case '\f': *to_++ = 'f'; return;
    case '\n': *to_++ = 'n'; return;
    case '\r': *to_++ = 'r'; return;
    case '\t': *to_++ = 't'; return;
    default:
      put("u00");
      *to_++ = "0123456789abcdef"[c >> 4];
      *to_++ = "0123456789abcdef"[c & 15];
  }
}

bool Converter::value(BsonType type, Bson bytes, int depth) {
  const BsonValue value{type, bytes};
  switch (type) {
    case BsonType::utf8: return text(bytes.data() + sizeof(std::int32_t), bytes.data() + bytes.size() - 1);
    case BsonType::document:
    case BsonType::array: return members(bytes, type == BsonType::array, depth + 1);
    case BsonType::null: put("null"); return true;
    case BsonType::boolean: put(*value.boolean() ? "true" : "false"); return true;
    case BsonType::int32:
    case BsonType::int64: to_ = std::to_chars(to_, to_end_, *value.integer()).ptr; return true;
    case BsonType::float64:
      if (!std::isfinite(*value.float64())) return fail(bytes.data(), "a double that JSON cannot hold");
      to_ = write_double(to_, *value.float64());
      return true;
    case BsonType::date: {
      *to_++ = '"';
      char* const end = write_date(to_, *value.date());
      if (end == nullptr) return fail(bytes.data(), "a date outside the years 0 to 9999");
      to_ = end;
      *to_++ = '"';
      return true;
    }
    case BsonType::decimal128: return decimal(bytes);
    default: return fail(bytes.data() - 1, "a value of a type that bodies do not have");
  }
}

bool Converter::decimal(Bson bytes) {
  const auto value = *BsonValue{BsonType::decimal128, bytes}.decimal128();
  constexpr std::uint64_t kNotFinite = 0x7800'0000'0000'0000;  // the combination bits of infinities and NaN
  if ((value.high & kNotFinite) == kNotFinite) return fail(bytes.data(), "a decimal that is not a number");
  const bson_decimal128_t number{.low = value.low, .high = value.high};
  char digits[BSON_DECIMAL128_STRING];
  bson_decimal128_to_string(&number, digits);
  *to_++ = '"';
  put(digits);
  *to_++ = '"';
  return true;
}

}  // namespace

Result<> write_json(std::string& out, Bson document) {
  Converter converter(out, document);
  if (!converter.run()) return fail(Code::corrupt, "{}", converter.fault());
  return {};
}

}  // namespace stoa::storage::mongo
