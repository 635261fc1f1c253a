// What a theme setting points at: "shopify://collections/tees", "shopify://shop_images/hero.jpg", or a bare handle
// where the setting's type says what it is one of, or a dynamic source, "{{ settings.color }}". Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/kind.h"

namespace stoa::model::theme {

// An object of the shop by its handle.
struct Link {
  Kind kind = Kind::products;
  std::string handle;  // of an article "blog/article"; of a medium its file's name (model::media_file_name)
  auto operator<=>(const Link&) const = default;
};

// Of a shopify:// URL; nothing when it names nothing that is mirrored by handle (apps, policies …).
std::optional<Link> read_link(std::string_view text);
// Of a setting's value, which may also be a bare handle where `type` (of the schema; may be empty) is product,
// collection, blog or article, or the list of one.
std::optional<Link> read_link(std::string_view type, std::string_view text);

// The shopify:// URLs that anchors of a rich text lead to, as they stand there, each once.
std::vector<std::string> read_anchors(std::string_view html);

// The path of "{{ settings.color_palette.background }}": "color_palette.background". Nothing for any other value.
std::optional<std::string_view> read_settings_source(std::string_view text);

}  // namespace stoa::model::theme
