// What travels between Shopify, storage and readers: one document. Plain values.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "model/kind.h"

namespace stoa::model {

// The value of one index field; monostate is null. Decimals are millionths, times are microseconds: both int64.
using IndexValue = std::variant<std::monostate, std::string, std::int64_t, bool, std::vector<std::string>>;

enum class Source : std::uint8_t { page, bulk, webhook };
std::string_view to_string(Source source);

// Part of every hash: raise it when documents are built differently, so that the next pass rewrites them.
inline constexpr std::string_view kDecoderVersion = "1";

struct Document {
  Kind kind = Kind::products;
  std::string id;                 // gid: `_id`
  std::string body;               // canonical JSON object with Shopify's names, connections flattened; carries "id"
  std::vector<IndexValue> index;  // one per row of spec(kind).index, in its order
  Hash hash{};                    // quick_hash of the decoder's version and the body
  // shopify::raw_hash of the node that the whole document was made from, where there was one such node. A document
  // without a body stands for the stored one with this very hash (storage::Batch).
  std::optional<Hash> raw;
  Time fetched_at{};  // when the request that produced it was sent, on the store's fetch clock (rule P3)
  Source source = Source::page;
  std::string api_version;  // "2026-10"
};

// Money text ("25", "25.00", "0.123456") to millionths; nothing when it is not a decimal or does not fit int64.
std::optional<std::int64_t> parse_decimal(std::string_view text);

// Whether a storefront may read a metaobject: its definition lets them (PUBLIC_READ), and it is no draft. False when
// its body does not say so.
bool is_readable_metaobject(std::string_view body);
// What theme settings name a medium by (shopify://shop_images/NAME, shopify://files/…/NAME): the name of its file in
// the shop's files library. Empty: it is not of the library.
std::string media_file_name(std::string_view body);

// Derives id, index fields and hash from `body` (canonical JSON of `kind`) and fills them in. corrupt: no "id", or not
// an object. Fields that are absent or of an unexpected type index as null: an unknown shape is kept, never refused
// (rule P5).
Result<Document> make_document(Kind kind, std::string body);

}  // namespace stoa::model
