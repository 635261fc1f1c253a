// Content negotiation: which encodings a client takes, and whether it has the answer already. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoa::api {

// What Accept-Encoding allows of what we have. Absent or unusable: identity.
struct Encodings {
  bool gzip = false;
  bool identity = true;
};
Encodings accepted_encodings(std::string_view accept_encoding);

// A strong ETag per encoding of one state: "<tag>" and "<tag>-gzip".
std::string etag(std::string_view tag, bool gzip);

// If-None-Match against the encodings that the client takes, by weak comparison (RFC 9110, 13.1.2).
struct Match {
  bool any = false;          // "*": whatever there is
  std::optional<bool> gzip;  // the encoding whose ETag is listed
};
Match match_etags(std::string_view if_none_match, std::string_view tag, const Encodings& accepted);

// gzip, level 6.
std::string gzipped(std::string_view bytes);

}  // namespace stoa::api
