#include "base/json_token.h"

#include <simdjson.h>

namespace stoa::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The UTF-16 unit of "XXXX", or -1.
int utf16_unit(std::string_view text) {
  if (text.size() < 4) return -1;
  int unit = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      unit = unit * 16 + (c - '0');
    else if (lower >= 'a' && lower <= 'f')
      unit = unit * 16 + (lower - 'a' + 10);
    else
      return -1;
  }
  return unit;
}

}  // namespace

std::string_view trim_space(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > start;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const bool leading_zero = at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1]);
  if (leading_zero || !digits()) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

const char* escape_fault(std::string_view content) {
  constexpr auto kUnknown = "an unknown escape in a string";
  constexpr auto kLone = "a lone surrogate in a string";
  for (auto at = content.find('\\'); at != std::string_view::npos; at = content.find('\\', at)) {
    if (at + 1 >= content.size()) return kUnknown;
    const char kind = content[at + 1];
    at += 2;
    if (kind != 'u') {
      if (!std::string_view("\"\\/bfnrt").contains(kind)) return kUnknown;
      continue;
    }
    const int unit = utf16_unit(content.substr(at));
    if (unit < 0) return kUnknown;
    at += 4;
    if (unit < 0xD800 || unit > 0xDFFF) continue;
    const bool paired = unit < 0xDC00 && content.substr(at, 2) == "\\u";
    const int low = paired ? utf16_unit(content.substr(at + 2)) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return kLone;
    at += 6;
  }
  return nullptr;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace stoa::json
