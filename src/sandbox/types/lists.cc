#include "sandbox/types/lists.h"

#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace stoa::sandbox {
namespace {

struct Cursor {
  std::int64_t id = 0;
  std::string value;
};

std::string encode(const Cursor& cursor) {
  return base64(fmt::format(R"({{"last_id":{},"last_value":{}}})", cursor.id, json::quoted(cursor.value)));
}

std::optional<Cursor> decode(std::string_view text) {
  const auto plain = base64_decode(text);
  const auto parsed = plain ? json::parse(*plain, 2) : fail(Code::invalid, "cursor");
  if (!parsed || !json::find(*parsed, "last_id")) return std::nullopt;
  return Cursor{json::int_or(*parsed, "last_id"), std::string(json::string_or(*parsed, "last_value"))};
}

// The first row that stands after the cursor, or (not `after`) the first that does not stand before it.
std::size_t place(const Rows& rows, const Cursor& cursor, bool after) {
  if (!rows.value) {
    for (std::size_t i = 0; i < rows.count; ++i)
      if (rows.id(i) == cursor.id) return after ? i + 1 : i;
    return std::min(rows.count, static_cast<std::size_t>(parse_int(cursor.value).value_or(0)));
  }
  std::size_t low = 0, high = rows.count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const auto seen = std::pair(rows.value(middle), rows.id(middle)), wanted = std::pair(cursor.value, cursor.id);
    const bool before = rows.descending ? seen > wanted : seen < wanted;
    if (before || (after && seen == wanted))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace

void answer_page(graphql::Call& call, Rows rows, std::int64_t page_max) {
  const auto& arguments = call.arguments();
  if (arguments.has("first") == arguments.has("last"))
    return call.fail(arguments.has("first") ? "providing both first and last is not supported"
                                            : "you must provide one of first or last",
                     "BAD_REQUEST");
  const bool forward = arguments.has("first");
  const std::int64_t size = arguments.integer(forward ? "first" : "last");
  if (size < 0 || size > page_max)
    return call.fail(fmt::format("{} must be between 0 and {}, was {}", forward ? "first" : "last", page_max, size),
                     "BAD_REQUEST");
  rows.count = std::min(rows.count, call.context<Reading>().list_max);
  std::size_t low = 0, high = rows.count;
  for (const bool after : {true, false}) {
    const char* name = after ? "after" : "before";
    if (!arguments.has(name)) continue;
    const auto cursor = decode(arguments.text(name));
    if (!cursor) return call.fail(fmt::format("Invalid cursor for current pagination sort."), "BAD_REQUEST");
    (after ? low : high) = place(rows, *cursor, after);
  }
  high = std::max(low, high);
  const std::size_t take = std::min(high - low, static_cast<std::size_t>(size));
  graphql::Page page;
  page.has_previous = forward ? low > 0 : high - low > take;
  page.has_next = forward ? high - low > take : high < rows.count;
  if (!forward) low = high - take;
  page.entries.reserve(take);
  for (std::size_t i = 0; i < take; ++i) page.entries.push_back({rows.object(low + i), &page, i});
  page.cursor = [&rows, low](std::size_t i) {
    return encode({rows.id(low + i), rows.value ? rows.value(low + i) : std::to_string(low + i + 1)});
  };
  call.value(&page);
}

std::string default_cursor(std::int64_t id) { return encode({id, {}}); }

void warn_unknown(graphql::Call& call, std::string_view query, const Term& term) {
  call.context<Reading>().search.push_back(fmt::format(
      R"({{"path":{},"query":{},"parsed":{{"field":{},"match_all":{}}},"warnings":[{{"field":{},"message":"Invalid search field for this query.","code":"invalid_field"}}]}})",
      call.path(), json::quoted(query), json::quoted(term.field), json::quoted(term.value), json::quoted(term.field)));
}

}  // namespace stoa::sandbox
