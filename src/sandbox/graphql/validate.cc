#include "sandbox/graphql/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json_text.h"
#include "base/result.h"
#include "sandbox/graphql/coerce.h"

namespace stoa::sandbox::graphql {
namespace {

class Validator {
 public:
  Validator(const Schema& schema, const Document& document) : schema_(schema), document_(document) {}

  std::vector<Fault> run() {
    for (const auto& [name, fragment] : document_.fragments) check_fragment(fragment);
    for (const Operation& operation : document_.operations) check_operation(operation);
    for (const auto& [name, fragment] : document_.fragments)
      if (!spread_.contains(name))
        report(fmt::format("Fragment {} was defined, but not used", name), fragment.at, "useAndDefineFragment",
               {{"fragmentName", json::quoted(name)}});
    return std::move(faults_);
  }

 private:
  using Extensions = std::vector<std::pair<std::string, std::string>>;

  void report(std::string message, Location at, std::string_view code, Extensions extensions = {}) {
    Fault made = fault(std::move(message), at, code);
    made.path = "[";
    for (const auto& part : path_) made.path += (made.path.size() > 1 ? "," : "") + json::quoted(part);
    made.path += "]";
    for (auto& extension : extensions) made.extensions.push_back(std::move(extension));
    faults_.push_back(std::move(made));
  }

  void check_fragment(const Fragment& fragment) {
    path_ = {"fragment " + fragment.name};
    if (const TypeDef* type = condition(fragment.on, fragment.at)) selections(*type, fragment.selections);
    std::set<std::string_view> seen;
    if (reaches(fragment.selections, fragment.name, seen))
      report(fmt::format("Fragment {} contains an infinite loop", fragment.name), fragment.at, "infiniteLoop",
             {{"fragmentName", json::quoted(fragment.name)}});
  }

  bool reaches(const SelectionSet& set, std::string_view wanted, std::set<std::string_view>& seen) const {
    for (const Selection& selection : set) {
      if (reaches(selection.selections, wanted, seen)) return true;
      if (selection.kind != Selection::Kind::spread) continue;
      if (selection.name == wanted) return true;
      const auto found = document_.fragments.find(selection.name);
      if (found != document_.fragments.end() && seen.insert(found->first).second &&
          reaches(found->second.selections, wanted, seen))
        return true;
    }
    return false;
  }

  void check_operation(const Operation& operation) {
    path_ = {operation.name.empty() ? operation.type : operation.type + " " + operation.name};
    if (operation.type != "query") {
      report(fmt::format("Schema is not configured for {}s", operation.type), operation.at, "missingOperation");
      return;
    }
    for (const VariableDef& variable : operation.variables) variable_type(variable);
    selections(schema_.query(), operation.selections);
    std::set<std::string_view> fragments;
    std::map<std::string, bool, std::less<>> used;
    for (const VariableDef& variable : operation.variables) used.emplace(variable.name, false);
    directive_uses(operation, operation.directives, used);
    uses(operation, schema_.query(), operation.selections, fragments, used);
    for (const VariableDef& variable : operation.variables)
      if (!used[variable.name])
        report(fmt::format("Variable ${} is declared by {} but not used", variable.name, label(operation)), variable.at,
               "variableNotUsed", {{"variableName", json::quoted(variable.name)}});
  }

  static std::string label(const Operation& operation) {
    return operation.name.empty() ? "anonymous " + operation.type : operation.name;
  }

  void variable_type(const VariableDef& variable) {
    const TypeDef* type = schema_.type(variable.type.named());
    if (!type) {
      report(fmt::format("{} isn't a defined input type (on ${})", variable.type.named(), variable.name), variable.at,
             "variableRequiresValidType", {{"typeName", json::quoted(variable.type.named())}});
    } else if (!type->accepts_input()) {
      report(fmt::format("{} isn't a valid input type (on ${})", type->name, variable.name), variable.at,
             "variableRequiresValidType", {{"typeName", json::quoted(type->name)}});
    } else if (variable.otherwise && !coerce(schema_, variable.type, *variable.otherwise, false)) {
      report(fmt::format("Default value for ${} doesn't match type {}", variable.name, to_text(variable.type)),
             variable.at, "defaultValueInvalidType", {{"variableName", json::quoted(variable.name)}});
    }
  }

  const TypeDef* condition(const std::string& name, Location at) {
    const TypeDef* type = schema_.type(name);
    if (!type)
      report(fmt::format("No such type {}, so it can't be a fragment condition", name), at, "undefinedType",
             {{"typeName", json::quoted(name)}});
    else if (!type->composite())
      report(fmt::format("Invalid fragment on type {} (must be Union, Interface or Object)", name), at,
             "fragmentOnNonCompositeType");
    return type && type->composite() ? type : nullptr;
  }

