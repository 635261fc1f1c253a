#include "sandbox/graphql/plan.h"

#include <algorithm>
#include <cmath>

#include "base/json_text.h"
#include "base/text.h"
#include "sandbox/graphql/coerce.h"

namespace stoa::sandbox::graphql {
namespace {

class Planner {
 public:
  Planner(const Schema& schema, const Document& document, const Variables& variables, std::vector<Fault>& faults)
      : schema_(schema), document_(document), variables_(variables), faults_(faults) {}

  Plan plan(const TypeDef& type, const std::vector<const SelectionSet*>& sets) {
    Plan out;
    for (const TypeDef* object : type.possible) {
      // Fields of one response key are merged: what they select is selected together.
      std::vector<std::pair<const Selection*, std::vector<const SelectionSet*>>> merged;
      for (const SelectionSet* set : sets) collect(*object, *set, merged);
      std::vector<PlanField> fields;
      for (const auto& [selection, below] : merged) fields.push_back(field(*object, *selection, below));
      out.objects.emplace_back(object, std::move(fields));
    }
    return out;
  }

 private:
  using Merged = std::vector<std::pair<const Selection*, std::vector<const SelectionSet*>>>;

  bool included(const std::vector<Directive>& directives) const {
    for (const Directive& directive : directives) {
      if (directive.arguments.empty()) continue;
      const auto value = substitute(directive.arguments.front().value, variables_);
      const bool truth = value && value->truth;
      if (directive.name == "skip" ? truth : directive.name == "include" && !truth) return false;
    }
    return true;
  }

  void collect(const TypeDef& object, const SelectionSet& set, Merged& out) const {
    for (const Selection& selection : set) {
      if (!included(selection.directives)) continue;
      if (selection.kind == Selection::Kind::field) {
        auto found = std::ranges::find_if(out, [&](const auto& seen) { return seen.first->key() == selection.key(); });
        if (found == out.end()) found = out.insert(out.end(), {&selection, {}});
        if (!selection.selections.empty()) found->second.push_back(&selection.selections);
      } else if (selection.kind == Selection::Kind::inline_fragment) {
        if (applies(selection.name, object)) collect(object, selection.selections, out);
      } else {
        const Fragment& fragment = document_.fragments.at(selection.name);
        if (applies(fragment.on, object)) collect(object, fragment.selections, out);
      }
    }
  }

  bool applies(const std::string& condition, const TypeDef& object) const {
    return condition.empty() || schema_.known(condition).includes(object);
  }

  PlanField field(const TypeDef& object, const Selection& selection, const std::vector<const SelectionSet*>& below) {
    PlanField out{.key = selection.key(), .prefix = json::quoted(selection.key()) + ":", .at = selection.at};
    out.field = object.field(selection.name);
    for (const InputDef& input : out.field->arguments) argument(input, selection, out.arguments);
    if (out.field->named->composite()) out.selections = std::make_unique<Plan>(plan(*out.field->named, below));
    return out;
  }

  void argument(const InputDef& input, const Selection& selection, Arguments& out) {
    const auto given = std::ranges::find(selection.arguments, input.name, &Argument::name);
    std::optional<Value> value;
    if (given != selection.arguments.end()) value = substitute(given->value, variables_);
    if (!value) value = input.otherwise;
    if (!value) {
      if (input.type.non_null && given != selection.arguments.end())
        faults_.push_back(
            fault(fmt::format("Argument '{}' on Field '{}' has an invalid value (null). Expected type '{}'.",
                              input.name, selection.name, to_text(input.type)),
                  selection.at, "argumentLiteralsIncompatible"));
      return;
    }
    auto coerced = coerce(schema_, input.type, std::move(*value), true);
    if (!coerced) {
      faults_.push_back(fault(coerced.error().what, selection.at, "argumentLiteralsIncompatible"));
      return;
    }
    out.add(input.name, std::move(*coerced));
  }

