// config/settings_data.json: a theme's settings in force, its presets, and in vintage themes all of its sections. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa::model::theme {

// The members of the document, each with a comma before it:
//   preset           the preset that `current` names, when it is a string; else null
//   settings         the values in force: of `current`, or of the preset that it names, or {} when that is missing
//   sections         the sections in it, by content_for_index where they stand there, then as in the file
//   contentForIndex  of a vintage theme: the ids of its home page's sections, in order
//   blocks           app embeds, in the file's order
//   presets, platformCustomizations, and what else the file holds, as it stands
// corrupt: not JSON, or not an object.
Result<std::string> settings_data_members(std::string_view content);

}  // namespace stoa::model::theme
