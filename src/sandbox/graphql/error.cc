#include "sandbox/graphql/error.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace stoa::sandbox::graphql {

Fault fault(std::string message, Location at, std::string_view code) {
  return {std::move(message), at, {}, {{"code", json::quoted(code)}}};
}

std::string to_json(const std::vector<Fault>& faults) {
  std::string out = "[";
  for (const Fault& fault : faults) {
    out += out.size() > 1 ? ",{\"message\":" : "{\"message\":";
    json::append_string(out, fault.message);
    if (fault.at.line > 0)
      out += fmt::format(R"(,"locations":[{{"line":{},"column":{}}}])", fault.at.line, fault.at.column);
    if (!fault.path.empty()) out += ",\"path\":" + fault.path;
    if (!fault.extensions.empty()) {
      out += ",\"extensions\":{";
      for (const auto& [name, value] : fault.extensions) out += json::quoted(name) + ":" + value + ",";
      out.back() = '}';
    }
    out += "}";
  }
  return out + "]";
}

}  // namespace stoa::sandbox::graphql
