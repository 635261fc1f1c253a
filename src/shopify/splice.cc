// Puts the rest of a nested list into the document that carries its beginning.
#include <algorithm>

#include "base/ids.h"
#include "base/json_text.h"
#include "shopify/decode/kind_row.h"
#include "shopify/kinds.h"

namespace stoa::shopify {
namespace {

// The object that `owner` names: the document itself or one of its variants. Empty when neither.
std::string_view find_owner(std::string_view body, std::string_view owner) {
  if (json::find_string(body, {"id"}) == owner) return body;
  const auto variants = json::find_raw(body, {"variants"});
  if (!variants.starts_with('[')) return {};
  json::Cursor cursor(variants);
  cursor.enter_array();
  while (cursor.next_element())
    if (const auto variant = cursor.take(); json::find_string(variant, {"id"}) == owner) return variant;
  return {};
}

// The longer list may stand in another order than the document's own.
Result<void> arrange(std::string& body) {
  const std::string id = json::find_string(body, {"id"}).value_or("");
  const auto gid = parse_gid(id);
  if (!gid) return fail(gid.error());
  const auto kind = model::kind_of_gid_type(gid->type);
  return kind ? kind_row(*kind).arrange(body) : Result<void>();
}

}  // namespace

Result<std::string> splice(const std::string& body, const OpenList& open, std::string_view items) {
  const auto owner = find_owner(body, open.owner);
  const auto list = owner.empty() ? std::string_view() : json::find_path(owner, open.list);
  if (!list.starts_with('['))
    return fail(Code::corrupt, "shopify: {}: no list {} to go on with", open.owner, open.list);
  if (items.empty()) return body;
  const auto end = static_cast<std::size_t>(list.data() - body.data()) + list.size() - 1;  // its ']'
  std::string whole;
  whole.reserve(body.size() + items.size() + 1);
  whole.append(body, 0, end);
  if (list.size() > 2) whole += ',';
  whole.append(items).append(body, end);
  STOA_TRY(arrange(whole));
  return whole;
}

}  // namespace stoa::shopify
