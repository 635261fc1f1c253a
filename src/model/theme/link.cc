#include "model/theme/link.h"

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
constexpr std::array kRows{Row{"products", "product", Kind::products},
                           Row{"collections", "collection", Kind::collections}, Row{"blogs", "blog", Kind::blogs},
                           Row{"articles", "article", Kind::articles}};

std::string_view spaces_off(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::optional<Link> make(Kind kind, std::string_view handle) {
  auto plain = percent_decode(handle, false);
  if (!plain || plain->empty()) return std::nullopt;
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
    if (row.type == type) return make(row.kind, text);
  return std::nullopt;
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
