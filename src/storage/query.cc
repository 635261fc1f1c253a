#include "storage/query.h"

namespace stoa::storage {
namespace {

using model::FieldType;
using Op = Condition::Op;

std::unexpected<Error> wrong(const Query& query, std::string_view field, std::string_view why) {
  return fail(Code::invalid, "query of {}: field {}: {}", model::to_string(query.kind), field, why);
}

Result<FieldType> known_field(const Query& query, std::string_view field) {
  const auto position = model::index_position(query.kind, field);
  if (!position) return wrong(query, field, "not an index field of this kind");
  return model::spec(query.kind).index[*position].type;
}

}  // namespace

FieldType field_type(model::Kind kind, std::string_view field) {
  const auto position = model::index_position(kind, field);
  STOA_CHECK(position.has_value(), "an index field of the kind");
  return model::spec(kind).index[*position].type;
}

FieldType sort_type(const Query& query) {
  return query.sort.field.empty() ? FieldType::text : field_type(query.kind, query.sort.field);
}

Result<> Query::validate() const {
  if (limit == 0) return fail(Code::invalid, "query of {}: limit 0, wanted 1 or more", model::to_string(kind));
  if (!sort.field.empty()) {
    STOA_TRY_ASSIGN(const auto type, known_field(*this, sort.field));
    if (type == FieldType::texts) return wrong(*this, sort.field, "a field of several texts has no order");
  }
  for (const auto& condition : all) {
    STOA_TRY_ASSIGN(const auto type, known_field(*this, condition.field));
    if (condition.op == Op::is_null || condition.op == Op::not_null) {
      if (!condition.values.empty()) return wrong(*this, condition.field, "a null test takes no value");
      continue;
    }
    if ((condition.op == Op::has) != (type == FieldType::texts))
      return wrong(*this, condition.field, "`has` is the question for a field of several texts, and for no other");
    if (condition.op != Op::in && condition.values.size() != 1)
      return wrong(*this, condition.field, "wanted one value");
  }
  return {};
}

Result<> check_time_field(model::Kind kind, std::string_view field) {
  const auto position = model::index_position(kind, field);
  if (position && model::spec(kind).index[*position].type == FieldType::time) return {};
  return fail(Code::invalid, "boundary of {}: field {}: wanted a time field of this kind", model::to_string(kind),
              field);
}

}  // namespace stoa::storage
