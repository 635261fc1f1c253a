// A stand-in shop's themes: plain values, files by name. What a seeded shop has of them, and themes from a folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace stoa::sandbox {

struct ThemeFile {
  enum class Body { text, base64, url };  // how Shopify would hand it out
  std::string content;
  Body body = Body::text;
  Time created_at;
  Time updated_at;

  std::string checksum() const;  // as opaque as Shopify's: equal for equal contents, 32 hex digits
};

struct Theme {
  std::int64_t id = 0;
  std::string name;
  std::string_view role = "UNPUBLISHED";
  bool processing = false;
  std::map<std::string, ThemeFile> files;
  Time created_at;
  Time updated_at;
};

// Puts a file in, by its content's own kind: text, base64 when it is not UTF-8, a URL when it is long.
void put_file(Theme& theme, const std::string& filename, std::string content, Time now);
// Every file below the folder. not_found: there is none.
Result<void> load_theme(Theme& theme, const std::filesystem::path& folder, Time now);

class Catalog;
struct ThemeSeed {
  std::filesystem::path folder;  // of the main theme's files; empty: the sandbox's own
  std::size_t templates = 0;     // that many more templates in the main theme: product.t1, product.t2 …
};
// The main theme, a vintage one that is not published, and one in development, at ids of their own.
Result<void> seed_themes(Catalog& catalog, const ThemeSeed& seed, Time now);

}  // namespace stoa::sandbox
