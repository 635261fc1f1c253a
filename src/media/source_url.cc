#include "media/source_url.h"

#include <algorithm>

#include "base/text.h"

namespace stoa::media {
namespace {

constexpr std::size_t kLengthMax = 4'096;

std::unexpected<Error> bad(std::string_view what) {
  return fail(error(Code::invalid, "media: URL: {}", what).because("bad-url"));
}

bool host_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

bool listed(std::string_view name, const std::vector<std::string>& hosts) {
  return std::ranges::any_of(hosts, [&](const auto& host) { return ascii_iequals(host, name); });
}

}  // namespace

Result<SourceUrl> parse_source_url(std::string_view text, const Options& options) {
  if (text.size() > kLengthMax) return bad(fmt::format("{} bytes long, at most {} wanted", text.size(), kLengthMax));
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\'; }))
    return bad("white space, a control or a backslash in it");
  const bool https = ascii_iequals(text.substr(0, 8), "https://");
  if (!https && !ascii_iequals(text.substr(0, 7), "http://")) return bad("scheme not allowed, https wanted");
  const auto rest = text.substr(https ? 8 : 7);
  const auto authority = ascii_lower(rest.substr(0, rest.find_first_of("/?#")));
  const auto colon = std::min(authority.find(':'), authority.size());
  const auto host = authority.substr(0, colon), port = authority.substr(std::min(colon + 1, authority.size()));
  if (host.empty() || !std::ranges::all_of(host, host_char)) return bad("no plain host name in it");
  if (colon < authority.size()) {
    const auto number = parse_int(port);
    if (!number || *number < 1 || *number > 65'535 || port.front() == '-') return bad("a port that is no number");
  }
  SourceUrl url{.text = std::string(text), .origin = fmt::format("{}://{}", https ? "https" : "http", authority)};
  url.extra_host = listed(host, options.extra_hosts) || listed(authority, options.extra_hosts);
  if (url.extra_host) return url;
  const bool usual_port = port.empty() || port == "443";
  if (https && usual_port && listed(host, options.allowed_hosts)) return url;
  return fail(
      error(Code::invalid, "media: {} is not a host that media are fetched from, see media.allowed_hosts", url.origin)
          .because("host-not-allowed"));
}

Result<SourceUrl> parse_redirect(const SourceUrl& from, std::string_view location, const Options& options) {
  if (location.starts_with('/') && !location.starts_with("//"))
    return parse_source_url(from.origin + std::string(location), options);
  return parse_source_url(location, options);
}

std::string_view without_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

}  // namespace stoa::media
