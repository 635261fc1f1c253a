// One theme file as the document that is stored for it: docs/formats/themes.md. A function of that file alone, so only
// files that changed are fetched and parsed. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa::model::theme {

// What a document says of its file besides its content; Shopify's OnlineStoreThemeFile.
struct FileFacts {
  std::string theme_id;  // gid
  std::string filename;
  std::string checksum_md5;  // empty: null
  std::string updated_at;
};

// "<theme gid>/templates/index.json"
std::string file_document_id(std::string_view theme_id, std::string_view filename);

// The body of the document, canonical. Always one: a file that cannot be read has an `error` instead of its content.
// `filename` must be one that is mirrored (file_name.h).
std::string file_document(const FileFacts& facts, std::string_view content);

// The version of what file_document() makes: raised when it makes something else of the same file, so that every file
// is fetched once more.
inline constexpr std::int64_t kThemeFormat = 1;

}  // namespace stoa::model::theme
