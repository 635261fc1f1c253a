// A valid document, its variables and the schema made into what the executor walks: fragments merged, directives
// applied, arguments coerced, once per request. Pure functions; a Plan borrows from the schema and the document.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "sandbox/graphql/ast.h"
#include "sandbox/graphql/error.h"
#include "sandbox/graphql/schema.h"

namespace stoa::sandbox::graphql {

class Arguments {
 public:
  // Nothing when absent or null.
  const Value* get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name) != nullptr; }
  std::string_view text(std::string_view name, std::string_view otherwise = {}) const;
  std::int64_t integer(std::string_view name, std::int64_t otherwise = 0) const;
  bool truth(std::string_view name, bool otherwise = false) const;
  void add(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

 private:
  std::vector<std::pair<std::string_view, Value>> values_;
};

struct Plan;

struct PlanField {
  std::string_view key;  // of the response
  std::string prefix;    // "key": as it is written
  const FieldDef* field = nullptr;
  Arguments arguments;
  Location at;
  std::unique_ptr<Plan> selections;  // null for leaves
};

// What to do for a value of a composite type: a list of fields for each object it may be.
struct Plan {
  std::vector<std::pair<const TypeDef*, std::vector<PlanField>>> objects;
  const std::vector<PlanField>& of(const TypeDef* object) const;
};

// Variables as JSON ({} when none) by their definitions: faults with code INVALID_VARIABLE.
using Variables = std::vector<std::pair<std::string, Value>>;
Variables coerce_variables(const Schema& schema, const Operation& operation, const json::Object& given,
                           std::vector<Fault>& faults);

// Faults: arguments that only the variables make wrong.
Plan make_plan(const Schema& schema, const Document& document, const Operation& operation, const Variables& variables,
               std::vector<Fault>& faults);

// Shopify's requested cost by the formula of reference/shopify.md D.1: objects 1, a connection
// 2 + floor(2·ln(page size))·(1 + children of its node), abstract types the dearest of what they may be, root
// counts 10.
int requested_cost(const Schema& schema, const Plan& plan);
int connection_cost(std::int64_t page_size, int children);
// What one value costs above what is selected of it.
inline int own_cost(const TypeDef& type) { return type.free || !type.composite() ? 0 : 1; }

}  // namespace stoa::sandbox::graphql
