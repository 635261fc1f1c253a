// A store's settings (contract section 2, PATCH): their shapes, and typed access for those who obey them.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/kind.h"
#include "tenant/fields.h"

namespace stoa::tenant {

// Merges `change` into `settings`, member by member; null clears one. Faults (pointers under /settings) leave
// `settings` as it was.
void merge_settings(json::Object& settings, const json::Value& change, std::vector<Fault>& faults);

bool paused(const json::Object& settings);
// settings.publicationId: the publication whose products a read key sees; empty: the online store's.
std::string publication(const json::Object& settings);
// settings.themes: gids of the themes that are mirrored in full besides the main one.
std::vector<std::string> themes(const json::Object& settings);
// Of the kinds that the server mirrors, those that the store wants: settings.kinds, or all.
std::vector<model::Kind> wanted_kinds(const json::Object& settings, std::span<const model::Kind> mirrored);
// settings.schedules.<kind>: "15m", "6h", "1d"; nothing when not set.
std::optional<std::chrono::seconds> schedule(const json::Object& settings, model::Kind kind);

// "90s", "15m", "6h", "1d".
Result<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace stoa::tenant
