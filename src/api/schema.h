// The names a mirrored object may have, per kind: what `fields=` may ask for. They are what shopify/documents selects,
// with connections flattened; a test compares the two. A body may carry more (rule P5): the schema never drops
// anything. Immutable.
#pragma once

#include <string_view>
#include <vector>

#include "model/kind.h"

namespace stoa::api {

struct SchemaNode {
  std::string_view name;
  std::vector<SchemaNode> children;  // empty: a scalar, or an object whose insides may not be asked for one by one

  const SchemaNode* find(std::string_view child) const;
};

// The object itself; its name is empty. Without children for a kind that is not read yet.
const SchemaNode& schema(model::Kind kind);

}  // namespace stoa::api
