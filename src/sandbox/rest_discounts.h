// Discounts for the control routes, in the manner of rest_content.h. REST's price rules know no half of the eight
// types, so the members are the sandbox's own (docs/formats/sandbox.md).
#pragma once

#include "base/json.h"
#include "sandbox/catalog.h"

namespace stoa::sandbox {

// Changes what `json` names and leaves the rest. invalid: names the member. `automatic` and `type` are part of what a
// discount is: they are for a new one.
Result<void> apply_discount(Catalog& catalog, Discount& discount, const json::Object& json, Time now);

}  // namespace stoa::sandbox
