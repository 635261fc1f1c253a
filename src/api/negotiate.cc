#include "api/negotiate.h"

#include <zlib.h>
#include <charconv>

#include "base/result.h"
#include "base/text.h"

namespace stoa::api {
namespace {
// The weight of ";q=0.5"; 1 when absent, 0 when it cannot be read.
double weight_of(std::string_view parameters) {
  for (const auto raw : split(parameters, ';')) {
    const auto parameter = trim(raw);
    if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') continue;
    const auto number = trim(parameter.substr(2));
    double weight = 0;
    const auto [end, status] =
        std::from_chars(number.data(), number.data() + number.size(), weight, std::chars_format::fixed);
    return status == std::errc() && end == number.data() + number.size() && weight <= 1 ? weight : 0;
  }
  return 1;
}
}  // namespace

Encodings accepted_encodings(std::string_view accept_encoding) {
  std::optional<bool> gzip, identity, others;
  for (const auto raw : split(accept_encoding, ',')) {
    const auto semicolon = raw.find(';');
    const auto name = trim(raw.substr(0, semicolon));
    const bool wanted = semicolon == std::string_view::npos || weight_of(raw.substr(semicolon + 1)) > 0;
    if (ascii_iequals(name, "gzip") || ascii_iequals(name, "x-gzip")) gzip = wanted;
    if (ascii_iequals(name, "identity")) identity = wanted;
    if (name == "*") others = wanted;
  }
  Encodings out{.gzip = gzip.value_or(others.value_or(false)), .identity = identity.value_or(others.value_or(true))};
  if (!out.gzip) out.identity = true;  // better an answer than a 406
  return out;
}

std::string etag(std::string_view tag, bool gzip) { return fmt::format("\"{}{}\"", tag, gzip ? "-gzip" : ""); }

Match match_etags(std::string_view if_none_match, std::string_view tag, const Encodings& accepted) {
  Match match;
  for (const auto raw : split(if_none_match, ',')) {
    auto item = trim(raw);
    if (item == "*") match.any = true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (accepted.gzip && item == etag(tag, true)) match.gzip = true;
    if (accepted.identity && item == etag(tag, false)) match.gzip = false;
  }
  return match;
}

std::string gzipped(std::string_view bytes) {
  static constexpr int kGzipWindow = 15 + 16, kMemoryLevel = 8, kLevel = 6;
  z_stream stream{};
  STOA_CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK,
             "zlib starts");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  STOA_CHECK(status == Z_STREAM_END, "deflateBound is enough for one call");
  return out;
}

}  // namespace stoa::api
