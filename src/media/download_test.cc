// The downloader against a host on loopback that misbehaves in every way of issue 5.
#include "media/download.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/json.h"
#include "base/text.h"
#include "media/media_fixture.h"
#include "testing/fakes.h"

namespace stoa::media {
namespace {

using namespace std::chrono_literals;

class Downloads : public ::testing::Test {
 protected:
  // Fetches /a from a host that answers so, as a host that is listed for rehearsal.
  Result<Downloaded> fetch(const MediaHost& host, bool image = true) {
    options_.extra_hosts = {host.address()};
    return downloader_.fetch({.url = host.url("/a"), .image = image, .file = file_});
  }
  std::string outcome(MediaHost::Answer answer, bool image = true) {
    const MediaHost host(std::move(answer));
    const auto got = fetch(host, image);
    return got ? got->type : fmt::format("{}/{}", to_string(got.error().code), got.error().reason);
  }
  std::string outcome(std::string body, std::string_view type = "image/png") {
    return outcome([=](const auto&) { return http::text_response(200, type, body); });
  }
  std::string kept() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool left() const { return std::filesystem::exists(file_) || std::filesystem::exists(file_.string() + ".json"); }

  testing::TempDir folder_;
  const std::filesystem::path file_ = folder_.path() / "a.part";
  Options options_{.bytes_max = 100'000, .timeout = 2s};
  std::unique_ptr<http::Client> client_ = http::Client::make({});
  Downloader downloader_{*client_, options_};
};

TEST_F(Downloads, AnImageIsKeptWithWhatItsBytesSay) {
  const auto image = png_image(30, 20);
  const MediaHost host([&](const auto&) { return http::text_response(200, "text/html", image); });
  const auto got = fetch(host);
  ASSERT_TRUE(got.has_value()) << got.error().what;
  EXPECT_EQ(got->type, "image/png");
  EXPECT_EQ(got->width, 30);
  EXPECT_EQ(got->height, 20);
  EXPECT_EQ(got->size, std::int64_t(image.size()));
  EXPECT_EQ(got->sha256, to_hex(sha256(image)));
  EXPECT_EQ(kept(), image);
}

TEST_F(Downloads, WrongTypesAreRefused) {
  EXPECT_EQ(outcome("<html>hello</html>"), "invalid/wrong-type");
  EXPECT_FALSE(left());
  EXPECT_EQ(outcome(""), "invalid/wrong-type");
  EXPECT_EQ(outcome("\x89PNG\r\n\x1a\nnothing more"), "invalid/broken-image");
}

TEST_F(Downloads, OtherFilesNeedNotBeImages) {
  EXPECT_EQ(outcome([](const auto&) { return http::text_response(200, "image/png", "%PDF-1.7"); }, false),
            "application/pdf");
}

TEST_F(Downloads, DrawingsWithScriptAreRefused) {
  EXPECT_EQ(outcome("<svg><path d='M0'/></svg>"), "image/svg+xml");
  EXPECT_EQ(outcome("<svg onload='alert(1)'/>"), "invalid/svg-danger");
}

TEST_F(Downloads, PictureFloodsAreRefusedByTheirHeader) {
  EXPECT_EQ(outcome(png_header(20'000, 20'000)), "invalid/too-many-pixels");
  options_.ratio_max = 100;
  EXPECT_EQ(outcome(png_header(7'000, 7'000)), "invalid/ratio");
  EXPECT_EQ(outcome(png_header(1'000, 1'000)), "image/png");
}

TEST_F(Downloads, LargeBodiesAreRefusedEarlyOrInTheirMidst) {
  EXPECT_EQ(outcome(std::string(100'001, 'x')), "invalid/too-large");
  const auto endless = [](const auto&) {
    auto response = http::text_response(200, "image/png", "");
    response.stream = http::Stream{.next = [] { return std::optional(std::string(20'000, 'x')); }, .interval = 1ms};
    return response;
  };
  EXPECT_EQ(outcome(endless), "invalid/too-large");
  EXPECT_FALSE(left());
}

TEST_F(Downloads, SlowHostsAreCutOff) {
  options_.timeout = 300ms;
  const auto slow = [](const auto&) {
    auto response = http::text_response(200, "image/png", "");
    response.stream = http::Stream{.next = [] { return std::optional(std::string("x")); }, .interval = 50ms};
    return response;
  };
  EXPECT_EQ(outcome(slow), "unavailable/timeout");
}

TEST_F(Downloads, EncodedBodiesAreRefused) {
  EXPECT_EQ(outcome([](const auto& request) {
              EXPECT_EQ(request.header("Accept-Encoding"), "identity");
              auto response = http::text_response(200, "image/png", "\x1f\x8b bomb");
              response.header("Content-Encoding", "gzip");
              return response;
            }),
            "invalid/encoded");
}

TEST_F(Downloads, MissingFilesAreToldFromTroubleInPassing) {
  EXPECT_EQ(outcome([](const auto&) { return http::text_response(404, "text/plain", "no"); }), "not-found/http-404");
  EXPECT_EQ(outcome([](const auto&) { return http::text_response(503, "text/plain", "no"); }), "unavailable/http-503");
  EXPECT_FALSE(left());
}

TEST_F(Downloads, RedirectsGoToAllowedHostsOnly) {
  const MediaHost secret([](const auto&) { return http::text_response(200, "image/png", png_image(2, 2)); });
  EXPECT_EQ(outcome([&](const auto&) {
              http::Response response{.status = 302};
              response.header("Location", secret.url("/latest/meta-data"));
              return response;
            }),
            "invalid/host-not-allowed");
  EXPECT_EQ(secret.requests(), 0);
  EXPECT_EQ(secret.connections(), 0u);
  EXPECT_EQ(outcome([&](const auto& request) {
              if (request.path == "/b") return http::text_response(200, "image/png", png_image(2, 2));
              http::Response response{.status = 301};
              response.header("Location", "/b");
              return response;
            }),
            "image/png");
  EXPECT_EQ(outcome([&](const auto&) {
              http::Response response{.status = 307};
              response.header("Location", "/a");
              return response;
            }),
            "invalid/redirects");
}

// An allowed name that resolves to loopback, as a rebinding DNS would have it: refused when connecting.
TEST_F(Downloads, AllowedNamesMayNotLeadToPrivateAddresses) {
  const MediaHost host([](const auto&) { return http::text_response(200, "image/png", png_image(2, 2)); });
  options_.allowed_hosts = {"localhost"};
  const auto got = downloader_.fetch({.url = "https://localhost/a", .file = file_});
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().reason, "blocked-address");
  EXPECT_EQ(host.connections(), 0u);
}

TEST_F(Downloads, ACutOneGoesOnWhereItStopped) {
  const auto image = png_image(200, 200);
  std::vector<std::string> ranges;
  const MediaHost host([&](const auto& request) {
    ranges.emplace_back(request.header("Range"));
    if (ranges.size() == 1) {
      auto response = http::text_response(200, "image/png", image);
      response.header("ETag", "\"one\"");
      response.cut = http::Cut{.bytes = 20'000};
      return response;
    }
    EXPECT_EQ(request.header("If-Range"), "\"one\"");
    const auto offset = std::size_t(parse_int(request.header("Range").substr(6, ranges.back().size() - 7)).value_or(0));
    auto response = http::text_response(206, "image/png", image.substr(offset));
    response.header("Content-Range", fmt::format("bytes {}-{}/{}", offset, image.size() - 1, image.size()));
    return response;
  });
  EXPECT_EQ(fetch(host).error().code, Code::unavailable);
  EXPECT_FALSE(kept().empty());
  const auto got = fetch(host);
  ASSERT_TRUE(got.has_value()) << got.error().what;
  EXPECT_EQ(got->sha256, to_hex(sha256(image)));
  EXPECT_TRUE(ranges.at(1).starts_with("bytes="));
}

TEST_F(Downloads, AChangedFileStartsAnew) {
  const auto first = png_image(200, 200, 1), second = png_image(200, 200, 2);
  int requests = 0;
  const MediaHost host([&](const auto&) {
    auto response = http::text_response(200, "image/png", ++requests == 1 ? first : second);
    response.header("ETag", requests == 1 ? "\"one\"" : "\"two\"");
    if (requests == 1) response.cut = http::Cut{.bytes = 20'000};
    return response;
  });
  EXPECT_FALSE(fetch(host).has_value());
  EXPECT_EQ(fetch(host)->sha256, to_hex(sha256(second)));
}

TEST_F(Downloads, APartOfAnotherUrlIsNotTaken) {
  std::ofstream(file_) << "something else";
  std::ofstream(file_.string() + ".json") << R"({"url":"https://cdn.shopify.com/other","validator":"\"x\""})";
  const auto image = png_image(5, 5);
  const MediaHost host([&](const auto& request) {
    EXPECT_EQ(request.header("Range"), "");
    return http::text_response(200, "image/png", image);
  });
  EXPECT_EQ(fetch(host)->sha256, to_hex(sha256(image)));
}

TEST_F(Downloads, APartThatIsAllThereIsIsAskedForAnew) {
  const auto image = png_image(5, 5);
  const MediaHost host([&](const auto& request) {
    if (!request.header("Range").empty()) return http::text_response(416, "text/plain", "");
    auto response = http::text_response(200, "image/png", image);
    response.header("ETag", "\"x\"");
    return response;
  });
  std::ofstream(file_) << image;
  std::ofstream(file_.string() + ".json") << json::write(json::Object{{"url", host.url("/a")}, {"validator", "\"x\""}});
  EXPECT_EQ(fetch(host)->sha256, to_hex(sha256(image)));
}

}  // namespace
}  // namespace stoa::media
