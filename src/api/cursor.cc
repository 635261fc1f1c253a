#include "api/cursor.h"

#include <bit>
#include <cstring>

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::api {
namespace {
constexpr std::size_t kMacBytes = 12;

std::string mac(const CursorScope& scope, std::string_view payload) {
  const std::string key = hmac_sha256(scope.secret, "stoa cursor");
  const std::string walk = sha256(scope.walk);
  return hmac_sha256(key, walk + std::string(payload)).substr(0, kMacBytes);
}

// tag 'n' null, 's' text, 'i' int64, 'b' bool; then the value, whose length only a text needs; the rest is the id.
void append_number(std::string& out, std::int64_t value) {
  static_assert(std::endian::native == std::endian::little, "cursors are little-endian");
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool take_number(std::string_view& in, std::int64_t& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return true;
}

void append_value(std::string& out, const model::IndexValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out += 's';
    append_number(out, std::int64_t(text->size()));
    out += *text;
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out += 'i';
    append_number(out, *number);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += 'b';
    append_number(out, *truth ? 1 : 0);
  } else {
    out += 'n';
  }
}

bool take_value(std::string_view& in, model::IndexValue& out) {
  if (in.empty()) return false;
  const char tag = in.front();
  in.remove_prefix(1);
  if (tag == 'n') return true;
  std::int64_t number = 0;
  if (!take_number(in, number)) return false;
  if (tag == 'i') return out = number, true;
  if (tag == 'b') return out = number != 0, true;
  if (tag != 's' || number < 0 || std::uint64_t(number) > in.size()) return false;
  out = std::string(in.substr(0, std::size_t(number)));
  in.remove_prefix(std::size_t(number));
  return true;
}
}  // namespace

std::string encode_cursor(const CursorScope& scope, const storage::Position& position) {
  std::string payload;
  append_value(payload, position.value);
  payload += position.id;
  return base64_url(mac(scope, payload) + payload);
}

Result<storage::Position> decode_cursor(const CursorScope& scope, std::string_view cursor) {
  const auto refuse = [] {
    return fail(error(Code::invalid,
                      "this cursor was not made for this store, route, filters and sort: start again without `after`")
                    .because("invalid-cursor"));
  };
  const auto bytes = base64_url_decode(cursor);
  if (!bytes || bytes->size() <= kMacBytes) return refuse();
  std::string_view payload = std::string_view(*bytes).substr(kMacBytes);
  if (!constant_time_equal(mac(scope, payload), std::string_view(*bytes).substr(0, kMacBytes))) return refuse();
  storage::Position position;
  if (!take_value(payload, position.value)) return refuse();
  position.id = payload;
  return position;
}

}  // namespace stoa::api
