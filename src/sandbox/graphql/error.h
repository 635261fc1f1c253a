// Errors as a GraphQL answer carries them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sandbox/graphql/ast.h"

namespace stoa::sandbox::graphql {

struct Fault {
  std::string message;
  Location at;                                                  // line 0: none
  std::string path;                                             // a JSON array, or empty
  std::vector<std::pair<std::string, std::string>> extensions;  // name, JSON text
};

Fault fault(std::string message, Location at, std::string_view code);
std::string to_json(const std::vector<Fault>& faults);  // the array of `errors`

}  // namespace stoa::sandbox::graphql
