// What a document of kind `media` says besides Shopify's own members, and how both are put together. Ours stand last,
// in this order: usedIn, sourceUrl, state, reason, sha256, size, contentType, stateAt (docs/formats/media.md). The sync
// writes all of them, downloads replace what is known of the bytes: `state` and after. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace stoa::media {

inline constexpr const char *kPending = "pending", *kStored = "stored", *kFailed = "failed", *kRefused = "refused";

// What is known of the bytes.
struct Record {
  std::string state = kPending;
  std::string reason;        // why not stored; empty: nothing to say
  std::string sha256;        // of stored ones
  std::int64_t size = 0;     // of stored ones
  std::string content_type;  // of stored ones, as sniffed
  std::optional<Time> at;    // since when; nothing while pending
};

struct Source {
  std::string url;
  bool image = true;  // its bytes must be an image
};
// Where the bytes of a file (as Shopify answers it, flattened) or of an image document are; nothing when there are none
// to be had (yet). Of a video's and a model's sources the largest one.
std::optional<Source> source_of(std::string_view body);

struct Merge {
  std::vector<std::string> used_in;   // gids
  std::optional<std::string> before;  // the document as it is stored
  Time now{};
  std::chrono::seconds retry_after{};  // a failed download is pending again after this
  bool again = false;                  // failed and refused ones are pending again at once
  bool lost = false;                   // the bytes of a stored one are not there any more: it is pending again
};
// The document: Shopify's members of `node` (canonical JSON), then ours. What is known of the bytes is kept as long as
// they are at the same place.
std::string media_body(std::string_view node, const Merge& merge);

// Of a document that media_body() made.
Record record_of(std::string_view body);
std::string source_url(std::string_view body);  // empty: none
std::vector<std::string> used_in(std::string_view body);
std::string with_record(std::string_view body, const Record& record);

}  // namespace stoa::media
