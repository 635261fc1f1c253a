// Small pictures as PNG (ISO/IEC 15948), their rows stored without compression: for stand-ins and tests, which need
// images that are images. Pure functions.
#pragma once

#include <cstdint>
#include <string>

namespace stoa::png {

enum class Color : std::uint8_t { grey = 0, rgb = 2 };  // a byte a pixel, or three
struct Header {
  std::uint32_t width = 0, height = 0;
  Color color = Color::grey;
};

// `rows`: a zero before each row's pixels.
std::string image(const Header& header, const std::string& rows);
// A sound header, and no picture behind it.
std::string header_alone(const Header& header);

}  // namespace stoa::png
