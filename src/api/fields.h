// `fields=id,title,variants.price`: which members of an object an answer carries. A plain value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/kind.h"

namespace stoa::api {

// A tree of names. A node without children stands for the whole value. The empty tree asks for everything.
struct Fields {
  std::string name;
  std::vector<Fields> children;  // sorted by name

  bool everything() const { return children.empty(); }
  // The one text that equal trees share: sorted dotted paths, comma-separated; empty for everything.
  std::string canonical() const;
};

// invalid: a name that the kind's schema lacks, with the nearest one that it has.
Result<Fields> parse_fields(model::Kind kind, std::string_view text);

}  // namespace stoa::api
