// What one store lets a read key see, and how its answers may be cached: its settings, parsed once per change.
// Immutable values.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "api/principal.h"
#include "storage/store_handle.h"

namespace stoa::api {

struct Policy {
  bool inventory = false;    // settings.inventory: quantities are shown
  bool publication = false;  // settings.publicationId: only what is published there as well
  using Names = std::set<std::string, std::less<>>;
  Names metafields;  // settings.metafields: "custom.care", or "custom.*"
  // By owner type ("PRODUCT"): the metafields that storefronts may read by their definition, as the last sync saw it.
  std::map<std::string, Names, std::less<>> readable;
  std::string cache_control;  // settings.cacheControl, or the default
  std::string fingerprint;    // equal for equal settings, in every process: part of each ETag

  bool shows_metafield(std::string_view owner_type, std::string_view name_space, std::string_view key) const;
};

Policy parse_policy(const storage::StoreEntry& entry);

// ---- what a read key sees (contract section 3)

// Conditions of a list for that audience.
std::vector<storage::Condition> list_conditions(model::Kind kind, Audience audience, const Policy& policy, Time now);
// Whether an object asked for by id or handle may be shown: there UNLISTED ones are seen as well. Discounts with codes
// are found by a code only.
bool visible(model::Kind kind, Audience audience, const Policy& policy, std::string_view body, Time now);

}  // namespace stoa::api
