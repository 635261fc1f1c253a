// GraphQL text to tokens. Not thread-safe; the source must outlive the lexer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/graphql/ast.h"

namespace stoa::sandbox::graphql {

struct Token {
  enum class Kind { end, punctuator, name, integer, real, string };
  Kind kind = Kind::end;
  std::string text;  // a string's value with escapes resolved and block indentation removed; otherwise as written
  Location at;
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}
  // The next token; `end` again and again at the end. invalid: says what stood where.
  Result<Token> next();

 private:
  void skip_ignored();
  Result<Token> number(Token token);
  Result<Token> quoted(Token token);
  Result<Token> block(Token token);
  Result<void> escape(std::string& out);
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  Location here() const { return {line_, static_cast<int>(at_ - line_start_) + 1}; }
  void new_line();

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace stoa::sandbox::graphql
