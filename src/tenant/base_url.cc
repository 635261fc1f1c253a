#include "tenant/base_url.h"

#include "base/text.h"

namespace stoa::tenant {
namespace {

constexpr std::string_view kWanted = "want https://<shop>.myshopify.com";

struct Parts {
  std::string scheme, host, port, path;  // lower case but for the path; port without ':', path with its '/'
};

bool is_port(std::string_view text) {
  const auto number = parse_int(text);
  return number && *number >= 1 && *number <= 65535 && text.front() != '+' && text.size() <= 5;
}

Result<Parts> take_apart(std::string_view text) {
  Parts parts;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\')
      return fail(Code::invalid, "white space, control or backslash in the URL, {}", kWanted);
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return fail(Code::invalid, "no scheme, {}", kWanted);
  parts.scheme = ascii_lower(text.substr(0, scheme_end));
  if (parts.scheme != "https" && parts.scheme != "http")
    return fail(Code::invalid, "the scheme must be https, {}", kWanted);
  auto rest = text.substr(scheme_end + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  parts.path = std::string(rest.substr(0, rest.find_first_of("?#")));
  while (parts.path.ends_with('/')) parts.path.pop_back();
  if (authority.find('@') != std::string_view::npos)
    return fail(Code::invalid, "user info is not allowed in the URL, {}", kWanted);
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = ascii_lower(authority.substr(0, colon));
  if (colon != std::string_view::npos) {
    parts.port = std::string(authority.substr(colon + 1));
    if (!is_port(parts.port)) return fail(Code::invalid, "the port is not a number from 1 to 65535, {}", kWanted);
  }
  if (parts.host.empty()) return fail(Code::invalid, "no host, {}", kWanted);
  return parts;
}

bool listed(const Parts& parts, const std::vector<std::string>& extra_hosts) {
  for (const auto& entry : extra_hosts)
    if (const auto wanted = ascii_lower(entry); wanted == parts.host || wanted == parts.host + ":" + parts.port)
      return true;
  return false;
}

// "127.0.0.1", "[::1]", "2130706433", "0x7f.1": a host whose last label is a number (WHATWG URL, "ends in a number") or
// in brackets.
bool is_address(std::string_view host) {
  if (host.starts_with('[')) return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto label = host.substr(host.rfind('.') + 1);
  return !label.empty() && (label.find_first_not_of("0123456789") == std::string_view::npos || label.starts_with("0x"));
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text, const std::vector<std::string>& extra_hosts) {
  STOA_TRY_ASSIGN(const auto parts, take_apart(text));
  if (listed(parts, extra_hosts)) {
    const auto port = parts.port.empty() ? std::string() : ":" + parts.port;
    return BaseUrl{
        .text = parts.scheme + "://" + parts.host + port + parts.path, .shop_domain = {}, .extra_host = true};
  }
  if (is_address(parts.host)) return fail(Code::invalid, "an address is not allowed as host, {}", kWanted);
  if (parts.scheme == "http") return fail(Code::invalid, "http is not allowed, {}", kWanted);
  const auto domain = parse_shop_domain(parts.host);
  if (!domain)
    return fail(Code::invalid,
                "the host is not a shop's: custom domains are no API hosts, {} (or list the host in "
                "shopify.extra_hosts for rehearsal)",
                kWanted);
  if (!parts.port.empty() && parts.port != "443")
    return fail(Code::invalid, "port {} is not allowed, {}", parts.port, kWanted);
  return BaseUrl{.text = "https://" + domain->str(), .shop_domain = domain->str(), .extra_host = false};
}

}  // namespace stoa::tenant
