#include "media/sniff.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stoa::media {
namespace {

using namespace std::string_view_literals;

// Reads numbers at places that may lie beyond the end: then the answer is nothing.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  std::size_t size() const { return text_.size(); }
  bool has(std::size_t at, std::string_view wanted) const {
    return at <= text_.size() && text_.substr(at).starts_with(wanted);
  }
  std::optional<std::uint32_t> big(std::size_t at, std::size_t count) const { return number(at, count, true); }
  std::optional<std::uint32_t> little(std::size_t at, std::size_t count) const { return number(at, count, false); }

 private:
  std::optional<std::uint32_t> number(std::size_t at, std::size_t count, bool big_endian) const {
    if (at > text_.size() || count > text_.size() - at) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value = value << 8 | static_cast<unsigned char>(text_[big_endian ? at + i : at + count - 1 - i]);
    return value;
  }
  std::string_view text_;
};

std::optional<PixelSize> size_of(std::optional<std::uint32_t> width, std::optional<std::uint32_t> height) {
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  return PixelSize{*width, *height};
}

std::optional<PixelSize> png_size(const Bytes& in) {
  if (!in.has(12, "IHDR")) return std::nullopt;
  return size_of(in.big(16, 4), in.big(20, 4));
}

// Segments up to the first frame header (SOF0 to SOF15, but for DHT, JPG and DAC).
std::optional<PixelSize> jpeg_size(const Bytes& in) {
  std::size_t at = 2;
  for (;;) {
    const auto mark = in.big(at, 2);
    if (!mark || *mark >> 8 != 0xFF) return std::nullopt;
    const auto kind = *mark & 0xFF;
    if (kind == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (kind == 0x01 || (kind >= 0xD0 && kind <= 0xD8)) {  // without a length
      at += 2;
      continue;
    }
    if (kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC)
      return size_of(in.big(at + 7, 2), in.big(at + 5, 2));
    if (kind == 0xD9 || kind == 0xDA) return std::nullopt;  // the picture begins or ends: no frame header came
    const auto length = in.big(at + 2, 2);
    if (!length || *length < 2) return std::nullopt;
    at += 2 + *length;
  }
}

std::optional<PixelSize> webp_size(const Bytes& in) {
  if (in.has(12, "VP8X")) {
    const auto width = in.little(24, 3), height = in.little(27, 3);
    if (!width || !height) return std::nullopt;
    return PixelSize{*width + 1, *height + 1};
  }
  if (in.has(12, "VP8L")) {
    const auto bits = in.little(21, 4);
    if (!bits || !in.has(20, "\x2f")) return std::nullopt;
    return PixelSize{(*bits & 0x3FFF) + 1, (*bits >> 14 & 0x3FFF) + 1};
  }
  if (!in.has(12, "VP8 ") || !in.has(23, "\x9d\x01\x2a")) return std::nullopt;
  const auto width = in.little(26, 2), height = in.little(28, 2);
  if (!width || !height) return std::nullopt;
  return size_of(*width & 0x3FFF, *height & 0x3FFF);
}

// The largest of the sizes ('ispe' boxes) that the file's properties name: tiles and thumbnails have theirs too.
std::optional<PixelSize> heif_size(std::string_view head) {
  const Bytes in(head);
  std::optional<PixelSize> largest;
  for (auto at = head.find("ispe"); at != std::string_view::npos; at = head.find("ispe", at + 4)) {
    const auto size = size_of(in.big(at + 8, 4), in.big(at + 12, 4));
    if (size && (!largest || size->width * size->height > largest->width * largest->height)) largest = size;
  }
  return largest;
}

// The brand of an ISO media file: avif, heic, mp4 and their kin.
std::string_view iso_type(std::string_view head) {
  const auto brand = head.substr(8, 4);
  if (brand == "avif" || brand == "avis") return "image/avif";
  for (const auto name : {"heic"sv, "heix"sv, "hevc"sv, "mif1"sv, "msf1"sv})
    if (brand == name) return "image/heic";
  if (brand == "qt  ") return "video/quicktime";
  for (const auto name : {"isom"sv, "iso2"sv, "iso4"sv, "iso5"sv, "iso6"sv, "mp41"sv, "mp42"sv, "avc1"sv, "dash"sv})
    if (brand == name) return "video/mp4";
  return brand.starts_with("M4V") ? "video/mp4" : "application/octet-stream";
}

// Whether the first element is <svg>, behind a byte order mark, white space, the declaration, comments and the DOCTYPE.
bool looks_like_svg(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || text[start] != '<') return false;
    text.remove_prefix(start);
    if (ascii_iequals(text.substr(0, 4), "<svg")) return text.size() == 4 || " \t\r\n>/"sv.contains(text[4]);
    std::string_view end;
    if (text.starts_with("<!--"))
      end = "-->";
    else if (text.starts_with("<?"))
      end = "?>";
    else if (ascii_iequals(text.substr(0, 9), "<!doctype"))
      end = text.substr(0, text.find('>')).contains('[') ? "]>"sv : ">"sv;
    else
      return false;
    const auto close = text.find(end);
    if (close == std::string_view::npos) return false;
    text.remove_prefix(close + end.size());
  }
}

