#include "sandbox/cdn.h"

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::sandbox {
namespace {

using http::Request;
using http::Response;
using http::text_response;
using namespace std::chrono_literals;

// ---- PNG (ISO/IEC 15948), rows stored without compression

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

// 8 bits of red, green and blue a pixel.
std::string png(std::uint32_t width, std::uint32_t height, const std::string& packed) {
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big_endian(width) + big_endian(height) + std::string{8, 2, 0, 0, 0}) +
         chunk("IDAT", packed) + chunk("IEND", "");
}

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

// ---- what each path has

// `name`: the path, and the version that its query asks for.
Response file(std::string_view path, std::string_view name) {
  if (path.ends_with(".mp4"))
    return text_response(200, "video/mp4",
                         std::string("\0\0\0\x18"
                                     "ftypmp42\0\0\0\0mp42isom",
                                     24));
  if (path.ends_with(".glb")) return text_response(200, "model/gltf-binary", "glTF\x02" + std::string(name));
  if (path.ends_with(".pdf")) return text_response(200, "application/pdf", "%PDF-1.7\n% " + std::string(name));
  if (path.ends_with(".svg"))
    return text_response(200, "image/svg+xml",
                         "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"9\" height=\"9\"/></svg>");
  // Shopify answers with the type it likes, whatever the name says.
  return text_response(200, "image/png", picture(name));
}

Response endless(std::string_view type, std::string piece, std::chrono::milliseconds interval) {
  auto response = text_response(200, type, "");
  response.stream =
      http::Stream{.next = [piece = std::move(piece)] { return std::optional(piece); }, .interval = interval};
  return response;
}

Response hostile(std::string_view what, std::string_view query) {
  const auto name = what.substr(0, what.find('.'));
  if (name == "redirect") {
    auto response = text_response(302, "text/plain", "");
    const auto to = query.starts_with("to=") ? percent_decode(query.substr(3), false) : std::nullopt;
    response.header("Location", to.value_or("http://127.0.0.1/"));
    return response;
  }
  if (name == "endless") return endless("image/png", picture("endless"), 1ms);
  if (name == "slow") return endless("image/png", "x", 500ms);
  if (name == "flood") return text_response(200, "image/png", png(20'000, 20'000, stored("")));
  if (name == "script")
    return text_response(200, "image/svg+xml",
                         "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>");
  if (name == "html") return text_response(200, "image/png", "<!doctype html><html><body>no image</body></html>");
  if (name == "busy") return text_response(503, "text/plain", "later");
  return text_response(404, "text/plain", "Not Found");
}

}  // namespace

std::string picture(std::string_view text) {
  constexpr std::uint32_t kWidth = 60, kHeight = 40;
  const auto hash = content_hash({text});
  std::string rows;
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    rows += '\0';
    for (std::uint32_t x = 0; x < kWidth; ++x)
      rows += {static_cast<char>(hash[0]), static_cast<char>(hash[1] + x), static_cast<char>(hash[2] + y)};
  }
  return png(kWidth, kHeight, stored(rows));
}

void add_cdn_route(http::Router& router, Sandbox& sandbox, World&) {
  router.add(http::Method::get, "/s/{name}/cdn/{path...}",
             [&sandbox](const Request& request, const http::Params& params) -> Response {
               Shop* shop = sandbox.shop(params["name"]);
               if (!shop) return text_response(404, "text/plain", "Not Found");
               shop->count_download();
               const std::string_view path = params["path"];
               static constexpr std::string_view kHostile = "hostile/";
               if (path.starts_with(kHostile)) return hostile(path.substr(kHostile.size()), request.query);
               // Another `v` is another version of the file.
               return file(
                   path, request.query.contains("v=") ? fmt::format("{}?{}", path, request.query) : std::string(path));
             });
}

}  // namespace stoa::sandbox
