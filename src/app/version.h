// What this build calls itself.
#pragma once

#include <string_view>

namespace stoa::app {

inline constexpr std::string_view kVersion = STOA_VERSION;

}  // namespace stoa::app
