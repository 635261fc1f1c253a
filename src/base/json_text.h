// JSON as text: what mirrored documents are made of. Keeps numbers and strings as Shopify wrote them (rule P5).
// Canonical text: no white space outside strings; strings escape only what JSON demands (", \, and controls as \b \f \n
// \r \t or \u00xx); numbers and key order as received. Equal content is therefore equal bytes. Pure functions; not tied
// to any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa::json {

// Appends `utf8` as a canonical JSON string, quotes included.
void append_string(std::string& out, std::string_view utf8);
std::string quoted(std::string_view utf8);
// The content of a JSON string token (with its quotes), unescaped.
std::string unquoted(std::string_view token);

// A forward reader over text that is known to be canonical JSON (we wrote it, or canonicalise() did): no checks, no
// allocation. One value after another: `Cursor c(text); c.enter_object(); while (auto key = c.next_key()) { if (*key ==
// "id") v = c.take(); else c.skip(); }`
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  char peek() const { return at_ < end_ ? *at_ : '\0'; }  // first byte of the next value: { [ " t f n - or a digit
  const char* position() const { return at_; }

  void enter_object() { ++at_; }
  // The next key as raw bytes without quotes (Shopify's keys never need escapes), positioned at its value; nothing at
  // the end of the object, which is then left.
  std::optional<std::string_view> next_key();
  void enter_array() { ++at_; }
  // True when positioned at a further element; false at the end of the array, which is then left.
  bool next_element();

  std::string_view take();  // the next value's raw text
  void skip() { take(); }

 private:
  void skip_string();
  const char* at_;
  const char* end_;
};

// The raw text of the value at a path of keys ("seo", "title") of a canonical object; empty when absent.
std::string_view find_raw(std::string_view object, std::initializer_list<std::string_view> path);
// The same, at keys joined by dots ("discount.codes").
std::string_view find_path(std::string_view object, std::string_view dotted);
// The unescaped string at that path; nothing when absent, null or not a string.
std::optional<std::string> find_string(std::string_view object, std::initializer_list<std::string_view> path);

}  // namespace stoa::json
