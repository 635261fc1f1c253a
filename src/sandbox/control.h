// The routes that create, change, break and observe shops. Documented in docs/formats/sandbox.md.
#pragma once

#include "http/router.h"
#include "sandbox/sandbox.h"

namespace stoa::sandbox {

// Handlers keep references to both.
void add_control_routes(http::Router& router, Sandbox& sandbox, World& world);
// Of them, those of themes; and the route that files of themes are downloaded from.
void add_theme_control_routes(http::Router& router, Sandbox& sandbox, World& world);
void add_theme_file_route(http::Router& router, Sandbox& sandbox);

}  // namespace stoa::sandbox
