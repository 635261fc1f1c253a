#include "base/png.h"

#include <algorithm>
#include <string_view>

namespace stoa::png {
namespace {

std::string big_endian(std::uint32_t value) {
  return {char(value >> 24), char(value >> 16 & 0xFF), char(value >> 8 & 0xFF), char(value & 0xFF)};
}

std::string chunk(std::string_view type, const std::string& data) {
  const auto body = std::string(type) + data;
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : body) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(~crc);
}

std::string file(const Header& header, const std::string& packed) {
  const std::string form{8, static_cast<char>(header.color), 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big_endian(header.width) + big_endian(header.height) + form) +
         chunk("IDAT", packed) + chunk("IEND", "");
}

// As zlib has it (RFC 1950), in stored blocks.
std::string stored(const std::string& rows) {
  std::string packed("\x78\x01", 2);
  for (std::size_t at = 0; at < rows.size(); at += 65'535) {
    const auto size = std::min<std::size_t>(65'535, rows.size() - at);
    packed += at + size == rows.size() ? '\1' : '\0';
    packed += {char(size & 0xFF), char(size >> 8), char(~size & 0xFF), char(~size >> 8 & 0xFF)};
    packed += rows.substr(at, size);
  }
  std::uint32_t a = 1, b = 0;
  for (const char c : rows) a = (a + static_cast<unsigned char>(c)) % 65'521, b = (b + a) % 65'521;
  return packed + big_endian(b << 16 | a);
}

}  // namespace

std::string image(const Header& header, const std::string& rows) { return file(header, stored(rows)); }
std::string header_alone(const Header& header) { return file(header, ""); }

}  // namespace stoa::png
