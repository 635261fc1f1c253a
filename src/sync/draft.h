// Documents whose nested lists are still being fetched: their open lists as text, and the whole from its parts. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "shopify/kinds.h"
#include "storage/store_handle.h"

namespace stoa::sync {

// A list still open, and how many items of it came in further pages.
struct OpenDraftList {
  shopify::OpenList list;
  std::int64_t drained = 0;
};

std::string to_text(const std::vector<OpenDraftList>& open);
Result<std::vector<OpenDraftList>> open_lists(const std::string& text);
// The draft's body with every part appended to its list, in order.
Result<std::string> assemble(const storage::Draft& draft, const std::vector<storage::DraftPart>& parts);

}  // namespace stoa::sync
