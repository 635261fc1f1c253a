// The routes that create, change, break and observe shops. Documented in docs/formats/sandbox.md.
#pragma once

#include "http/router.h"
#include "sandbox/sandbox.h"

namespace stoa::sandbox {

// Handlers keep references to both.
void add_control_routes(http::Router& router, Sandbox& sandbox, World& world);

}  // namespace stoa::sandbox
