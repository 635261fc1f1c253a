// The schema that a section's or block's Liquid file ends with: {% schema %} JSON {% endschema %}. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace stoa::model::theme {

// The text between the tags, a view into `liquid`; nothing when there is no such tag. Tags that stand inside comments,
// raw, doc, javascript or stylesheet are text. corrupt: a schema without its end.
Result<std::optional<std::string_view>> find_schema(std::string_view liquid);

}  // namespace stoa::model::theme
