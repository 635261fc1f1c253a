#include "sync/draft.h"

namespace stoa::sync {

std::string to_text(const std::vector<OpenDraftList>& open) {
  json::Array out;
  for (const auto& entry : open)
    out.push_back(json::Object{{"owner", entry.list.owner},
                               {"list", entry.list.list},
                               {"cursor", entry.list.cursor},
                               {"drained", entry.drained}});
  return json::write(out);
}

Result<std::vector<OpenDraftList>> open_lists(const std::string& text) {
  STOA_TRY_ASSIGN(const auto value, json::parse(text));
  if (!value.is_array()) return fail(Code::corrupt, "sync: a draft's open lists cannot be read");
  std::vector<OpenDraftList> out;
  for (const auto& entry : value.get_array())
    out.push_back({{std::string(json::string_or(entry, "owner")), std::string(json::string_or(entry, "list")),
                    std::string(json::string_or(entry, "cursor"))},
                   json::int_or(entry, "drained")});
  return out;
}

Result<std::string> assemble(const storage::Draft& draft, const std::vector<storage::DraftPart>& parts) {
  std::vector<shopify::ListPart> further;
  further.reserve(parts.size());
  for (const auto& part : parts) further.push_back({.owner = part.owner, .list = part.list, .items = part.items});
  return shopify::splice(draft.body, further);
}

}  // namespace stoa::sync
