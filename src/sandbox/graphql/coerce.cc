#include "sandbox/graphql/coerce.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stoa::sandbox::graphql {
namespace {

std::unexpected<Error> wrong(std::string explanation, std::string path = {}) {
  return std::unexpected(Error{Code::invalid, std::move(explanation), std::move(path), {}});
}

bool is_gid(std::string_view text) {
  constexpr std::string_view kPrefix = "gid://shopify/";
  if (!text.starts_with(kPrefix)) return false;
  const auto slash = text.find('/', kPrefix.size());
  return slash != std::string_view::npos && slash > kPrefix.size() && slash + 1 < text.size();
}

Result<Value> coerce_scalar(const TypeDef& type, Value value) {
  using Kind = Value::Kind;
  const auto mismatch = [&] {
    return wrong(fmt::format("Could not coerce value {} to {}", to_text(value), type.name));
  };
  if (type.name == "Int") {
    const auto number = parse_int(value.text);
    if (value.kind != Kind::integer || !number || *number < INT32_MIN || *number > INT32_MAX) return mismatch();
  } else if (type.name == "Float") {
    if (value.kind != Kind::integer && value.kind != Kind::real) return mismatch();
  } else if (type.name == "Boolean") {
    if (value.kind != Kind::boolean) return mismatch();
  } else if (type.name == "ID") {
    if (value.kind != Kind::string && value.kind != Kind::integer) return mismatch();
    if (!is_gid(value.text)) return wrong(fmt::format("Invalid global id '{}'", value.text));
    value.kind = Kind::string;
  } else if (value.kind != Kind::string) {
    return mismatch();
  }
  return value;
}

Result<Value> coerce_object(const Schema& schema, const TypeDef& type, Value value, bool from_json) {
  if (value.kind != Value::Kind::object)
    return wrong(fmt::format("Expected {} to be a key-value object.", to_text(value)));
  for (const auto& [name, field] : value.fields)
    if (!type.input(name)) return wrong(fmt::format("Field is not defined on {}", type.name), name);
  Value out{.kind = Value::Kind::object, .text = {}, .items = {}, .fields = {}, .at = value.at};
  for (const InputDef& input : type.inputs) {
    const Value* given = value.field(input.name);
    if (!given && !input.otherwise) {
      if (input.type.non_null) return wrong("Expected value to not be null");
      continue;
    }
    STOA_TRY_ASSIGN(auto coerced, coerce(schema, input.type, given ? *given : *input.otherwise, from_json));
    out.fields.emplace_back(input.name, std::move(coerced));
  }
  return out;
}

}  // namespace

Value value_from_json(const json::Value& value) {
  Value out;
  switch (value.kind()) {
    case boost::json::kind::null: break;
    case boost::json::kind::bool_:
      out.kind = Value::Kind::boolean;
      out.truth = value.get_bool();
      break;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      out.kind = value.is_double() ? Value::Kind::real : Value::Kind::integer;
      out.text = json::write(value);
      break;
    case boost::json::kind::string:
      out.kind = Value::Kind::string;
      out.text = value.get_string();
      break;
    case boost::json::kind::array:
      out.kind = Value::Kind::list;
      for (const auto& item : value.get_array()) out.items.push_back(value_from_json(item));
      break;
    case boost::json::kind::object:
      out.kind = Value::Kind::object;
      for (const auto& [name, item] : value.get_object()) out.fields.emplace_back(name, value_from_json(item));
      break;
  }
  return out;
}

Result<Value> coerce(const Schema& schema, const TypeRef& type, Value value, bool from_json) {
  if (value.is_null()) {
    if (type.non_null) return wrong("Expected value to not be null");
    return value;
  }
  if (type.is_list()) {
    Value out{.kind = Value::Kind::list, .text = {}, .items = {}, .fields = {}, .at = value.at};
    std::vector<Value> items;
    value.kind == Value::Kind::list ? items.swap(value.items) : items.push_back(std::move(value));
    for (Value& item : items) {
      STOA_TRY_ASSIGN(auto coerced, coerce(schema, type.item.front(), std::move(item), from_json));
      out.items.push_back(std::move(coerced));
    }
    return out;
  }
  const TypeDef& named = schema.known(type.name);
  if (named.kind == TypeDef::Kind::input) return coerce_object(schema, named, std::move(value), from_json);
  if (named.kind == TypeDef::Kind::scalar) return coerce_scalar(named, std::move(value));
  const auto wanted = from_json ? Value::Kind::string : Value::Kind::enumeration;
  if ((value.kind != wanted && value.kind != Value::Kind::enumeration) ||
      std::ranges::find(named.values, value.text) == named.values.end()) {
    std::string names;
    for (const auto& name : named.values) names += (names.empty() ? "" : ", ") + name;
    return wrong(fmt::format("Expected {} to be one of: {}", to_text(value), names));
  }
  value.kind = Value::Kind::enumeration;
  return value;
}

std::optional<Value> substitute(const Value& value, const Variables& variables) {
  if (value.kind == Value::Kind::variable) {
    const auto found = std::ranges::find(variables, value.text, &std::pair<std::string, Value>::first);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }
  Value out = value;
  for (Value& item : out.items) item = substitute(item, variables).value_or(Value{});
  std::erase_if(out.fields, [&](auto& field) {
    auto replaced = substitute(field.second, variables);
    if (replaced) field.second = std::move(*replaced);
    return !replaced;
  });
  return out;
}

}  // namespace stoa::sandbox::graphql
