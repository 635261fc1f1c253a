// Result<T>: how every fallible function of Stoa answers. Plain values, no thread-safety concerns.
// The code says what the caller should do; the text says what happened, in the grammar of docs/style:
// `where: what failed: value seen, value wanted`, lower case, no full stop, never a secret.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace stoa {

enum class Code {
  invalid,      // the request is wrong; repeating it will not help
  not_found,    // there is no such thing
  denied,       // the credential does not allow it
  conflict,     // something else holds it: re-read, then decide
  throttled,    // asked to slow down: retry after retry_after
  unavailable,  // not now: retry with backoff
  corrupt,      // stored bytes are not what was written
  cancelled,    // the caller or the operator stopped it
  bug,          // ours
};

std::string_view to_string(Code code);

struct Error {
  Code code = Code::bug;
  std::string what;
  // Stable kebab-case name shown to API users as `code` ("database-not-ours"); empty: derived from `code`.
  std::string reason = {};
  std::optional<std::chrono::milliseconds> retry_after = {};

  // The same error seen from one level up: "where: what".
  Error in(std::string_view where) && {
    what = fmt::format("{}: {}", where, what);
    return std::move(*this);
  }
  Error because(std::string_view name) && {
    reason = name;
    return std::move(*this);
  }
  Error after(std::chrono::milliseconds wait) && {
    retry_after = wait;
    return std::move(*this);
  }
};

template <class T = void>
using Result = std::expected<T, Error>;

template <class... Args>
Error error(Code code, fmt::format_string<Args...> text, Args&&... args) {
  return Error{code, fmt::format(text, std::forward<Args>(args)...)};
}

template <class... Args>
std::unexpected<Error> fail(Code code, fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(text, std::forward<Args>(args)...)});
}

inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

// STOA_TRY(expr): leaves the function with expr's error. STOA_TRY_ASSIGN(auto x, expr): else binds its value.
#define STOA_CONCAT_(a, b) a##b
#define STOA_CONCAT(a, b) STOA_CONCAT_(a, b)
#define STOA_TRY(expr)                                                    \
  do {                                                                    \
    auto stoa_try_ = (expr);                                              \
    if (!stoa_try_) return std::unexpected(std::move(stoa_try_).error()); \
  } while (false)
#define STOA_TRY_ASSIGN(decl, expr) STOA_TRY_ASSIGN_(decl, expr, STOA_CONCAT(stoa_try_, __LINE__))
#define STOA_TRY_ASSIGN_(decl, expr, name)                    \
  auto name = (expr);                                         \
  if (!name) return std::unexpected(std::move(name).error()); \
  decl = std::move(*name)

// What a programmer can get wrong. On in release: prints the condition and aborts.
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);
#define STOA_CHECK(condition, why) ((condition) ? void() : ::stoa::check_failed(#condition, why, __FILE__, __LINE__))

}  // namespace stoa
