#include "sandbox/graphql/schema.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sandbox/graphql/execute.h"
#include "sandbox/graphql/parser.h"

namespace stoa::sandbox::graphql {
namespace {

FieldDef field_from(std::string_view text) {
  auto parsed = parse_signature(text);
  STOA_CHECK(parsed, parsed ? "" : (std::string(text) + ": " + parsed.error().what).c_str());
  FieldDef out{.name = parsed->name, .arguments = {}, .type = parsed->type, .scope = {}};
  for (auto& argument : parsed->arguments)
    out.arguments.push_back({argument.name, argument.type, std::move(argument.otherwise)});
  return out;
}

std::string input_text(const InputDef& input) {
  return fmt::format("{}: {}{}", input.name, to_text(input.type),
                     input.otherwise ? " = " + to_text(*input.otherwise) : "");
}

std::string field_text(const FieldDef& field) {
  std::string arguments;
  for (const auto& argument : field.arguments) arguments += (arguments.empty() ? "" : ", ") + input_text(argument);
  if (!arguments.empty()) arguments = "(" + arguments + ")";
  return fmt::format("  {}{}: {}\n", field.name, arguments, to_text(field.type));
}

// What each type keyword is called in SDL.
std::string_view keyword(TypeDef::Kind kind) {
  switch (kind) {
    case TypeDef::Kind::scalar: return "scalar";
    case TypeDef::Kind::enumeration: return "enum";
    case TypeDef::Kind::object: return "type";
    case TypeDef::Kind::interface: return "interface";
    case TypeDef::Kind::unity: return "union";
    case TypeDef::Kind::input: return "input";
  }
  return "";
}

}  // namespace

const InputDef* FieldDef::argument(std::string_view argument_name) const {
  const auto found = std::ranges::find(arguments, argument_name, &InputDef::name);
  return found == arguments.end() ? nullptr : &*found;
}

const FieldDef* TypeDef::field(std::string_view field_name) const {
  if (field_name == "__typename" && composite()) return &Schema::typename_field();
  const auto found = by_name.find(field_name);
  return found == by_name.end() ? nullptr : found->second;
}

const InputDef* TypeDef::input(std::string_view input_name) const {
  const auto found = std::ranges::find(inputs, input_name, &InputDef::name);
  return found == inputs.end() ? nullptr : &*found;
}

bool TypeDef::includes(const TypeDef& object) const { return std::ranges::find(possible, &object) != possible.end(); }

const TypeDef* Schema::type(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

const TypeDef& Schema::known(std::string_view name) const {
  const TypeDef* found = type(name);
  STOA_CHECK(found, std::string(name).c_str());
  return *found;
}

const FieldDef& Schema::typename_field() {
  static const TypeDef string_type{.kind = TypeDef::Kind::scalar,
                                   .name = "String",
                                   .fields = {},
                                   .by_name = {},
                                   .interfaces = {},
                                   .possible = {},
                                   .values = {},
                                   .inputs = {},
                                   .scope = {}};
  static const FieldDef field = [] {
    FieldDef made = field_from("__typename: String!");
    made.named = &string_type;
    made.resolve = [](Call& call) { call.string(call.type().name); };
    return made;
  }();
  return field;
}

std::string Schema::sdl() const {
  std::string out;
  for (const auto& [name, type] : types_) {
    out += fmt::format("{} {}", keyword(type.kind), name);
    for (std::size_t i = 0; i < type.interfaces.size(); ++i) out += (i ? " & " : " implements ") + type.interfaces[i];
    if (type.kind == TypeDef::Kind::unity)
      for (std::size_t i = 0; i < type.possible.size(); ++i) out += (i ? " | " : " = ") + type.possible[i]->name;
    out += "\n";
    if (type.kind == TypeDef::Kind::scalar || type.kind == TypeDef::Kind::unity) continue;
    out.back() = ' ';
    out += "{\n";
    for (const auto& field : type.fields) out += field_text(field);
    for (const auto& value : type.values) out += "  " + value + "\n";
    for (const auto& input : type.inputs) out += "  " + input_text(input) + "\n";
    out += "}\n";
  }
  return out;
}

SchemaBuilder::SchemaBuilder() {
  scalars("Int Float String Boolean ID");
  object(
      "PageInfo", {},
      {field<Page>("hasNextPage: Boolean!", [](const Page& page, Call& call) { call.boolean(page.has_next); }),
       field<Page>("hasPreviousPage: Boolean!", [](const Page& page, Call& call) { call.boolean(page.has_previous); }),
       field<Page>(
           "startCursor: String",
           [](const Page& page, Call& call) { page.entries.empty() ? call.null() : call.string(page.cursor(0)); }),
       field<Page>("endCursor: String",
                   [](const Page& page, Call& call) {
                     page.entries.empty() ? call.null() : call.string(page.cursor(page.entries.size() - 1));
                   })})
      .free = true;
}

TypeDef& SchemaBuilder::add(std::string_view name, TypeDef::Kind kind) {
  auto [at, added] = schema_.types_.try_emplace(std::string(name));
  STOA_CHECK(added, std::string(name).c_str());
  at->second.kind = kind;
  at->second.name = name;
  return at->second;
}

TypeDef& SchemaBuilder::object(std::string_view name, std::vector<std::string> interfaces,
                               const std::vector<FieldSpec>& fields) {
  TypeDef& type = add(name, TypeDef::Kind::object);
  type.interfaces = std::move(interfaces);
  for (const FieldSpec& spec : fields) {
    FieldDef made = field_from(spec.signature);
    made.resolve = spec.resolve;
    made.scope = spec.scope;
    type.fields.push_back(std::move(made));
  }
  return type;
}

void SchemaBuilder::interface(std::string_view name, const std::vector<std::string_view>& signatures) {
  TypeDef& type = add(name, TypeDef::Kind::interface);
  for (const auto signature : signatures) type.fields.push_back(field_from(signature));
}

void SchemaBuilder::unity(std::string_view name, const std::vector<std::string>& members) {
  add(name, TypeDef::Kind::unity);
  unions_.emplace_back(name, members);
}

void SchemaBuilder::enumeration(std::string_view name, std::string_view values) {
  TypeDef& type = add(name, TypeDef::Kind::enumeration);
  for (const auto value : split(values, ' ')) type.values.emplace_back(value);
}

void SchemaBuilder::input(std::string_view name, const std::vector<std::string_view>& signatures) {
  TypeDef& type = add(name, TypeDef::Kind::input);
  for (const auto signature : signatures) {
    FieldDef parsed = field_from(signature);
    type.inputs.push_back({parsed.name, parsed.type, std::nullopt});
  }
}

void SchemaBuilder::scalars(std::string_view names) {
  for (const auto name : split(names, ' ')) add(name, TypeDef::Kind::scalar);
}

void SchemaBuilder::connection(std::string_view node, const std::vector<FieldSpec>& more) {
  const std::string nodes = fmt::format("nodes: [{}!]!", node), edges = fmt::format("edges: [{}Edge!]!", node),
                    one = fmt::format("node: {}!", node), edge = fmt::format("{}Edge", node);
  object(edge, {},
         {field<Page::Entry>("cursor: String!", [](const Page::Entry& entry,
                                                   Call& call) { call.string(entry.page->cursor(entry.index)); }),
          field<Page::Entry>(one, [](const Page::Entry& entry, Call& call) { call.object(entry.node); })})
      .free = true;
  std::vector<FieldSpec> fields = {
      field<Page>(edges,
                  [](const Page& page, Call& call) {
                    const TypeDef* type = call.field().named;
                    call.list(page.entries.size(), [&](std::size_t i) { call.object({type, &page.entries[i]}); });
                  }),
      field<Page>(nodes,
                  [](const Page& page, Call& call) {
                    call.list(page.entries.size(), [&](std::size_t i) { call.object(page.entries[i].node); });
                  }),
      field<Page>("pageInfo: PageInfo!",
                  [](const Page& page, Call& call) { call.object({call.field().named, &page}); })};
  fields.insert(fields.end(), more.begin(), more.end());
  object(fmt::format("{}Connection", node), {}, fields).connection = true;
}

Schema SchemaBuilder::build() && {
  const auto resolved = [&](const std::string& name, const std::string& where) {
    const TypeDef* type = schema_.type(name);
    STOA_CHECK(type, (where + ": unknown type " + name).c_str());
    return type;
  };
  for (auto& [name, type] : schema_.types_) {
    for (FieldDef& field : type.fields) {
      field.named = resolved(field.type.named(), name + "." + field.name);
      for (const auto& argument : field.arguments) resolved(argument.type.named(), name + "." + field.name);
      type.by_name.emplace(field.name, &field);
    }
    for (const auto& input : type.inputs) resolved(input.type.named(), name + "." + input.name);
    if (type.kind != TypeDef::Kind::object) continue;
    type.possible.push_back(&type);
    for (const auto& interface : type.interfaces) {
      auto& fulfilled = schema_.types_.at(resolved(interface, name)->name);
      fulfilled.possible.push_back(&type);
    }
  }
  for (const auto& [name, type] : schema_.types_)
    for (const auto& interface : type.interfaces)
      for (const auto& field : schema_.known(interface).fields)
        STOA_CHECK(type.by_name.contains(field.name), (name + " lacks " + interface + "." + field.name).c_str());
  for (const auto& [name, members] : unions_)
    for (const auto& member : members) schema_.types_.at(name).possible.push_back(resolved(member, name));
  schema_.query_ = resolved("QueryRoot", "build");
  return std::move(schema_);
}

}  // namespace stoa::sandbox::graphql
