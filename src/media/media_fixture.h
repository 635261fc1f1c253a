// For the tests of media/: images made on the spot, and a host that answers as a test says. Loopback only.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/png.h"
#include "base/random.h"
#include "http/server.h"
#include "media/options.h"

namespace stoa::media {

// A PNG of one grey: small pictures only.
inline std::string png_image(std::uint32_t width, std::uint32_t height, unsigned char shade = 0x80) {
  std::string rows;
  for (std::uint32_t y = 0; y < height; ++y) rows += '\0' + std::string(width, static_cast<char>(shade));
  return png::image({.width = width, .height = height}, rows);
}

// A sound header, and no picture behind it.
inline std::string png_header(std::uint32_t width, std::uint32_t height) {
  return png::header_alone({.width = width, .height = height});
}

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
