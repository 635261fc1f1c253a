// The objects that a theme's links name, found in the mirror: one question per kind, however many links. What this
// audience may not see is not found. Blocks on the database.
#pragma once

#include <functional>
#include <set>

#include "model/theme/resolved_text.h"
#include "storage/store_handle.h"

namespace stoa::api {

using MaySee = std::function<bool(model::Kind, std::string_view body)>;
// `mirrored`: the kinds that may be asked for; links to others find nothing.
Result<model::theme::ResolvedText::Targets> find_targets(storage::StoreHandle& store,
                                                         std::span<const model::Kind> mirrored,
                                                         const std::set<model::theme::Link>& links,
                                                         const MaySee& may_see);

}  // namespace stoa::api
