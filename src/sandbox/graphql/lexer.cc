#include "sandbox/graphql/lexer.h"

#include <algorithm>
#include <vector>

namespace stoa::sandbox::graphql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
}

// BlockStringValue() of the specification: common indentation and blank first and last lines go.
std::string dedent(std::string_view raw) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; from <= raw.size();) {
    const auto end = std::min(raw.find('\n', from), raw.size());
    auto line = raw.substr(from, end - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    from = end + 1;
  }
  const auto indent_of = [](std::string_view line) { return line.find_first_not_of(" \t"); };
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 1; i < lines.size(); ++i) common = std::min(common, indent_of(lines[i]));
  for (std::size_t i = 1; i < lines.size() && common != std::string_view::npos; ++i)
    lines[i].remove_prefix(std::min(common, lines[i].size()));
  const auto blank = [&](std::string_view line) { return indent_of(line) == std::string_view::npos; };
  while (!lines.empty() && blank(lines.front())) lines.erase(lines.begin());
  while (!lines.empty() && blank(lines.back())) lines.pop_back();
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) out.append(i ? "\n" : "").append(lines[i]);
  return out;
}

}  // namespace

void Lexer::new_line() {
  ++line_;
  line_start_ = at_;
}

void Lexer::skip_ignored() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == '#') {
      while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    } else if (c == '\n') {
      ++at_;
      new_line();
    } else if (c == ' ' || c == '\t' || c == ',' || c == '\r') {
      ++at_;
    } else if (starts("\xEF\xBB\xBF")) {
      at_ += 3;
    } else {
      return;
    }
  }
}

Result<Token> Lexer::next() {
  skip_ignored();
  Token token{.at = here()};
  if (at_ == source_.size()) return token;
  const char c = peek();
  if (starts("...")) {
    at_ += 3;
    token.kind = Token::Kind::punctuator;
    token.text = "...";
    return token;
  }
  if (std::string_view("!$&():=@[]{|}").find(c) != std::string_view::npos) {
    ++at_;
    token.kind = Token::Kind::punctuator;
    token.text = c;
    return token;
  }
  if (is_name_start(c)) {
    const auto from = at_;
    while (is_name_start(peek()) || is_digit(peek())) ++at_;
    token.kind = Token::Kind::name;
    token.text = source_.substr(from, at_ - from);
    return token;
  }
  if (c == '-' || is_digit(c)) return number(std::move(token));
  if (starts("\"\"\"")) return block(std::move(token));
  if (c == '"') return quoted(std::move(token));
  return fail(Code::invalid, "syntax error, unexpected invalid token (\"{}\") at [{}, {}]",
              static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "non-ascii", token.at.line, token.at.column);
}

Result<Token> Lexer::number(Token token) {
  const auto from = at_;
  token.kind = Token::Kind::integer;
  if (peek() == '-') ++at_;
  const auto digits = at_;
  while (is_digit(peek())) ++at_;
  bool sound = at_ > digits && (source_[digits] != '0' || at_ == digits + 1);
  const auto more_digits = [&] {
    const auto start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  };
  if (sound && peek() == '.') {
    ++at_;
    token.kind = Token::Kind::real;
    sound = more_digits();
  }
  if (sound && (peek() == 'e' || peek() == 'E')) {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    token.kind = Token::Kind::real;
    sound = more_digits();
  }
  if (!sound || is_name_start(peek()) || peek() == '.')
    return fail(Code::invalid, "syntax error, malformed number at [{}, {}]", token.at.line, token.at.column);
  token.text = source_.substr(from, at_ - from);
  return token;
}

Result<void> Lexer::escape(std::string& out) {
  static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  const char c = peek(1);
  if (const auto known = kFrom.find(c); c != '\0' && known != std::string_view::npos) {
    at_ += 2;
    out += kTo[known];
    return {};
  }
  const auto hex = [&](std::size_t ahead) -> int {
    int value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const char digit = peek(ahead + i);
      const auto found =
          std::string_view("0123456789abcdef").find(static_cast<char>(is_digit(digit) ? digit : digit | 0x20));
      if (found == std::string_view::npos) return -1;
      value = value * 16 + static_cast<int>(found);
    }
    return value;
  };
  const Location at = here();
  if (c == 'u') {
    if (const int high = hex(2); high >= 0 && (high < 0xD800 || high > 0xDFFF)) {
      at_ += 6;
      append_utf8(out, static_cast<unsigned>(high));
      return {};
    } else if (high >= 0xD800 && high < 0xDC00 && peek(6) == '\\' && peek(7) == 'u') {
      if (const int low = hex(8); low >= 0xDC00 && low <= 0xDFFF) {
        at_ += 12;
        append_utf8(out, 0x10000u + (static_cast<unsigned>(high - 0xD800) << 10) + static_cast<unsigned>(low - 0xDC00));
        return {};
      }
    }
  }
  return fail(Code::invalid, "syntax error, bad escape in string at [{}, {}]", at.line, at.column);
}

Result<Token> Lexer::quoted(Token token) {
  token.kind = Token::Kind::string;
  for (++at_; peek() != '"';) {
    if (at_ >= source_.size() || peek() == '\n')
      return fail(Code::invalid, "syntax error, unterminated string at [{}, {}]", token.at.line, token.at.column);
    if (peek() == '\\') {
      STOA_TRY(escape(token.text));
    } else {
      token.text += source_[at_++];
    }
  }
  ++at_;
  return token;
}

Result<Token> Lexer::block(Token token) {
  token.kind = Token::Kind::string;
  std::string raw;
  for (at_ += 3; !starts("\"\"\"");) {
    if (at_ >= source_.size())
      return fail(Code::invalid, "syntax error, unterminated block string at [{}, {}]", token.at.line, token.at.column);
    if (starts("\\\"\"\"")) {
      raw += "\"\"\"";
      at_ += 4;
      continue;
    }
    const char c = source_[at_++];
    raw += c;
    if (c == '\n') new_line();
  }
  at_ += 3;
  token.text = dedent(raw);
  return token;
}

}  // namespace stoa::sandbox::graphql
