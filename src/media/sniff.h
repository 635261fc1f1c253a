// What bytes are, judged by themselves and never by a name or a Content-Type (F-A4). Bounds-checked readers of headers;
// nothing is decoded. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stoa::media {

// How much of a file's beginning the functions below need to see: a JPEG's size may stand behind long profiles.
inline constexpr std::size_t kHeadBytes = 1u << 20;

// "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/heic", "image/svg+xml", "video/mp4",
// "video/quicktime", "video/webm", "model/gltf-binary", "application/pdf"; else "application/octet-stream".
std::string_view sniff_type(std::string_view head);
bool is_image(std::string_view type);
bool is_svg(std::string_view type);
// What libvips is asked to decode: every image but SVG.
bool is_resizable(std::string_view type);

struct PixelSize {
  std::int64_t width = 0, height = 0;
};
// Of a resizable type, as its header says; nothing when the header is broken or not within `head`.
std::optional<PixelSize> pixel_size(std::string_view type, std::string_view head);

// Why an SVG is refused ("script", "event handler", …); nothing for a plain drawing. `svg`: the whole of it. A guard
// besides the headers it is served with, which allow no script anyway.
std::optional<std::string_view> svg_danger(std::string_view svg);

}  // namespace stoa::media