  const Schema& schema_;
  const Document& document_;
  const Variables& variables_;
  std::vector<Fault>& faults_;
};

int cost_of(const TypeDef& type, const std::vector<PlanField>& fields, std::int64_t page_size);

int cost_of(const Plan& plan, std::int64_t page_size) {
  int dearest = 0;
  for (const auto& [object, fields] : plan.objects) dearest = std::max(dearest, cost_of(*object, fields, page_size));
  return dearest;
}

int cost_of(const TypeDef& type, const std::vector<PlanField>& fields, std::int64_t page_size) {
  int children = 0;
  for (const PlanField& field : fields) {
    if (!field.selections) continue;
    const std::int64_t size =
        field.arguments.integer("first", field.arguments.integer("last", field.field->named->connection ? 0 : 1));
    const bool root_count = type.name == "QueryRoot" && field.field->named->name == "Count";
    children += root_count ? 10 : cost_of(*field.selections, size);
  }
  return type.connection ? connection_cost(page_size, children) : own_cost(type) + children;
}

}  // namespace

const Value* Arguments::get(std::string_view name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value.is_null() ? nullptr : &value;
  return nullptr;
}
std::string_view Arguments::text(std::string_view name, std::string_view otherwise) const {
  const Value* value = get(name);
  return value ? std::string_view(value->text) : otherwise;
}
std::int64_t Arguments::integer(std::string_view name, std::int64_t otherwise) const {
  const Value* value = get(name);
  return value ? parse_int(value->text).value_or(otherwise) : otherwise;
}
bool Arguments::truth(std::string_view name, bool otherwise) const {
  const Value* value = get(name);
  return value ? value->truth : otherwise;
}

const std::vector<PlanField>& Plan::of(const TypeDef* object) const {
  const auto found = std::ranges::find(objects, object, [](const auto& entry) { return entry.first; });
  STOA_CHECK(found != objects.end(), "a resolver answered a type its field cannot be");
  return found->second;
}

Variables coerce_variables(const Schema& schema, const Operation& operation, const json::Object& given,
                           std::vector<Fault>& faults) {
  Variables out;
  for (const VariableDef& variable : operation.variables) {
    const json::Value* sent = given.if_contains(variable.name);
    std::optional<Value> value;
    if (sent) value = value_from_json(*sent);
    const bool from_json = value.has_value();
    if (!value && variable.otherwise) value = variable.otherwise;
    if (!value && !variable.type.non_null) continue;
    auto coerced = coerce(schema, variable.type, value.value_or(Value{}), from_json);
    if (coerced) {
      out.emplace_back(variable.name, std::move(*coerced));
      continue;
    }
    const auto& [code, what, path, wait] = coerced.error();
    const std::string where = path.empty() ? "" : fmt::format(" for {} ({})", path, what);
    Fault made = fault(fmt::format("Variable ${} of type {} was provided invalid value{}", variable.name,
                                   to_text(variable.type), where),
                       variable.at, "INVALID_VARIABLE");
    made.extensions.emplace_back("value", sent ? json::write(*sent) : "null");
    made.extensions.emplace_back("problems", fmt::format(R"([{{"path":[{}],"explanation":{}}}])",
                                                         path.empty() ? "" : json::quoted(path), json::quoted(what)));
    faults.push_back(std::move(made));
  }
  return out;
}

Plan make_plan(const Schema& schema, const Document& document, const Operation& operation, const Variables& variables,
               std::vector<Fault>& faults) {
  return Planner(schema, document, variables, faults).plan(schema.query(), {&operation.selections});
}

int connection_cost(std::int64_t page_size, int children) {
  if (page_size <= 0) return 2;
  const int factor = std::max(1, static_cast<int>(std::floor(2 * std::log(static_cast<double>(page_size)))));
  return 2 + factor * children;
}

int requested_cost(const Schema& schema, const Plan& plan) { return cost_of(plan, 0) - own_cost(schema.query()); }

}  // namespace stoa::sandbox::graphql
