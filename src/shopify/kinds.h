// What to ask Shopify for each kind, and how its answers become documents. Pure: a call to send, an answer to decode.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/document.h"
#include "shopify/transport.h"

namespace stoa::shopify {

// A nested list of a document that the page did not carry to its end.
struct OpenList {
  std::string owner;   // gid of the object that has the list: the document, or one inside it
  std::string list;    // where the owner has it: "variants", "productIds", "discount.codes"
  std::string cursor;  // endCursor: what to go on after
};

// Further items of one list of a document.
struct ListPart {
  std::string owner, list;  // as of its OpenList
  std::string items;        // canonical elements without brackets
};

struct Decoded {
  std::string id;
  std::string body;  // canonical JSON, connections flattened; complete when `open` is empty
  std::vector<OpenList> open;
  std::string_view raw;  // the node it was made of, into the answer
};

// What a document depends on besides its node's text: part of each raw_hash.
struct Shaping {
  std::size_t codes_max = 0;  // bound_codes()
  std::string_view decoder_version = model::kDecoderVersion;
};
// Of a node's text as Shopify sent it. Equal: decoding would make the document that it made before, at many times the
// cost.
Hash raw_hash(model::Kind kind, std::string_view node, const Shaping& shaping);

// A page whose nodes are not decoded.
struct RawNode {
  std::string_view raw;  // into the answer
  std::string_view id;   // as its first member says, unchecked; empty: only decoding can tell
};
struct RawPage {
  std::vector<RawNode> nodes;  // in Shopify's order
  bool has_next = false;
  std::string end_cursor;
};

struct ListPage {
  std::vector<Decoded> nodes;                         // in Shopify's order
  std::vector<std::pair<std::string, Error>> broken;  // id (or empty) and why: kept from being a silent loss
  bool has_next = false;
  std::string end_cursor;
};

struct ItemsPage {
  std::string items;           // canonical elements without brackets
  std::vector<OpenList> open;  // lists of these items that go on
  std::size_t count = 0;
  bool has_next = false;
  std::string end_cursor;
};

// How the walk of one kind is asked. `first` starts at page_size(kind) and is halved on cost-exceeded.
std::size_t page_size(model::Kind kind);
std::string_view scope(model::Kind kind);        // "read_products"
std::string_view other_scope(model::Kind kind);  // one that will do instead; empty: none
std::string_view also_scope(model::Kind kind);   // one that it needs besides; empty: none
bool has_types(model::Kind kind);                // its objects are listed type by type: types_call(), PageArgs::type
bool has_count(model::Kind kind);                // whether Shopify counts the kind: count_call() may be made
bool walked_whole(model::Kind kind);             // an incremental pass of it would miss changes, or be no cheaper

// What a store's products carry besides what those of every store do.
struct Extras {
  std::string publication;  // gid: products carry publishedOnPublication for it; "": none
  bool inventory = false;   // variants carry inventoryItem.inventoryLevels: needs kInventoryScopes
};
inline constexpr std::array<std::string_view, 2> kInventoryScopes{"read_inventory", "read_locations"};

struct PageArgs {
  std::size_t first = 50;
  std::string after;                  // "" at the start
  std::string type = {};              // of a kind with has_types()
  std::optional<Time> updated_since;  // incremental: sorted by UPDATED_AT; otherwise by ID
  std::int64_t id_above = 0;          // window of rule S1: only ids above this; 0: none
  Extras extras = {};
};
Call count_call(model::Kind kind);  // of a kind with has_count()
Result<std::optional<std::int64_t>> decode_count(model::Kind kind,
                                                 const Answer& answer);  // nothing when Shopify's count is not exact

// The types of a kind with has_types(): a page of them.
struct TypesPage {
  std::vector<std::string> types;
  bool has_next = false;
  std::string end_cursor;
};
Call types_call(model::Kind kind, const std::string& after = {});
Result<TypesPage> decode_types(model::Kind kind, const Answer& answer);

Call page_call(model::Kind kind, const PageArgs& args);
Result<RawPage> split_page(model::Kind kind, const Answer& answer);
ListPage decode_nodes(model::Kind kind, RawPage page);
Result<ListPage> decode_page(model::Kind kind, const Answer& answer);  // both

// By id, up to 250 at once: nodes(ids:). Missing positions are null: proof of absence (rule S9).
Call by_ids_call(model::Kind kind, const std::vector<std::string>& ids, const Extras& extras = {});
struct ByIds {
  std::vector<Decoded> found;
  std::vector<std::string> absent;
  std::vector<std::pair<std::string, Error>> broken;  // id and why, as in ListPage: neither found nor proven absent
};
Result<ByIds> decode_by_ids(model::Kind kind, const std::vector<std::string>& ids, const Answer& answer);

// The next page of a nested list. decode_list: not_found when the owner is gone meanwhile.
Call list_call(model::Kind kind, const OpenList& open, const Extras& extras = {}, std::size_t first = 250);
Result<ItemsPage> decode_list(model::Kind kind, const OpenList& open, const Answer& answer);
// `body` with every part appended to its list, parts of one list in their order. corrupt when the body, with the parts
// of its own lists, has no such list.
Result<std::string> splice(const std::string& body, const std::vector<ListPart>& parts);

// The shop itself. `info` is Shopify's `shop` object as it came.
struct ShopInfo {
  std::string id, myshopify_domain;
  json::Object info;
};
Call shop_call();
Result<ShopInfo> decode_shop(const Answer& answer);
Call scopes_call();
Result<std::vector<std::string>> decode_scopes(const Answer& answer);
// Shopify's `shopLocales` as they came; they need read_locales.
Call locales_call();
Result<json::Array> decode_locales(const Answer& answer);

// The metafields of one type of owner ("PRODUCT") that storefronts may read by their definition, as "namespace.key": a
// page of the definitions.
struct ReadableMetafields {
  std::vector<std::string> names;
  bool has_next = false;
  std::string end_cursor;
};
Call definitions_call(std::string_view owner_type, const std::string& after = {});
Result<ReadableMetafields> decode_definitions(const Answer& answer);

}  // namespace stoa::shopify
