#include "base/json_text.h"

#include <emmintrin.h>

#include <cstring>

namespace stoa::json {
namespace {

// First byte at or after `at` that is `a`, `b`, or (with `controls`) below 0x20; `end` when none. Sixteen bytes at a
// time.
template <char a, char b, bool controls>
const char* scan(const char* at, const char* end) {
  const __m128i wanted_a = _mm_set1_epi8(a), wanted_b = _mm_set1_epi8(b), last_control = _mm_set1_epi8(0x1F);
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, wanted_a), _mm_cmpeq_epi8(block, wanted_b));
    if (controls) hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block));
    if (const int mask = _mm_movemask_epi8(hit)) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
  for (; at < end; ++at)
    if (*at == a || *at == b || (controls && static_cast<unsigned char>(*at) < 0x20)) return at;
  return end;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: {
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    }
  }
}

unsigned hex4(const char* at) {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    value = value << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return value;
}

void append_utf8(std::string& out, unsigned value) {
  if (value < 0x80) {
    out += char(value);
  } else if (value < 0x800) {
    out += {char(0xC0 | value >> 6), char(0x80 | (value & 0x3F))};
  } else if (value < 0x10000) {
    out += {char(0xE0 | value >> 12), char(0x80 | (value >> 6 & 0x3F)), char(0x80 | (value & 0x3F))};
  } else {
    out += {char(0xF0 | value >> 18), char(0x80 | (value >> 12 & 0x3F)), char(0x80 | (value >> 6 & 0x3F)),
            char(0x80 | (value & 0x3F))};
  }
}

}  // namespace

void append_string(std::string& out, std::string_view utf8) {
  out += '"';
  const char* at = utf8.data();
  const char* const end = at + utf8.size();
  for (;;) {
    const char* stop = scan<'"', '\\', true>(at, end);
    out.append(at, stop);
    if (stop == end) break;
    append_escaped(out, *stop);
    at = stop + 1;
  }
  out += '"';
}

std::string quoted(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() + 2);
  append_string(out, utf8);
  return out;
}

std::string unquoted(std::string_view token) {
  std::string out;
  if (token.size() < 2) return out;
  token = token.substr(1, token.size() - 2);
  const char* at = token.data();
  const char* const end = at + token.size();
  while (at < end) {
    const char* stop = scan<'\\', '\\', false>(at, end);
    out.append(at, stop);
    if (stop == end || stop + 1 == end) break;
    at = stop + 2;
    switch (stop[1]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        if (end - at < 4) return out;
        unsigned value = hex4(at);
        at += 4;
        if (value >= 0xD800 && value < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
          value = 0x10000 + ((value - 0xD800) << 10) + (hex4(at + 2) - 0xDC00);
          at += 6;
        }
        append_utf8(out, value);
        break;
      }
      default: out += stop[1];
    }
  }
  return out;
}

void Cursor::skip_string() {
  ++at_;
  for (;;) {
    at_ = scan<'"', '\\', false>(at_, end_);
    if (at_ >= end_) return;
    if (*at_ == '"') {
      ++at_;
      return;
    }
    at_ += 2;
  }
}

std::optional<std::string_view> Cursor::next_key() {
  if (at_ < end_ && *at_ == ',') ++at_;
  if (at_ >= end_ || *at_ == '}') {
    if (at_ < end_) ++at_;
    return std::nullopt;
  }
  const char* start = at_ + 1;
  skip_string();
  const std::string_view key(start, static_cast<std::size_t>(at_ - start - 1));
  ++at_;  // ':'
  return key;
}

bool Cursor::next_element() {
  if (at_ < end_ && *at_ == ',') ++at_;
  if (at_ >= end_ || *at_ == ']') {
    if (at_ < end_) ++at_;
    return false;
  }
  return true;
}

std::string_view Cursor::take() {
  const char* start = at_;
  switch (peek()) {
    case '"': skip_string(); break;
    case '{':
    case '[': {
      // Braces count only outside strings; the text is known to be balanced.
      std::size_t depth = 0;
      while (at_ < end_) {
        const char c = *at_;
        if (c == '"') {
          skip_string();
          continue;
        }
        ++at_;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) break;
      }
      break;
    }
    default:
      while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']') ++at_;
  }
  return {start, static_cast<std::size_t>(at_ - start)};
}

std::string_view find_raw(std::string_view object, std::initializer_list<std::string_view> path) {
  for (const auto wanted : path) {
    if (object.empty() || object.front() != '{') return {};
    Cursor cursor(object);
    cursor.enter_object();
    std::string_view found;
    while (auto key = cursor.next_key()) {
      const auto raw = cursor.take();
      if (*key == wanted) {
        found = raw;
        break;
      }
    }
    if (found.empty()) return {};
    object = found;
  }
  return object;
}

std::string_view find_path(std::string_view object, std::string_view dotted) {
  while (!dotted.empty()) {
    const auto key = dotted.substr(0, dotted.find('.'));
    object = find_raw(object, {key});
    dotted.remove_prefix(std::min(dotted.size(), key.size() + 1));
  }
  return object;
}

std::optional<std::string> find_string(std::string_view object, std::initializer_list<std::string_view> path) {
  const auto raw = find_raw(object, path);
  if (raw.empty() || raw.front() != '"') return std::nullopt;
  return unquoted(raw);
}

}  // namespace stoa::json
