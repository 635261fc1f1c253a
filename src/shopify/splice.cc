// Puts the rest of nested lists into the document that carries their beginnings.
#include <algorithm>
#include <map>

#include "base/ids.h"
#include "base/json_text.h"
#include "shopify/decode/kind_row.h"
#include "shopify/kinds.h"

namespace stoa::shopify {
namespace {

// Owner and list to all the items that belong there.
using Joined = std::map<std::pair<std::string_view, std::string_view>, std::string>;

struct Insertion {
  std::size_t at;  // of the list's ']' in the body
  bool first;      // the list is empty so far
  std::string items;
};

// Takes what belongs to `owner`, whose text `object` is a part of `body`, out of `joined`.
Result<void> take_parts(std::string_view body, std::string_view object, std::string_view owner, Joined& joined,
                        std::vector<Insertion>& into) {
  for (auto next = joined.lower_bound({owner, {}}); next != joined.end() && next->first.first == owner;) {
    const auto list = json::find_path(object, next->first.second);
    if (!list.starts_with('['))
      return fail(Code::corrupt, "shopify: {}: no list {} to go on with", owner, next->first.second);
    into.push_back({static_cast<std::size_t>(list.data() - body.data()) + list.size() - 1, list.size() == 2,
                    std::move(next->second)});
    next = joined.erase(next);
  }
  return {};
}

// The lists of variants and of their inventory items, in one walk: a product may have 2,048 of each.
Result<void> take_inside(std::string_view body, Joined& joined, std::vector<Insertion>& into) {
  const auto variants = json::find_raw(body, {"variants"});
  if (!variants.starts_with('[')) return {};
  const bool items = std::ranges::any_of(
      joined, [](const auto& part) { return part.first.first.starts_with("gid://shopify/InventoryItem/"); });
  json::Cursor cursor(variants);
  cursor.enter_array();
  while (!joined.empty() && cursor.next_element()) {
    const auto variant = cursor.take();
    STOA_TRY(take_parts(body, variant, json::find_string(variant, {"id"}).value_or(""), joined, into));
    if (!items) continue;
    const auto item = json::find_raw(variant, {"inventoryItem"});
    if (!item.starts_with('{')) continue;
    STOA_TRY(take_parts(body, item, json::find_string(item, {"id"}).value_or(""), joined, into));
  }
  return {};
}

std::string inserted(const std::string& body, std::vector<Insertion>& insertions) {
  std::ranges::sort(insertions, {}, &Insertion::at);
  std::size_t size = body.size();
  for (const auto& each : insertions) size += each.items.size() + 1;
  std::string whole;
  whole.reserve(size);
  std::size_t done = 0;
  for (const auto& each : insertions) {
    if (each.items.empty()) continue;
    whole.append(body, done, each.at - done);
    if (!each.first) whole += ',';
    whole += each.items;
    done = each.at;
  }
  whole.append(body, done);
  return whole;
}

// The longer list may stand in another order than the document's own.
Result<void> arrange(std::string& body, std::string_view id) {
  const auto gid = parse_gid(id);
  if (!gid) return fail(gid.error());
  const auto kind = model::kind_of_gid_type(gid->type);
  if (!kind) return {};
  const auto& row = kind_row(*kind);
  return row.arranged.empty() ? Result<void>() : row.arrange(body, json::find_raw(body, {row.arranged}));
}

}  // namespace

Result<std::string> splice(const std::string& body, const std::vector<ListPart>& parts) {
  Joined joined;
  for (const auto& part : parts) {
    auto& items = joined[{part.owner, part.list}];
    if (!items.empty() && !part.items.empty()) items += ',';
    items += part.items;
  }
  const auto id = json::find_string(body, {"id"}).value_or("");
  std::vector<Insertion> insertions;
  STOA_TRY(take_parts(body, body, id, joined, insertions));
  auto whole = inserted(body, insertions);
  insertions.clear();
  STOA_TRY(take_inside(whole, joined, insertions));
  if (!joined.empty())
    return fail(Code::corrupt, "shopify: {}: no list {} to go on with", joined.begin()->first.first,
                joined.begin()->first.second);
  if (!insertions.empty()) whole = inserted(whole, insertions);
  STOA_TRY(arrange(whole, id));
  return whole;
}

}  // namespace stoa::shopify
