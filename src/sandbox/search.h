// Shopify's search syntax: terms joined by an implied AND, OR, NOT or '-', parentheses, comparators, quotes. AND binds
// tighter. Pure functions. An unknown field matches everything and is warned about (rule S8): that is what Shopify
// does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/model.h"

namespace stoa::sandbox {

struct Term {
  enum class Compare { equal, less, less_equal, greater, greater_equal };
  std::string field;  // empty: free text
  Compare compare = Compare::equal;
  std::string value;  // "*" after a field: anything but nothing
};

struct Search {
  enum class Kind { everything, all, any, not_, term };
  Kind kind = Kind::everything;
  std::vector<Search> parts;
  Term term;

  static Search parse(std::string_view query);
  // Calls `visit` for each term.
  template <class F>
  void each_term(F&& visit) const {
    if (kind == Kind::term) visit(term);
    for (const Search& part : parts) part.each_term(visit);
  }
};

bool match_text(const Term& term, std::string_view value);  // whole, case ignored; "x*" matches a prefix
bool match_number(const Term& term, std::int64_t value);    // of a gid its number
bool match_time(const Term& term, std::optional<Time> value);

// Fields of one object type: each answers whether the object satisfies the term. "" is free text.
template <class T>
using SearchFields = std::map<std::string_view, bool (*)(const T&, const Term&)>;

template <class T>
bool matches(const Search& search, const SearchFields<T>& fields, const T& object) {
  switch (search.kind) {
    case Search::Kind::everything: return true;
    case Search::Kind::all:
      for (const Search& part : search.parts)
        if (!matches(part, fields, object)) return false;
      return true;
    case Search::Kind::any:
      for (const Search& part : search.parts)
        if (matches(part, fields, object)) return true;
      return false;
    case Search::Kind::not_: return !matches(search.parts.front(), fields, object);
    case Search::Kind::term: {
      const auto found = fields.find(search.term.field);
      return found == fields.end() || found->second(object, search.term);
    }
  }
  return true;
}

}  // namespace stoa::sandbox
