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
  std::string body = draft.body;
  for (std::size_t i = 0; i < parts.size();) {
    // Parts of one list are joined first, so a long membership is copied once and not once a page.
    const auto& first = parts[i];
    std::string items;
    for (; i < parts.size() && parts[i].owner == first.owner && parts[i].list == first.list; ++i) {
      if (parts[i].items.empty()) continue;
      if (!items.empty()) items += ',';
      items += parts[i].items;
    }
    STOA_TRY_ASSIGN(body, shopify::splice(body, {.owner = first.owner, .list = first.list, .cursor = {}}, items));
  }
  return body;
}

}  // namespace stoa::sync