  void selections(const TypeDef& type, const SelectionSet& set) {
    std::map<std::string_view, const Selection*> keys;
    for (const Selection& selection : set) {
      directives(selection.directives);
      if (selection.kind == Selection::Kind::field) {
        path_.push_back(selection.key());
        const auto [seen, added] = keys.emplace(selection.key(), &selection);
        if (!added) conflict(*seen->second, selection);
        field(type, selection);
      } else if (selection.kind == Selection::Kind::inline_fragment) {
        path_.push_back(selection.name.empty() ? "..." : "... on " + selection.name);
        const TypeDef* on = selection.name.empty() ? &type : condition(selection.name, selection.at);
        if (on) spread(type, *on, selection.at, on->name), selections(*on, selection.selections);
      } else {
        path_.push_back("... " + selection.name);
        named_spread(type, selection);
      }
      path_.pop_back();
    }
  }

  void named_spread(const TypeDef& type, const Selection& selection) {
    spread_.insert(selection.name);
    const auto found = document_.fragments.find(selection.name);
    if (found == document_.fragments.end())
      return report(fmt::format("Fragment {} was used, but not defined", selection.name), selection.at,
                    "useAndDefineFragment", {{"fragmentName", json::quoted(selection.name)}});
    if (const TypeDef* on = schema_.type(found->second.on); on && on->composite())
      spread(type, *on, selection.at, selection.name);
  }

  void spread(const TypeDef& parent, const TypeDef& on, Location at, const std::string& name) {
    const bool possible =
        std::ranges::any_of(on.possible, [&](const TypeDef* object) { return parent.includes(*object); });
    if (!possible)
      report(fmt::format("Fragment {}on {} can't be spread inside {}", name == on.name ? "" : name + " ", on.name,
                         parent.name),
             at, "cannotSpreadFragment", {{"typeName", json::quoted(parent.name)}});
  }

  // Two fields of one key in one set must ask for the same thing. (Across fragments the executor takes the first.)
  void conflict(const Selection& first, const Selection& second) {
    const auto text = [](const Selection& selection) {
      std::string out = selection.name;
      for (const Argument& argument : selection.arguments) out += "," + argument.name + ":" + to_text(argument.value);
      return out;
    };
    if (first.name != second.name)
      report(fmt::format("Field '{}' has a field conflict: {} or {}?", second.key(), first.name, second.name),
             second.at, "fieldConflict", {{"fieldName", json::quoted(second.key())}});
    else if (text(first) != text(second))
      report(fmt::format("Field '{}' has an argument conflict", second.key()), second.at, "fieldConflict",
             {{"fieldName", json::quoted(second.key())}});
  }

  void field(const TypeDef& type, const Selection& selection) {
    const FieldDef* found = type.field(selection.name);
    if (!found)
      return report(fmt::format("Field '{}' doesn't exist on type '{}'", selection.name, type.name), selection.at,
                    "undefinedField",
                    {{"typeName", json::quoted(type.name)}, {"fieldName", json::quoted(selection.name)}});
    arguments(*found, selection);
    if (found->named->composite() && selection.selections.empty())
      report(
          fmt::format(
              "Field must have selections (field '{}' returns {} but has no selections. Did you mean '{} {{ ... }}'?)",
              selection.name, found->named->name, selection.name),
          selection.at, "selectionMismatch", {{"nodeName", json::quoted("field '" + selection.name + "'")}});
    else if (!found->named->composite() && !selection.selections.empty())
      report(fmt::format("Selections can't be made on scalars (field '{}' returns {} but has selections)",
                         selection.name, found->named->name),
             selection.at, "selectionMismatch", {{"nodeName", json::quoted("field '" + selection.name + "'")}});
    else if (found->named->composite())
      selections(*found->named, selection.selections);
  }

  void arguments(const FieldDef& definition, const Selection& selection) {
    std::string missing;
    for (const InputDef& input : definition.arguments) {
      const auto given = std::ranges::find(selection.arguments, input.name, &Argument::name);
      if (given == selection.arguments.end() && input.type.non_null && !input.otherwise)
        missing += (missing.empty() ? "" : ", ") + input.name;
    }
    if (!missing.empty())
      report(
          fmt::format("Field '{}' is missing required arguments: {}", definition.name, missing), selection.at,
          "missingRequiredArguments",
          {{"className", "\"Field\""}, {"name", json::quoted(definition.name)}, {"arguments", json::quoted(missing)}});
    for (const Argument& argument : selection.arguments) {
      path_.push_back(argument.name);
      if (const InputDef* input = definition.argument(argument.name))
        literal(*input, argument, definition.name);
      else
        report(fmt::format("Field '{}' doesn't accept argument '{}'", definition.name, argument.name), argument.at,
               "argumentNotAccepted",
               {{"name", json::quoted(definition.name)},
                {"typeName", "\"Field\""},
                {"argumentName", json::quoted(argument.name)}});
      path_.pop_back();
    }
  }

  // A value without variables in it must fit its type; the rest is judged when the variables are known.
  void literal(const InputDef& input, const Argument& argument, const std::string& owner) {
    if (holds_variable(argument.value)) return;
    const auto coerced = coerce(schema_, input.type, argument.value, false);
    if (coerced) return;
    const bool gid = coerced.error().what.starts_with("Invalid global id");
    report(gid ? coerced.error().what
               : fmt::format("Argument '{}' on Field '{}' has an invalid value ({}). Expected type '{}'.",
                             argument.name, owner, to_text(argument.value), to_text(input.type)),
           argument.at, "argumentLiteralsIncompatible",
           {{"typeName", gid ? "\"CoercionError\"" : "\"Field\""}, {"argumentName", json::quoted(argument.name)}});
  }

