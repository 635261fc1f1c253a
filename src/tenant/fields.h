// The fields of a store's configuration: their rules, in one table for registration, change and display.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace stoa::tenant {

struct FieldRule {
  std::string_view name;
  std::size_t length_max;  // characters (Unicode), contract section 2
  bool secret = false;     // sealed at rest, shown masked
  bool changeable = true;  // by PATCH
};
std::span<const FieldRule> field_rules();
const FieldRule* field_rule(std::string_view name);

// What is wrong with one field; `pointer` is a JSON pointer into the body.
struct Fault {
  std::string pointer, detail;
};

// JSON pointer (RFC 6901) to a member of the body: "/name", '~' and '/' escaped.
std::string pointer_to(std::string_view name);

// The given fields of a JSON object, trimmed of nothing: texts as given, "" and null as nullopt. Unknown names, wrong
// types, lengths, control characters and bad enums go to `faults`, all of them. `settings` is skipped (see settings.h).
std::map<std::string, std::optional<std::string>> read_fields(const json::Object& body, std::vector<Fault>& faults);

// "••••abcd", as responses show it: posted back, it means "as it was".
bool is_masked(std::string_view value);

}  // namespace stoa::tenant
