#include "media/sniff.h"

#include <gtest/gtest.h>

#include "media/media_fixture.h"

namespace stoa::media {
namespace {

using namespace std::string_literals;

std::string size_text(const std::string& bytes) {
  const auto size = pixel_size(sniff_type(bytes), bytes);
  return size ? fmt::format("{}x{}", size->width, size->height) : "none";
}

// A JPEG's beginning: an APP1 segment of that length, then a frame header.
std::string jpeg(std::size_t app1, char frame = '\xC0') {
  const auto length = app1 + 2;
  return "\xFF\xD8\xFF\xE1"s + char(length >> 8) + char(length & 0xFF) + std::string(app1, 'x') + "\xFF" + frame +
         "\0\x11\x08\x02\x58\x03\x20\x03"s;
}

TEST(Sniff, BytesSayWhatAFileIs) {
  EXPECT_EQ(sniff_type(png_image(2, 2)), "image/png");
  EXPECT_EQ(sniff_type(jpeg(4)), "image/jpeg");
  EXPECT_EQ(sniff_type("GIF89a\x05\0\x07\0"s), "image/gif");
  EXPECT_EQ(sniff_type("RIFF\0\0\0\0WEBPVP8 "s), "image/webp");
  EXPECT_EQ(sniff_type("\0\0\0\x20"
                       "ftypavif"s),
            "image/avif");
  EXPECT_EQ(sniff_type("\0\0\0\x20"
                       "ftypheic"s),
            "image/heic");
  EXPECT_EQ(sniff_type("\0\0\0\x20"
                       "ftypisom"s),
            "video/mp4");
  EXPECT_EQ(sniff_type("\0\0\0\x14"
                       "ftypqt  "s),
            "video/quicktime");
  EXPECT_EQ(sniff_type("glTF\2\0\0\0"s), "model/gltf-binary");
  EXPECT_EQ(sniff_type("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(sniff_type("<svg xmlns='x'/>"), "image/svg+xml");
  EXPECT_EQ(sniff_type("\xEF\xBB\xBF <?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg [<!ENTITY a 'b'>]>\n<SVG>"),
            "image/svg+xml");
  for (const auto* other : {"", "<", "<html><svg>", "<svgx>", "<!doctype html><p>", "MZ", "#!/bin/sh", "RIFFxxxxAVI "})
    EXPECT_EQ(sniff_type(other), "application/octet-stream") << other;
}

TEST(Sniff, HeadersGiveTheSize) {
  EXPECT_EQ(size_text(png_image(300, 20)), "300x20");
  EXPECT_EQ(size_text(png_header(20'000, 20'000)), "20000x20000");
  EXPECT_EQ(size_text(png_header(0xFFFFFFFF, 0xFFFFFFFF)), "4294967295x4294967295");
  EXPECT_EQ(size_text(jpeg(4)), "800x600");
  EXPECT_EQ(size_text(jpeg(60'000, '\xC2')), "800x600");
  EXPECT_EQ(size_text("GIF89a\x05\0\x07\1"s), "5x263");
  EXPECT_EQ(size_text("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0"s), "800x600");
  EXPECT_EQ(size_text("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x1f\xc3\x95\0"s), "800x600");
  EXPECT_EQ(size_text("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02"s), "800x600");
  EXPECT_EQ(size_text("\0\0\0\x20"
                      "ftypavif\0\0ispe\0\0\0\0\0\0\0\x40\0\0\0\x40ispe\0\0\0\0\0\0\x03\x20\0\0\x02\x58"s),
            "800x600");
}

// Every beginning of every image: no size, or the right one, and no read beyond the end (ASan watches).
TEST(Sniff, CutHeadersHaveNoSize) {
  for (const auto& whole : {png_image(3, 3), jpeg(100), "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x1f\xc3\x95\0"s})
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto cut = whole.substr(0, length);
      const auto size = pixel_size(sniff_type(whole), cut);
      EXPECT_EQ(size ? size_text(cut) : size_text(whole), size_text(whole));
    }
  EXPECT_EQ(size_text(png_header(0, 5)), "none");
  EXPECT_EQ(size_text("\xFF\xD8\xFF\xE1\0\0\0\0\0\0"s), "none");
  EXPECT_EQ(size_text("\xFF\xD8" + std::string(5'000, '\xFF')), "none");
  EXPECT_EQ(size_text("\xFF\xD8\xFF\xD9\xFF\xC0\0\x11\x08\x02\x58\x03\x20"s), "none");
}

TEST(Sniff, DrawingsWithScriptAreDangerous) {
  for (const auto* svg :
       {"<svg><script>alert(1)</script></svg>", "<svg><SCRIPT/></svg>", "<svg onload=alert(1)>", "<svg/onload = 'x'>",
        "<svg><a xlink:href='javascript:alert(1)'/></svg>", "<svg><foreignObject/></svg>", "<svg><s:script/></svg>",
        "<!DOCTYPE svg [<!ENTITY a '<x/>'>]><svg/>", "<svg><g id=\"a\"onclick=\"x\"/></svg>"})
    EXPECT_TRUE(svg_danger(svg).has_value()) << svg;
  EXPECT_TRUE(svg_danger("\0<\0s\0v\0g"s).has_value());
  EXPECT_FALSE(svg_danger("<svg><title>on sale now, button</title><path d='M0 0'/><text>on</text></svg>"));
}

}  // namespace
}  // namespace stoa::media
