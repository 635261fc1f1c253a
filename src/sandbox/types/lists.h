// Lists to pages: filter, order, cursor, slice. The rules of every connection.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "sandbox/search.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox {

// An ordered list as a connection pages it.
struct Rows {
  std::size_t count = 0;
  std::function<graphql::Object(std::size_t)> object;
  std::function<std::int64_t(std::size_t)> id;
  // What the list is sorted by; empty function: its own order, where a cursor finds its place by id, then by position.
  std::function<std::string(std::size_t)> value;
  bool descending = false;
};

inline constexpr std::int64_t kPageMax = 250;

// Answers the connection with first, last, after, before of the call; fails the field as Shopify does when they are
// wrong.
void answer_page(graphql::Call& call, Rows rows, std::int64_t page_max = kPageMax);

// The call's `query` argument, with warnings for fields the type does not know.
template <class T>
Search search_argument(graphql::Call& call, const SearchFields<T>& fields);
void warn_unknown(graphql::Call& call, std::string_view query, const Term& term);

inline std::int64_t row_id(const Media& media) { return media.image.id; }
template <class T>
std::int64_t row_id(const T& object) {
  return object.id;
}

template <class T>
Search search_argument(graphql::Call& call, const SearchFields<T>& fields) {
  const auto query = call.arguments().text("query");
  Search search = Search::parse(query);
  search.each_term([&](const Term& term) {
    if (!fields.contains(term.field)) warn_unknown(call, query, term);
  });
  return search;
}

template <class T>
std::vector<const T*> filtered(graphql::Call& call, std::span<const T* const> all, const SearchFields<T>& fields) {
  const Search search = search_argument(call, fields);
  if (search.kind == Search::Kind::everything) return {all.begin(), all.end()};
  std::vector<const T*> out;
  for (const T* object : all)
    if (matches(search, fields, *object)) out.push_back(object);
  return out;
}

// `items` ascending by `value` and id, or in their own order when `keyed` is false; `reverse` is applied here.
template <class T>
void answer_list(graphql::Call& call, std::vector<const T*> items, SortValue<T> value, bool keyed,
                 std::int64_t page_max = kPageMax) {
  const graphql::TypeDef& type = call.context<Reading>().schema.known(
      std::string_view(call.field().named->name).substr(0, call.field().named->name.size() - 10));  // "…Connection"
  Rows rows{
      .count = items.size(), .object = {}, .id = {}, .value = {}, .descending = call.arguments().truth("reverse")};
  if (rows.descending) std::ranges::reverse(items);
  rows.object = [&](std::size_t i) { return graphql::Object{&type, items[i]}; };
  rows.id = [&](std::size_t i) { return row_id(*items[i]); };
  if (keyed) rows.value = [&](std::size_t i) { return value ? value(*items[i]) : std::string(); };
  answer_page(call, std::move(rows), page_max);
}

// A number as text that sorts like the number.
inline std::string sortable(std::int64_t number) {
  return fmt::format("{:020}", static_cast<std::uint64_t>(number) + (1ull << 63));
}

}  // namespace stoa::sandbox
