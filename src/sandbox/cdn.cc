#include "sandbox/cdn.h"

#include "base/crypto.h"
#include "base/png.h"
#include "base/text.h"

namespace stoa::sandbox {
namespace {

using http::Request;
using http::Response;
using http::text_response;
using namespace std::chrono_literals;

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
  if (name == "flood") return text_response(200, "image/png", png::header_alone({.width = 20'000, .height = 20'000}));
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
  return png::image({.width = kWidth, .height = kHeight, .color = png::Color::rgb}, rows);
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
