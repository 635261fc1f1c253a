// From a Query to SQL. Pure: field names come from model::spec, every value is a parameter, no value is ever part of
// the text.
#pragma once

#include <string>
#include <vector>

#include "storage/query.h"

namespace stoa::storage::embedded {

// One statement and its parameters; it answers rid, sort value, id in the asked order.
struct CompiledQuery {
  std::string sql;  // ends in `LIMIT ?`, whose value the caller binds last
  std::vector<model::IndexValue> values;
};

// The statements that answer the query one after another, each continuing where the one before ended (nulls and values
// stand apart, so that both are ranges of an index). invalid: an unknown field, an operation its type lacks, no value
// or too many.
Result<std::vector<CompiledQuery>> compile(const Query& query);

}  // namespace stoa::storage::embedded
