#include "sandbox/graphql/ast.h"

#include "base/json_text.h"

namespace stoa::sandbox::graphql {

const Value* Value::field(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return &value;
  return nullptr;
}

std::string to_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return value.truth ? "true" : "false";
    case Value::Kind::string: return json::quoted(value.text);
    case Value::Kind::variable: return "$" + value.text;
    case Value::Kind::list: {
      std::string out = "[";
      for (const Value& item : value.items) out += (out.size() > 1 ? ", " : "") + to_text(item);
      return out + "]";
    }
    case Value::Kind::object: {
      std::string out = "{";
      for (const auto& [key, item] : value.fields) out += (out.size() > 1 ? ", " : "") + key + ": " + to_text(item);
      return out + "}";
    }
    default: return value.text;
  }
}

std::string to_text(const TypeRef& type) {
  std::string out = type.is_list() ? "[" + to_text(type.item.front()) + "]" : type.name;
  return type.non_null ? out + "!" : out;
}

}  // namespace stoa::sandbox::graphql
