// A GraphQL document as it was written (spec October 2021, executable part). Plain values; owned by whoever parsed it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa::sandbox::graphql {

struct Location {
  int line = 0;  // both from 1
  int column = 0;
};

// A literal, a variable's name, or (once coerced) an argument's value.
struct Value {
  enum class Kind { null, integer, real, string, boolean, enumeration, list, object, variable };
  Kind kind = Kind::null;
  std::string text;          // string and enum: the value; variable: its name; numbers: as written
  std::vector<Value> items;  // list
  std::vector<std::pair<std::string, Value>> fields;  // object
  bool truth = false;                                 // boolean
  Location at;

  bool is_null() const { return kind == Kind::null; }
  const Value* field(std::string_view name) const;  // of an object; null when absent
};

// As GraphQL or JSON writes it: for messages.
std::string to_text(const Value& value);

struct TypeRef {
  std::string name;           // of a named type; empty for a list
  std::vector<TypeRef> item;  // of a list: exactly one
  bool non_null = false;

  bool is_list() const { return !item.empty(); }
  const std::string& named() const { return is_list() ? item.front().named() : name; }
};

std::string to_text(const TypeRef& type);  // "[String!]!"

struct Argument {
  std::string name;
  Value value;
  Location at;
};

struct Directive {
  std::string name;
  std::vector<Argument> arguments;
  Location at;
};

struct Selection;
using SelectionSet = std::vector<Selection>;

struct Selection {
  enum class Kind { field, spread, inline_fragment };
  Kind kind = Kind::field;
  std::string name;   // field or fragment; of an inline fragment its type, or empty
  std::string alias;  // response key of a field when it differs
  std::vector<Argument> arguments;
  std::vector<Directive> directives;
  SelectionSet selections;
  Location at;

  const std::string& key() const { return alias.empty() ? name : alias; }
};

struct VariableDef {
  std::string name;
  TypeRef type;
  std::optional<Value> otherwise;
  Location at;
};

struct Operation {
  std::string type = "query";  // query, mutation, subscription
  std::string name;
  std::vector<VariableDef> variables;
  std::vector<Directive> directives;
  SelectionSet selections;
  Location at;
};

struct Fragment {
  std::string name;
  std::string on;
  std::vector<Directive> directives;
  SelectionSet selections;
  Location at;
};

struct Document {
  std::vector<Operation> operations;
  std::map<std::string, Fragment, std::less<>> fragments;
};

}  // namespace stoa::sandbox::graphql
