#include "storage/mongo/query_bson.h"

#include "storage/mongo/document_bson.h"

namespace stoa::storage::mongo {
namespace {

using model::FieldType;
using Op = Condition::Op;

std::string_view comparison(Op op) {
  switch (op) {
    case Op::less: return "$lt";
    case Op::less_equal: return "$lte";
    case Op::greater: return "$gt";
    case Op::greater_equal: return "$gte";
    default: return "$eq";
  }
}

bool null(const model::IndexValue& value) { return std::holds_alternative<std::monostate>(value); }

// One element of $and: {path: {operator: value}}.
void append_condition(BsonWriter& out, const Query& query, const Condition& condition) {
  auto type = field_type(query.kind, condition.field);
  if (type == FieldType::texts) type = FieldType::text;
  const auto path = index_path(query.kind, condition.field);
  out.begin_document(kItem).begin_document(path);
  if (condition.op == Op::is_null || condition.op == Op::not_null) {
    out.null(condition.op == Op::is_null ? "$eq" : "$ne");
  } else if (condition.op == Op::in || null(condition.values.front())) {
    out.begin_array("$in");  // a null equals nothing
    for (const auto& value : condition.values)
      if (!null(value)) append_index_value(out, kItem, type, value);
    out.end();
  } else {
    append_index_value(out, comparison(condition.op), type, condition.values.front());
  }
  out.end().end();
}

void append_id(BsonWriter& out, std::string_view op, std::string_view id) {
  out.begin_document(kItem).begin_document("_id").utf8(op, id).end().end();
}

void append_range(BsonWriter& out, const Query& query, Range range, const std::string& path, FieldType type) {
  const std::string_view beyond = query.sort.descending ? "$lt" : "$gt";
  switch (range) {
    case Range::whole:
      if (query.after) append_id(out, beyond, query.after->id);  // in the order of ids
      break;
    case Range::ties:
      out.begin_document(kItem).begin_document(path);
      append_index_value(out, "$eq", type, query.after->value);
      out.end().end();
      append_id(out, beyond, query.after->id);
      break;
    case Range::beyond:
      out.begin_document(kItem).begin_document(path);
      append_index_value(out, beyond, type, query.after->value);
      out.end().end();
      break;
    case Range::nulls: out.begin_document(kItem).begin_document(path).null("$eq").end().end(); break;
    case Range::values: out.begin_document(kItem).begin_document(path).null("$ne").end().end(); break;
  }
}

}  // namespace

std::vector<Range> ranges(const Query& query) {
  if (!query.after || query.sort.field.empty()) return {Range::whole};
  const bool down = query.sort.descending;
  if (null(query.after->value)) return down ? std::vector{Range::ties} : std::vector{Range::ties, Range::values};
  return down ? std::vector{Range::ties, Range::beyond, Range::nulls} : std::vector{Range::ties, Range::beyond};
}

Result<> append_find(BsonWriter& out, const Query& query, Range range, std::size_t limit) {
  STOA_TRY(query.validate());
  std::string path;
  FieldType type = FieldType::text;
  if (!query.sort.field.empty()) {
    type = field_type(query.kind, query.sort.field);
    path = index_path(query.kind, query.sort.field);
  }
  out.utf8("find", model::spec(query.kind).collection).begin_document("filter");
  const bool conditions = !query.all.empty() || query.ids || query.after;
  if (conditions) {
    out.begin_array("$and");
    for (const auto& condition : query.all) append_condition(out, query, condition);
    if (query.ids) {
      out.begin_document(kItem).begin_document("_id").begin_array("$in");
      for (const auto& id : *query.ids) out.utf8(kItem, id);
      out.end().end().end();
    }
    append_range(out, query, range, path, type);
    out.end();
  }
  out.end();
  const int direction = query.sort.descending ? -1 : 1;
  out.begin_document("sort");
  if (!path.empty()) out.int32(path, direction);
  out.int32("_id", direction).end();
  out.int64("limit", static_cast<std::int64_t>(limit)).int64("batchSize", static_cast<std::int64_t>(limit));
  return {};
}

}  // namespace stoa::storage::mongo
