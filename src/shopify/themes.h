// Themes and their files: what to ask Shopify for, and how its answers are read. Pure, but for download_theme_file().
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/client.h"
#include "shopify/kinds.h"

namespace stoa::shopify {

// A page of all themes, 50 at once; decode_page(Kind::themes, …) reads it.
Call themes_page_call(const std::string& after);
// One theme. decode_theme: not_found when Shopify answers null for its id, which proves its absence (rule S9).
Call theme_call(const std::string& theme_id);
Result<Decoded> decode_theme(const Answer& answer);

struct ThemeFile {
  std::string filename;
  std::string checksum_md5;  // empty: Shopify gave none
  std::string updated_at;
  std::int64_t size = 0;
  std::string entry;  // the node as it came, canonical, without its body
  // Of theme_bodies_call alone. Either the content, or the address where it lies, for a short time.
  std::string content = {}, url = {};
};

struct ThemeFilesPage {
  std::vector<ThemeFile> files;
  std::vector<std::pair<std::string, std::string>> errors;  // filename and code: "NOT_FOUND", "TIMEOUT", …
  bool has_next = false;
  std::string end_cursor;
};

// A page of the names of all files, `first` at most.
inline constexpr std::size_t kThemeFilesPage = 250;
Call theme_index_call(const std::string& theme_id, const std::string& after, std::size_t first = kThemeFilesPage);
// The contents of up to 50 files. Shopify may answer fewer than asked, with more to come after `end_cursor`.
inline constexpr std::size_t kThemeBodies = 50;
Call theme_bodies_call(const std::string& theme_id, const std::vector<std::string>& filenames,
                       const std::string& after);
// Of both. not_found: the theme is gone. corrupt: a file without a name, a body of an unknown kind or that is not
// base64.
Result<ThemeFilesPage> decode_theme_files(const Answer& answer);

// Fetches a body that Shopify gave as an address, without any credential. Https only and public addresses only, but
// for `extra_hosts` ("host" or "host:port": rehearsal). Blocks. denied: an address that is not allowed; unavailable: no
// answer, or another status than 200; invalid: larger than 16 MiB.
Result<std::string> download_theme_file(http::Client& client, const std::string& url,
                                        const std::vector<std::string>& extra_hosts, std::chrono::milliseconds timeout);

}  // namespace stoa::shopify