struct Magic {
  std::string_view bytes, type;
};
constexpr std::array kMagic{Magic{"\x89PNG\r\n\x1a\n", "image/png"},
                            Magic{"\xFF\xD8\xFF", "image/jpeg"},
                            Magic{"GIF87a", "image/gif"},
                            Magic{"GIF89a", "image/gif"},
                            Magic{"%PDF-", "application/pdf"},
                            Magic{"glTF", "model/gltf-binary"},
                            Magic{"\x1A\x45\xDF\xA3", "video/webm"}};

}  // namespace

std::string_view sniff_type(std::string_view head) {
  for (const auto& magic : kMagic)
    if (head.starts_with(magic.bytes)) return magic.type;
  const Bytes in(head);
  if (in.has(0, "RIFF") && in.has(8, "WEBP")) return "image/webp";
  if (in.has(4, "ftyp") && head.size() >= 12) return iso_type(head);
  if (looks_like_svg(head)) return "image/svg+xml";
  return "application/octet-stream";
}

bool is_image(std::string_view type) { return type.starts_with("image/"); }
bool is_svg(std::string_view type) { return type == "image/svg+xml"; }
bool is_resizable(std::string_view type) { return is_image(type) && !is_svg(type); }

std::optional<PixelSize> pixel_size(std::string_view type, std::string_view head) {
  const Bytes in(head);
  if (type == "image/png") return png_size(in);
  if (type == "image/jpeg") return jpeg_size(in);
  if (type == "image/gif") return size_of(in.little(6, 2), in.little(8, 2));
  if (type == "image/webp") return webp_size(in);
  if (type == "image/avif" || type == "image/heic") return heif_size(head);
  return std::nullopt;
}

std::optional<std::string_view> svg_danger(std::string_view svg) {
  const auto text = ascii_lower(svg);
  if (text.find('\0') != std::string::npos) return "NUL";  // another encoding, which this reader does not see through
  if (text.contains("<!entity")) return "entities";
  if (text.contains("<script") || text.contains(":script")) return "script";
  if (text.contains("<foreignobject") || text.contains(":foreignobject")) return "foreignObject";
  for (const auto scheme : {"javascript:"sv, "vbscript:"sv, "data:text/html"sv})
    if (text.contains(scheme)) return "script URL";
  // on…= as an attribute: behind white space, a quote or a slash.
  for (auto at = text.find("on"); at != std::string::npos; at = text.find("on", at + 2)) {
    if (at == 0 || !" \t\r\n\f\"'/"sv.contains(text[at - 1])) continue;
    auto end = at + 2;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    const auto name_end = end;
    while (end < text.size() && " \t\r\n"sv.contains(text[end])) ++end;
    if (name_end > at + 2 && end < text.size() && text[end] == '=') return "event handler";
  }
  return std::nullopt;
}

}  // namespace stoa::media
