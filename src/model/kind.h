// The kinds of things a store has. A kind is a row of a table, not a struct per Shopify type: its names, its gid type,
// where its dates stand, and which index fields are derived from a document. Pure data, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stoa::model {

// In the order that a full sync takes them.
enum class Kind : std::uint8_t {
  products,
  collections,
  blogs,
  articles,
  themes,
  media,
  discounts,
  pages,
  menus,
  metaobjects
};
inline constexpr std::size_t kKindCount = 10;
std::span<const Kind> all_kinds();
// Of these, the ones that every store has; behind them stand the further ones, which a configuration switches on
// (sync.further_kinds).
std::span<const Kind> standard_kinds();
std::span<const Kind> further_kinds();
// The standard kinds and the named further ones, in all_kinds()'s order. invalid: a name of no further kind.
Result<std::vector<Kind>> mirrored_kinds(std::span<const std::string> further);

enum class FieldType : std::uint8_t {
  text,     // exact bytes
  time,     // microseconds since 1970
  decimal,  // money: millionths as int64 (Decimal128 in MongoDB)
  boolean,
  texts,  // several texts per document: tags
};

struct IndexField {
  std::string_view name;  // "handle", "titleFold": a column in SQLite
  FieldType type;
  // Where the document itself holds that very value ("handle", "discount.startsAt"): MongoDB indexes it there. Empty:
  // the value is derived, and stands under `_x`.
  std::string_view place = {};
};

struct KindSpec {
  Kind kind;
  std::string_view name;                         // in jobs, health and settings: "products", "themes"
  std::string_view collection;                   // of the store's database: "products", "themedatas"
  std::span<const std::string_view> gid_types;   // "Product"; several types may share a kind
  std::span<const std::string_view> date_paths;  // members that Shopify gives as DateTime: dotted, through arrays too
  std::span<const IndexField> index;
  // Shopify's MetafieldOwnerType of the document, then of the objects inside it that have metafields too: variants.
  std::span<const std::string_view> metafield_owners;
};

const KindSpec& spec(Kind kind);
inline std::string_view to_string(Kind kind) { return spec(kind).name; }
std::optional<Kind> kind_from(std::string_view name);
bool has_gid_type(Kind kind, std::string_view type);
// The kind whose objects have gids of that type ("DiscountCodeNode": discounts); nothing when none has.
std::optional<Kind> kind_of_gid_type(std::string_view type);
// Position of an index field in the kind's table; nothing when the kind has none of that name.
std::optional<std::size_t> index_position(Kind kind, std::string_view field);

}  // namespace stoa::model
