// Which URLs media may be fetched from: judged by their host before anything is resolved. What a host name resolves to
// is judged by http::Client at connect time. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "media/options.h"

namespace stoa::media {

struct SourceUrl {
  std::string text;         // as it was given
  std::string origin;       // "https://cdn.shopify.com", lower case
  bool extra_host = false;  // of Options::extra_hosts: http and private addresses are allowed
};

// invalid, reason "host-not-allowed" or "bad-url". Strict: what a URL parser could read in two ways is refused.
Result<SourceUrl> parse_source_url(std::string_view text, const Options& options);

// Where a redirect leads: an absolute URL, or a path on the same origin. invalid as above.
Result<SourceUrl> parse_redirect(const SourceUrl& from, std::string_view location, const Options& options);

// The URL without query and fragment: the id of an image that has no gid, whose query is only a version.
std::string_view without_query(std::string_view url);

}  // namespace stoa::media
