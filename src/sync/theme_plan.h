// What a theme's walk has to fetch, and the theme's own document: pure functions over what Shopify listed and what is
// stored (docs/formats/themes.md).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shopify/themes.h"

namespace stoa::sync {

// The files of one theme by name, as they will be listed.
struct ListedFile {
  shopify::ThemeFile file;
  std::string error;       // why its content could not be had; empty: it is here, or is not mirrored
  std::string unreadable;  // why the content that is here is of no use: it is no JSON; empty: it is
};
using ListedFiles = std::map<std::string, ListedFile>;

// What the stored document of a theme says of its files, by name. Empty when there is no such document, when it was
// made by another version of the parser, or when the theme was not parsed. A file whose content could not be had, or
// that has no checksum, has "" for one and is fetched again.
struct StoredFile {
  std::string checksum_md5, unreadable;
};
using StoredFiles = std::map<std::string, StoredFile>;
StoredFiles stored_files(std::string_view theme_body);

struct ThemePlan {
  std::vector<std::string> fetch;      // mirrored files that are new or changed, by name
  std::vector<std::string> unchanged;  // mirrored files whose stored documents stand
};
ThemePlan plan_theme(const ListedFiles& listed, const StoredFiles& stored);

// As many of `names`, from the front, as one call may ask for: 50, and about 2 MiB of content.
std::vector<std::string> next_batch(const std::vector<std::string>& names, const ListedFiles& listed);

// The theme's document: Shopify's object with settings, files and format. `settings`: raw JSON.
std::string theme_document(std::string_view theme_body, std::string_view settings, const ListedFiles& files);

// Whether a theme is mirrored in full: the main one, and those that `named` (settings.themes) lists.
bool is_parsed(std::string_view theme_body, const std::vector<std::string>& named);

// The theme's gid of a file's document id: "gid://shopify/OnlineStoreTheme/1/templates/index.json".
std::string theme_of(std::string_view document_id);

}  // namespace stoa::sync
