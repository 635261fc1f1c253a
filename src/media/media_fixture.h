// For the tests of media/: images made on the spot, and a host that answers as a test says. Loopback only.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "http/server.h"
#include "media/options.h"

namespace stoa::media {

namespace png {
inline std::string big(std::uint32_t value) {
  return {char(value >> 24), char(value >> 16 & 0xFF), char(value >> 8 & 0xFF), char(value & 0xFF)};
}
inline std::string chunk(std::string_view type, const std::string& data) {
  const auto body = std::string(type) + data;
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : body) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return big(static_cast<std::uint32_t>(data.size())) + body + big(~crc);
}
inline std::string image(std::uint32_t width, std::uint32_t height, const std::string& packed) {
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big(width) + big(height) + std::string{8, 0, 0, 0, 0}) +
         chunk("IDAT", packed) + chunk("IEND", "");
}
}  // namespace png

// A PNG of one grey, its rows stored without compression: small pictures only.
inline std::string png_image(std::uint32_t width, std::uint32_t height, unsigned char shade = 0x80) {
  std::string rows;
  for (std::uint32_t y = 0; y < height; ++y) rows += '\0' + std::string(width, static_cast<char>(shade));
  std::string packed("\x78\x01", 2);
  for (std::size_t at = 0; at < rows.size(); at += 65'535) {
    const auto size = std::min<std::size_t>(65'535, rows.size() - at);
    packed += at + size == rows.size() ? '\1' : '\0';
    packed += {char(size & 0xFF), char(size >> 8), char(~size & 0xFF), char(~size >> 8 & 0xFF)};
    packed += rows.substr(at, size);
  }
  std::uint32_t a = 1, b = 0;
  for (const char c : rows) a = (a + static_cast<unsigned char>(c)) % 65'521, b = (b + a) % 65'521;
  return png::image(width, height, packed + png::big(b << 16 | a));
}

// A sound header, and no picture behind it.
inline std::string png_header(std::uint32_t width, std::uint32_t height) { return png::image(width, height, ""); }

// An HTTP host on loopback.
class MediaHost final : public http::Service {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;
  explicit MediaHost(Answer answer) : answer_(std::move(answer)) {
    auto started =
        http::Server::start({.listen = "127.0.0.1:0", .threads = 1, .workers_max = 8}, *this, clock_, random_);
    STOA_CHECK(started.has_value(), "a port of loopback is free");
    server_ = std::move(*started);
  }
  std::string address() const { return server_->address(); }
  std::string url(std::string_view path) const { return fmt::format("http://{}{}", address(), path); }
  int requests() const { return requests_; }
  std::size_t connections() const { return server_->connections(); }

  std::optional<http::Response> answer_now(const http::Request&) override { return std::nullopt; }
  http::Response answer(const http::Request& request) override {
    ++requests_;
    return answer_(request);
  }

 private:
  const Answer answer_;
  SystemClock clock_;
  SystemRandom random_;
  std::atomic<int> requests_ = 0;
  std::unique_ptr<http::Server> server_;  // last: its threads use the rest
};

}  // namespace stoa::media
