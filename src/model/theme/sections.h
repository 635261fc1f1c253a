// Sections and blocks as theme files hold them, maps beside a list of their order, into ordered arrays:
//   [{"id","type","disabled", …, "settings":{…}, "blocks":[…]}]
// Everything a section had is still there under its own name, blocks to any depth. First come those that the order
// names, in that order; then the rest as they stand in the file: static blocks, which need no order, and what the order
// left out, marked "unlisted" (Shopify does not draw it). Pure; the text is canonical (base/json_text.h).
#pragma once

#include <string>
#include <string_view>

namespace stoa::model::theme {

// Appends the array. `map`: the object of sections or blocks, or empty. `order`: the list of ids, or empty, when all
// stand in the file's own order and none is unlisted.
void append_sections(std::string& out, std::string_view map, std::string_view order);

// The ids that `order` names and `map` lacks, as a list; empty when there are none.
std::string missing_ids(std::string_view map, std::string_view order);

}  // namespace stoa::model::theme
