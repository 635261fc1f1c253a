#include "storage/embedded/query_sql.h"

#include "storage/embedded/schema.h"

namespace stoa::storage::embedded {
namespace {

using model::FieldType;
using model::IndexValue;
using Op = Condition::Op;

constexpr std::string_view kInList = "IN (SELECT value FROM json_each(?))";

struct Where {
  std::vector<std::string> all;
  std::vector<IndexValue> values;

  void add(std::string condition, std::initializer_list<IndexValue> bound = {}) {
    all.push_back(std::move(condition));
    values.insert(values.end(), bound);
  }
  std::string text() const { return all.empty() ? "" : fmt::format(" WHERE {}", fmt::join(all, " AND ")); }
};

// JSON array of the values of `in`: one parameter, whatever their number, so that the statement stays the same.
std::string json_values(const std::vector<IndexValue>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto one = json_list({text, 1});
      out.append(one, 1, one.size() - 2);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out += std::to_string(*number);
    } else if (const auto* truth = std::get_if<bool>(&value)) {
      out += *truth ? '1' : '0';
    } else {
      out += "null";  // never equal to anything
    }
  }
  return out += ']';
}

std::string_view comparison(Op op) {
  switch (op) {
    case Op::less: return "<";
    case Op::less_equal: return "<=";
    case Op::greater: return ">";
    case Op::greater_equal: return ">=";
    default: return "=";
  }
}

void add_condition(const Query& query, const Condition& condition, Where& where) {
  const auto name = column(condition.field);
  switch (condition.op) {
    case Op::is_null: where.add(name + " IS NULL"); break;
    case Op::not_null: where.add(name + " IS NOT NULL"); break;
    case Op::in: where.add(fmt::format("{} {}", name, kInList), {json_values(condition.values)}); break;
    case Op::has:
      where.add(fmt::format("id IN (SELECT id FROM {} WHERE field = ? AND term = ?)", kind_sql(query.kind).terms),
                {condition.field, condition.values.front()});
      break;
    default: where.add(fmt::format("{} {} ?", name, comparison(condition.op)), {condition.values.front()});
  }
}

// Where the page goes on: one range, or two when the order passes from nulls to values or back.
std::vector<Where> ranges_after(const Query& query, const std::string& name) {
  const bool down = query.sort.descending;
  const std::string_view beyond = down ? "<" : ">";
  if (!query.after) return {Where{}};
  const auto& [value, id] = *query.after;
  if (query.sort.field.empty()) {
    Where ids;
    ids.add(fmt::format("id {} ?", beyond), {id});
    return {ids};
  }
  Where nulls, values;
  if (std::holds_alternative<std::monostate>(value)) {
    nulls.add(fmt::format("{} IS NULL AND id {} ?", name, beyond), {id});
    if (down) return {nulls};
    values.add(fmt::format("{} IS NOT NULL", name));
    return {nulls, values};
  }
  values.add(fmt::format("({}, id) {} (?, ?)", name, beyond), {value, id});
  if (!down) return {values};
  nulls.add(fmt::format("{} IS NULL", name));
  return {values, nulls};
}

}  // namespace

Result<std::vector<CompiledQuery>> compile(const Query& query) {
  STOA_TRY(query.validate());
  const auto name = query.sort.field.empty() ? "NULL" : column(query.sort.field);
  Where common;
  for (const auto& condition : query.all) add_condition(query, condition, common);
  if (query.ids) common.add(fmt::format("id {}", kInList), {json_list(*query.ids)});

  const std::string_view direction = query.sort.descending ? " DESC" : "";
  const auto order =
      query.sort.field.empty() ? fmt::format("id{}", direction) : fmt::format("{}{}, id{}", name, direction, direction);
  std::vector<CompiledQuery> out;
  for (const auto& range : ranges_after(query, name)) {
    auto where = common;
    where.all.insert(where.all.end(), range.all.begin(), range.all.end());
    where.values.insert(where.values.end(), range.values.begin(), range.values.end());
    out.push_back({fmt::format("SELECT rid, {}, id FROM {}{} ORDER BY {} LIMIT ?", name, kind_sql(query.kind).table,
                               where.text(), order),
                   std::move(where.values)});
  }
  return out;
}

}  // namespace stoa::storage::embedded