  static bool holds_variable(const Value& value) {
    return value.kind == Value::Kind::variable || std::ranges::any_of(value.items, holds_variable) ||
           std::ranges::any_of(value.fields, [](const auto& field) { return holds_variable(field.second); });
  }

  void directives(const std::vector<Directive>& list) {
    for (const Directive& directive : list) {
      if (directive.name != "skip" && directive.name != "include")
        report(fmt::format("Directive @{} is not defined", directive.name), directive.at, "undefinedDirective",
               {{"directiveName", json::quoted(directive.name)}});
      else if (directive.arguments.size() != 1 || directive.arguments.front().name != "if")
        report(fmt::format("Directive '{}' is missing required arguments: if", directive.name), directive.at,
               "missingRequiredArguments",
               {{"className", "\"Directive\""}, {"name", json::quoted(directive.name)}, {"arguments", "\"if\""}});
    }
  }

  using Used = std::map<std::string, bool, std::less<>>;

  // Every variable an operation reaches, through its fragments: declared, and of a type that fits where it stands.
  void uses(const Operation& operation, const TypeDef& type, const SelectionSet& set,
            std::set<std::string_view>& fragments, Used& used) {
    for (const Selection& selection : set) {
      directive_uses(operation, selection.directives, used);
      if (selection.kind == Selection::Kind::spread) {
        const auto found = document_.fragments.find(selection.name);
        if (found == document_.fragments.end() || !fragments.insert(found->first).second) continue;
        if (const TypeDef* on = schema_.type(found->second.on))
          uses(operation, *on, found->second.selections, fragments, used);
      } else if (selection.kind == Selection::Kind::inline_fragment) {
        const TypeDef* on = selection.name.empty() ? &type : schema_.type(selection.name);
        if (on) uses(operation, *on, selection.selections, fragments, used);
      } else if (const FieldDef* definition = type.field(selection.name)) {
        for (const Argument& argument : selection.arguments)
          if (const InputDef* input = definition->argument(argument.name))
            value_uses(operation, argument.value, input->type, input->otherwise.has_value(), used);
        if (definition->named->composite()) uses(operation, *definition->named, selection.selections, fragments, used);
      }
    }
  }

  void directive_uses(const Operation& operation, const std::vector<Directive>& list, Used& used) {
    const TypeRef wanted{.name = "Boolean", .item = {}, .non_null = true};
    for (const Directive& directive : list)
      for (const Argument& argument : directive.arguments) value_uses(operation, argument.value, wanted, false, used);
  }

  void value_uses(const Operation& operation, const Value& value, const TypeRef& wanted, bool has_default, Used& used) {
    if (value.kind == Value::Kind::variable) return variable_use(operation, value, wanted, has_default, used);
    for (const Value& item : value.items)
      value_uses(operation, item, wanted.is_list() ? wanted.item.front() : wanted, false, used);
    const TypeDef* type = schema_.type(wanted.named());
    for (const auto& [name, field] : value.fields)
      if (const InputDef* input = type ? type->input(name) : nullptr)
        value_uses(operation, field, input->type, input->otherwise.has_value(), used);
  }

  void variable_use(const Operation& operation, const Value& value, const TypeRef& wanted, bool has_default,
                    Used& used) {
    const auto found = std::ranges::find(operation.variables, value.text, &VariableDef::name);
    if (found == operation.variables.end())
      return report(fmt::format("Variable ${} is used by {} but not declared", value.text, label(operation)), value.at,
                    "variableNotDefined", {{"variableName", json::quoted(value.text)}});
    used.find(value.text)->second = true;
    TypeRef needed = wanted;
    if (has_default || found->otherwise) needed.non_null = false;
    if (!fits(found->type, needed))
      report(fmt::format("{} mismatch on variable ${} and argument ({} / {})",
                         nullable_text(found->type) == nullable_text(wanted) ? "Nullability" : "Type", value.text,
                         to_text(found->type), to_text(wanted)),
             value.at, "variableMismatch", {{"variableName", json::quoted(value.text)}});
  }

  static std::string nullable_text(TypeRef type) {
    type.non_null = false;
    return to_text(type);
  }

  static bool fits(const TypeRef& given, const TypeRef& wanted) {
    if (wanted.non_null && !given.non_null) return false;
    if (wanted.is_list() && given.is_list()) return fits(given.item.front(), wanted.item.front());
    if (wanted.is_list()) return fits(given, wanted.item.front());  // one item becomes a list
    return !given.is_list() && given.name == wanted.name;
  }

  const Schema& schema_;
  const Document& document_;
  std::vector<Fault> faults_;
  std::vector<std::string> path_;
  std::set<std::string, std::less<>> spread_;
};

}  // namespace

std::vector<Fault> validate(const Schema& schema, const Document& document) {
  return Validator(schema, document).run();
}

}  // namespace stoa::sandbox::graphql
