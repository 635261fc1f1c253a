#include "model/theme/link.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stoa::model::theme {
namespace {

constexpr std::string_view kScheme = "shopify://";

struct Row {
  std::string_view path;  // of shopify://
  std::string_view type;  // of a setting; its list is "<type>_list"
  Kind kind;
};
constexpr std::array kRows{
    Row{"products", "product", Kind::products}, Row{"collections", "collection", Kind::collections},
    Row{"blogs", "blog", Kind::blogs},          Row{"articles", "article", Kind::articles},
    Row{"pages", "page", Kind::pages},          Row{"menus", "link", Kind::menus},  // the type is link_list
    Row{"shop_images", "", Kind::media},        Row{"files", "", Kind::media}};

std::string_view spaces_off(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::optional<Link> make(Kind kind, std::string_view handle) {
  auto plain = percent_decode(handle, false);
  if (!plain || plain->empty()) return std::nullopt;
  // shopify://files/videos/NAME: the library has no folders.
  if (kind == Kind::media) {
    plain->erase(0, plain->rfind('/') + 1);
    return plain->empty() ? std::nullopt : std::optional(Link{kind, std::move(*plain)});
  }
  // A blog's URL goes on with its article; nothing else has a second part.
  const bool two = plain->contains('/');
  if (kind == Kind::blogs && two) kind = Kind::articles;
  if (two != (kind == Kind::articles)) return std::nullopt;
  return Link{kind, std::move(*plain)};
}

}  // namespace

std::optional<Link> read_link(std::string_view text) {
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  text = text.substr(0, text.find_first_of("?#"));
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  for (const auto& row : kRows)
    if (row.path == text.substr(0, slash)) return make(row.kind, text.substr(slash + 1));
  return std::nullopt;
}

std::optional<Link> read_link(std::string_view type, std::string_view text) {
  if (text.contains("://")) return read_link(text);
  if (type.ends_with("_list")) type.remove_suffix(5);
  for (const auto& row : kRows)
    if (!type.empty() && row.type == type) return make(row.kind, text);
  return std::nullopt;
}

std::vector<std::string> read_anchors(std::string_view html) {
  constexpr std::string_view kAttribute = "href=";
  std::vector<std::string> all;
  for (auto at = html.find(kAttribute); at != html.npos; at = html.find(kAttribute, at)) {
    at += kAttribute.size();
    if (at == html.size() || (html[at] != '"' && html[at] != '\'')) continue;
    const auto end = html.find(html[at], at + 1);
    if (end == html.npos) break;
    const auto url = html.substr(at + 1, end - at - 1);
    if (url.starts_with(kScheme) && std::ranges::find(all, url) == all.end()) all.emplace_back(url);
    at = end;
  }
  return all;
}

std::optional<std::string_view> read_settings_source(std::string_view text) {
  text = spaces_off(text);
  if (!text.starts_with("{{") || !text.ends_with("}}") || text.size() < 4) return std::nullopt;
  text = spaces_off(text.substr(2, text.size() - 4));
  constexpr std::string_view kSettings = "settings.";
  if (!text.starts_with(kSettings)) return std::nullopt;
  text.remove_prefix(kSettings.size());
  // A plain path alone: filters and further sources need Liquid.
  if (text.empty() || text.find_first_of(" |{}[]()'\"") != std::string_view::npos) return std::nullopt;
  return text;
}

}  // namespace stoa::model::theme
