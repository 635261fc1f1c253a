// Questions to one store's documents. Plain values: built by api/, answered by every engine alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/document.h"

namespace stoa::storage {

// One condition on an index field of the kind (spec(kind).index). A null never satisfies any but is_null.
struct Condition {
  enum class Op {
    eq,
    in,
    less,
    less_equal,
    greater,
    greater_equal,
    is_null,
    not_null,
    has
  };  // has: a `texts` field contains the text
  std::string field;
  Op op = Op::eq;
  std::vector<model::IndexValue> values = {};  // one, but for `in`; none for the null tests
};

// Order by one index field, ties by id in the same direction, both bytewise; nulls first ascending. Empty field: by id
// (as text).
struct Sort {
  std::string field;
  bool descending = false;
};

// Where a page ended: the sort value and id of its last document. The next page starts strictly after it.
struct Position {
  model::IndexValue value;
  std::string id;
};

struct Query {
  model::Kind kind = model::Kind::products;
  std::vector<Condition> all;                   // every one must hold
  std::optional<std::vector<std::string>> ids;  // only these, when given
  Sort sort;
  std::optional<Position> after;
  std::size_t limit = 50;
  std::size_t bytes_max = 8u << 20;  // a page ends before it grows past this, but never before one document

  // invalid: a field that the kind does not have, an operator or values that do not suit it, a limit of 0. Every engine
  // asks this first.
  Result<> validate() const;
};

// What the values are that the query sorts by; text when it sorts by nothing but the id.
model::FieldType sort_type(const Query& query);
// Of a field that the kind has.
model::FieldType field_type(model::Kind kind, std::string_view field);
// invalid: what StoreHandle::boundary() cannot be asked about.
Result<> check_time_field(model::Kind kind, std::string_view field);

// A document as stored, with what `_m` says of it.
struct Stored {
  std::string id;
  std::string body;
  Hash hash{};
  Time fetched_at{};
  model::Source source = model::Source::page;
  std::string api_version;
  std::int64_t ver = 0;  // the store's version when it last changed
};

struct Page {
  std::vector<Stored> documents;
  std::optional<Position> next;  // set when there is more
};

}  // namespace stoa::storage
