// Strict reading of a query string: each parameter is asked for by name and form, and whatever is wrong with any of
// them, unknown ones included, comes out as one 400 with all faults at once. One per request, one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/problem.h"
#include "storage/registry.h"

namespace stoa::api {

class ParamReader {
 public:
  static constexpr std::size_t kLimitDefault = 50, kLimitMax = 250, kListMax = 250;

  explicit ParamReader(std::string_view query);

  std::optional<std::string> text(std::string_view name);    // "" is a value
  std::optional<std::string> filled(std::string_view name);  // "" is a fault
  std::vector<std::string> texts(std::string_view name);     // may be repeated
  std::vector<std::string> list(std::string_view name);      // comma-separated, up to 250, repeats dropped
  std::optional<bool> truth(std::string_view name);          // true, false
  std::optional<Time> time(std::string_view name);           // ISO 8601
  std::size_t limit();                                       // 1..250, default 50
  // One of `allowed`, or "" when absent.
  std::string one_of(std::string_view name, std::span<const std::string_view> allowed);

  // The store that `clientKey` or `shopDomain` names, or both; a fault when neither is given.
  storage::StoreRef store_ref();

  void fault(std::string_view name, std::string detail);
  // Call last: every parameter not asked for by then is unknown.
  std::optional<http::Problem> problem();

 private:
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<std::string> known_;
  std::vector<http::FieldFault> faults_;
};

}  // namespace stoa::api
