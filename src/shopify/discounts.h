// What only discounts need besides the calls of every kind (shopify/kinds.h). Pure.
#pragma once

#include "shopify/kinds.h"

namespace stoa::shopify {

// Redeem codes are mirrored in full up to `codes_max` of a discount; of one that has more, or of which Shopify does not
// say exactly how many, `discount.codes` becomes null and is not read on: they are counted only, by `codesCount`. The
// same answer gives the same bytes whichever way it came. Other kinds' documents stay as they are.
void bound_codes(Decoded& decoded, std::size_t codes_max);

}  // namespace stoa::shopify
