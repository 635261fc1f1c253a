// Types as tables: which fields an object has, how SDL writes them, and the function that answers each.
// A SchemaBuilder is filled once (one file per object type) and built; a Schema is read-only and thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/graphql/ast.h"

namespace stoa::sandbox::graphql {

class Call;
using Resolve = void (*)(Call&);

struct TypeDef;

struct InputDef {
  std::string name;
  TypeRef type;
  std::optional<Value> otherwise;
};

struct FieldDef {
  std::string name;
  std::vector<InputDef> arguments;
  TypeRef type;
  const TypeDef* named = nullptr;  // the type behind lists and non-null
  Resolve resolve = nullptr;       // null on interfaces
  std::string scope;               // the access scope it takes, or several, any of which will do; empty for none

  const InputDef* argument(std::string_view argument_name) const;
};

struct TypeDef {
  enum class Kind { scalar, enumeration, object, interface, unity, input };
  Kind kind = Kind::scalar;
  std::string name;
  std::vector<FieldDef> fields;
  std::map<std::string, const FieldDef*, std::less<>> by_name;
  std::vector<std::string> interfaces;
  std::vector<const TypeDef*> possible;  // the objects it may be; of an object: itself
  std::vector<std::string> values;       // of an enum
  std::vector<InputDef> inputs;          // of an input object
  std::string scope;                     // what reading one takes, by whatever way: checked by whoever looks ids up
  bool free = false;                     // costs nothing itself (MoneyV2, PageInfo, edges)
  bool connection = false;

  bool composite() const { return kind == Kind::object || kind == Kind::interface || kind == Kind::unity; }
  bool accepts_input() const { return kind == Kind::scalar || kind == Kind::enumeration || kind == Kind::input; }
  const FieldDef* field(std::string_view field_name) const;
  const InputDef* input(std::string_view input_name) const;
  bool includes(const TypeDef& object) const;  // can a value of this type be that object
};

// A value of an object type: what a resolver hands on.
struct Object {
  const TypeDef* type = nullptr;
  const void* self = nullptr;
};

class Schema {
 public:
  const TypeDef* type(std::string_view name) const;  // null when unknown
  const TypeDef& query() const { return *query_; }
  // For code that names its own types: CHECKs that it exists.
  const TypeDef& known(std::string_view name) const;
  // In the schema definition language, without descriptions: for comparison with Shopify's.
  std::string sdl() const;

  static const FieldDef& typename_field();

 private:
  friend class SchemaBuilder;
  std::map<std::string, TypeDef, std::less<>> types_;
  const TypeDef* query_ = nullptr;
};

struct FieldSpec {
  std::string_view signature;
  Resolve resolve;
  std::string_view scope = {};
};

class SchemaBuilder {
 public:
  SchemaBuilder();  // with GraphQL's five scalars and PageInfo

  TypeDef& object(std::string_view name, std::vector<std::string> interfaces, const std::vector<FieldSpec>& fields);
  void interface(std::string_view name, const std::vector<std::string_view>& signatures);
  void unity(std::string_view name, const std::vector<std::string>& members);
  void enumeration(std::string_view name, std::string_view values);  // separated by spaces
  void input(std::string_view name, const std::vector<std::string_view>& signatures);
  void scalars(std::string_view names);  // separated by spaces
  // <node>Connection and <node>Edge; their values are a Page and its entries (execute.h). `more`: further fields.
  void connection(std::string_view node, const std::vector<FieldSpec>& more = {});
  // Resolves names. CHECKs what only a programmer can get wrong: unknown types, an interface not fulfilled.
  Schema build() &&;

 private:
  TypeDef& add(std::string_view name, TypeDef::Kind kind);
  Schema schema_;
  std::vector<std::pair<std::string, std::vector<std::string>>> unions_;
};

}  // namespace stoa::sandbox::graphql
