// What the clock makes of a discount: its status follows from startsAt, endsAt and now, and is stored nowhere. Pure
// functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace stoa::api {

// "ACTIVE", "SCHEDULED" or "EXPIRED", of a discount's stored document.
std::string_view discount_status(std::string_view body, Time now);
// The document with `status` behind its id, as answers have it.
std::string with_status(std::string_view body, Time now);
// What a list of the discounts with that status asks for; "any": nothing.
std::vector<storage::Condition> status_conditions(std::string_view status, Time now);

// Whether it applies by itself, without a code.
bool is_automatic(std::string_view body);
// Its code that is `code` whatever the case, as Shopify spells it; empty when it has none such.
std::string find_code(std::string_view body, std::string_view code);

}  // namespace stoa::api
