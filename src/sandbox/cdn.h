// Shopify's CDN as the sandbox has it: every path has bytes, made up from the path and always the same; and under
// cdn/hostile/ lies what a mirror must withstand (docs/formats/sandbox.md).
#pragma once

#include "http/router.h"
#include "sandbox/sandbox.h"
#include "sandbox/shop.h"

namespace stoa::sandbox {

void add_cdn_route(http::Router& router, Sandbox& sandbox, World& world);

// A small picture as PNG, of a colour that the text decides.
std::string picture(std::string_view text);

}  // namespace stoa::sandbox
