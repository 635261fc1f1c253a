#include "base/ids.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace stoa {
namespace {
constexpr std::size_t kClientKeyMax = 48;
constexpr std::array<std::string_view, 5> kReserved{"admin", "local", "config", "appconfig", "test"};

bool alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool key_shape(std::string_view text) {
  if (text.empty() || !alnum(text.front())) return false;
  for (const char c : text)
    if (!alnum(c) && c != '_' && c != '-') return false;
  return true;
}
}  // namespace

Result<ClientKey> parse_client_key(std::string_view text) {
  if (text.size() > kClientKeyMax)
    return fail(Code::invalid, "clientKey: {} characters, at most {} allowed", text.size(), kClientKeyMax);
  if (!key_shape(text)) {
    const std::string lower = ascii_lower(text);
    if (lower != text && key_shape(lower))
      return fail(Code::invalid, "clientKey: upper case is not allowed, use '{}'", lower);
    return fail(Code::invalid, "clientKey: only a-z, 0-9, '_' and '-' are allowed, starting with a letter or digit");
  }
  for (const auto word : kReserved)
    if (text == word) return fail(Code::invalid, "clientKey: '{}' is a reserved database name, choose another", word);
  return ClientKey(std::string(text));
}

Result<ShopDomain> parse_shop_domain(std::string_view text) {
  constexpr std::string_view kSuffix = ".myshopify.com";
  const auto wrong = [&] { return fail(Code::invalid, "shop domain: want <shop>.myshopify.com in lower case"); };
  if (text.size() > 255 || !text.ends_with(kSuffix)) return wrong();
  const auto label = text.substr(0, text.size() - kSuffix.size());
  if (label.empty() || !alnum(label.front())) return wrong();
  for (const char c : label)
    if (!alnum(c) && c != '-') return wrong();
  return ShopDomain(std::string(text));
}

Result<Gid> parse_gid(std::string_view text) {
  constexpr std::string_view kPrefix = "gid://shopify/";
  const auto wrong = [&] {
    return fail(Code::invalid, "id: '{}' is not gid://shopify/<Type>/<number>", text.substr(0, 80));
  };
  if (!text.starts_with(kPrefix)) return wrong();
  auto rest = text.substr(kPrefix.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return wrong();
  Gid gid{.type = rest.substr(0, slash)};
  for (const char c : gid.type)
    if (!alnum(c) && !(c >= 'A' && c <= 'Z')) return wrong();
  auto tail = rest.substr(slash + 1);
  tail = tail.substr(0, tail.find('?'));
  const auto [end, status] = std::from_chars(tail.data(), tail.data() + tail.size(), gid.number);
  if (tail.empty() || status != std::errc() || end != tail.data() + tail.size() || gid.number < 0) return wrong();
  return gid;
}

std::string make_gid(std::string_view type, std::int64_t number) {
  return fmt::format("gid://shopify/{}/{}", type, number);
}

}  // namespace stoa
