// Downloads beside a sync: a store on the embedded engine, documents as a sync writes them, a host on loopback.
#include "media/downloads.h"

#include <gtest/gtest.h>

#include "base/pause.h"
#include "media/media_fixture.h"
#include "storage/embedded/embedded.h"
#include "testing/fakes.h"

namespace stoa::media {
namespace {

using namespace std::chrono_literals;

class DownloadsTest : public ::testing::Test {
 protected:
  DownloadsTest() {
    crypto_init();
    options_.look_every = 5ms;
    options_.backoff = 5ms;
    options_.lease_wait = 20ms;
    options_.timeout = 1s;
    options_.bytes_max = 100'000;
    registry_ = *storage::open_embedded({.folder = folder_.path()}, clock_, random_);
    const ClientKey key("acme");
    storage::ShopRecord shop{.domain = ShopDomain("acme.myshopify.com"), .client_key = key};
    store_ = *registry_->create({.key = key}, shop, {.id = "key_1", .client_key = key, .hash = "hash"},
                                {.id = "job_1", .store = key, .type = "sync", .work = "first"});
  }
  ~DownloadsTest() override { stop(); }

  void start() {
    client_ = http::Client::make({});
    downloads_ = std::make_unique<Downloads>(
        Downloads::Deps{*registry_,
                        *client_,
                        clock_,
                        metrics_,
                        [] { return true; },
                        {.take = [this](const ClientKey&) { return leased_ = may_work_.load(); },
                         .held = [this](const ClientKey&) { return may_work_.load(); },
                         .release = [this](const ClientKey&) { leased_ = false; }}},
        options_);
    downloads_->start();
  }
  void stop() { downloads_.reset(); }

  // A file as a sync leaves it.
  void put(int number, const std::string& url, std::string_view type = "MediaImage") {
    const auto node =
        type == "MediaImage"
            ? fmt::format(R"({{"id":"gid://shopify/MediaImage/{}","__typename":"MediaImage","image":{{"url":"{}"}}}})",
                          number, url)
            : fmt::format(R"({{"id":"gid://shopify/{}/{}","__typename":"{}","url":"{}"}})", type, number, type, url);
    const auto stamp = store_->fetch_clock().begin();
    const std::lock_guard merging(store_->merging());
    const auto id = fmt::format("gid://shopify/{}/{}", type, number);
    Merge merge{.now = clock_.wall(), .retry_after = options_.retry_after};
    if (const auto before = *store_->get(model::Kind::media, id)) merge.before = before->body;
    auto document = *model::make_document(model::Kind::media, media_body(node, merge));
    document.fetched_at = stamp.time();
    storage::Batch batch;
    batch.documents.push_back(std::move(document));
    ASSERT_TRUE(store_->apply(batch));
  }
  Record record(int number, std::string_view type = "MediaImage") {
    return record_of((*store_->get(model::Kind::media, fmt::format("gid://shopify/{}/{}", type, number)))->body);
  }
  // Waits until the document is not pending any more.
  Record settled(int number, std::string_view type = "MediaImage") {
    for (int i = 0; i < 2'000; ++i) {
      auto now = record(number, type);
      if (now.state != kPending) return now;
      pause(5ms);
    }
    return record(number, type);
  }
  static std::string text(const Record& record) { return record.state + " " + record.reason; }

  testing::TempDir folder_;
  SystemClock clock_;
  testing::SeededRandom random_{7};
  Metrics metrics_;
  Options options_;
  std::atomic<bool> may_work_ = true, leased_ = false;
  std::unique_ptr<storage::Registry> registry_;
  std::shared_ptr<storage::StoreHandle> store_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Downloads> downloads_;
};

http::Response png(const http::Request&) { return http::text_response(200, "image/png", png_image(30, 20)); }

// Holds its answers until `open`, for three seconds at most.
MediaHost::Answer png_once(const std::atomic<bool>& open) {
  return [&open](const http::Request& request) {
    for (int i = 0; i < 600 && !open; ++i) pause(5ms);
    return png(request);
  };
}

TEST_F(DownloadsTest, WhatIsPendingIsStoredOnceAndNotAskedForAgain) {
  const MediaHost host(&png);
  options_.extra_hosts = {host.address()};
  put(1, host.url("/a.png"));
  put(2, host.url("/b.png"));  // the same bytes
  start();
  const auto first = settled(1), second = settled(2);
  EXPECT_EQ(first.state, kStored);
  EXPECT_EQ(first.content_type, "image/png");
  EXPECT_EQ(first.sha256, second.sha256);
  EXPECT_EQ(store_->blobs("", 9)->size(), 1u);
  EXPECT_EQ(*store_->read_blob(first.sha256, 0, 1u << 20), png_image(30, 20));
  EXPECT_EQ(host.requests(), 2);
  const auto version = *store_->version();
  put(1, host.url("/a.png"));  // a second sync: nothing changed
  stop();
  start();
  pause(100ms);
  EXPECT_EQ(*store_->version(), version);
  EXPECT_EQ(host.requests(), 2);
}

// Issue 5's list: each ends in a recorded state, and the listener on loopback hears nothing.
TEST_F(DownloadsTest, HostileMediaEndInARecordedState) {
  const MediaHost inside(&png);  // not listed: a service of our own network
  const MediaHost host([&](const http::Request& request) {
    if (request.path == "/redirect") {
      auto response = http::text_response(302, "text/plain", "");
      response.header("Location", inside.url("/secret"));
      return response;
    }
    if (request.path == "/endless") {
      auto response = http::text_response(200, "image/png", "");
      response.stream = http::Stream{.next = [] { return std::optional(std::string(50'000, 'x')); }, .interval = 1ms};
      return response;
    }
    if (request.path == "/flood") return http::text_response(200, "image/png", png_header(20'000, 20'000));
    if (request.path == "/svg")
      return http::text_response(200, "image/svg+xml",
                                 "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>x</script></svg>");
    if (request.path == "/html") return http::text_response(200, "image/png", "<html><body>hello</body></html>");
    if (request.path == "/slow") {
      auto response = http::text_response(200, "image/png", "");
      response.stream = http::Stream{.next = [] { return std::optional(std::string("x")); }, .interval = 200ms};
      return response;
    }
    return http::text_response(404, "text/plain", "no");
  });
  options_.extra_hosts = {host.address()};
  options_.attempts_max = 2;
  int number = 0;
  for (const auto* path : {"/redirect", "/endless", "/flood", "/svg", "/html", "/gone", "/slow"})
    put(++number, host.url(path));
  put(8, inside.url("/direct"));
  put(9, "http://169.254.169.254/latest/meta-data/");
  start();
  EXPECT_EQ(text(settled(1)), "refused host-not-allowed");
  EXPECT_EQ(text(settled(2)), "refused too-large");
  EXPECT_EQ(text(settled(3)), "refused too-many-pixels");
  EXPECT_EQ(text(settled(4)), "refused svg-danger");
  EXPECT_EQ(text(settled(5)), "refused wrong-type");
  EXPECT_EQ(text(settled(6)), "failed http-404");
  EXPECT_EQ(text(settled(7)), "failed timeout");
  EXPECT_EQ(text(settled(8)), "refused host-not-allowed");
  EXPECT_EQ(text(settled(9)), "refused host-not-allowed");
  EXPECT_EQ(inside.requests(), 0);
  EXPECT_EQ(inside.connections(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(*store_->spool()));
  EXPECT_TRUE(store_->blobs("", 9)->empty());
}

TEST_F(DownloadsTest, WhatFailsInPassingIsTriedAgain) {
  std::atomic<int> asked = 0;
  const MediaHost host([&](const http::Request& request) {
    return ++asked < 3 ? http::text_response(503, "text/plain", "later") : png(request);
  });
  options_.extra_hosts = {host.address()};
  put(1, host.url("/a.png"));
  start();
  EXPECT_EQ(settled(1).state, kStored);
  EXPECT_EQ(asked, 3);
}

TEST_F(DownloadsTest, AnotherProcessGoesOnWhereThisOneEnded) {
  std::atomic<bool> open = false;
  const MediaHost host(png_once(open));
  options_.extra_hosts = {host.address()};
  options_.timeout = 10s;
  for (int i = 1; i <= 20; ++i) put(i, host.url(fmt::format("/{}.png", i)));
  start();
  while (host.requests() == 0) pause(5ms);
  stop();
  EXPECT_EQ(record(1).state, kPending);
  open = true;
  start();
  for (int i = 1; i <= 20; ++i) EXPECT_EQ(settled(i).state, kStored) << i;
}

TEST_F(DownloadsTest, OnlyWhoHoldsTheLeaseDownloads) {
  const MediaHost host(&png);
  options_.extra_hosts = {host.address()};
  may_work_ = false;
  put(1, host.url("/a.png"));
  start();
  pause(100ms);
  EXPECT_EQ(host.requests(), 0);
  may_work_ = true;
  EXPECT_EQ(settled(1).state, kStored);
  for (int i = 0; i < 400 && leased_; ++i) pause(5ms);
  EXPECT_FALSE(leased_) << "handed back when there is nothing more to do";
}

TEST_F(DownloadsTest, APausedStoreIsLeftAloneAndItsLeaseHandedBack) {
  std::atomic<bool> open = false;
  const MediaHost host(png_once(open));
  options_.extra_hosts = {host.address()};
  options_.timeout = 10s;
  for (int i = 1; i <= 30; ++i) put(i, host.url(fmt::format("/{}.png", i)));
  start();
  while (host.requests() == 0) pause(5ms);
  EXPECT_TRUE(leased_);
  ASSERT_TRUE(registry_->update_shop(ClientKey("acme"), [](storage::ShopRecord& shop) -> Result<> {
    shop.state = storage::StoreState::paused;
    return {};
  }));
  pause(50ms);
  open = true;  // those under way end
  for (int i = 0; i < 400 && leased_; ++i) pause(5ms);
  EXPECT_FALSE(leased_);
  EXPECT_LT(host.requests(), 30);
}

TEST_F(DownloadsTest, AStoreThatIsRemovedTakesItsBytesAlong) {
  const MediaHost host(&png);
  options_.extra_hosts = {host.address()};
  put(1, host.url("/a.png"));
  start();
  settled(1);
  ASSERT_TRUE(registry_->remove(ClientKey("acme"), ""));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "media" / "acme"));
  pause(50ms);  // the next rounds find no store, and make nothing anew
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "media" / "acme"));
}

TEST_F(DownloadsTest, BytesThatNoDocumentNamesAreSwept) {
  int version = 0;
  const MediaHost host([&](const http::Request&) {
    return http::text_response(200, "image/png", png_image(30, 20, static_cast<unsigned char>(++version)));
  });
  options_.extra_hosts = {host.address()};
  options_.sweep_interval = 0s;
  options_.orphan_age = 0s;
  put(1, host.url("/a.png?v=1"));
  start();
  const auto before = settled(1);
  put(1, host.url("/a.png?v=2"));
  const auto after = settled(1);
  EXPECT_NE(before.sha256, after.sha256);
  for (int i = 0; i < 400 && store_->blobs("", 9)->size() > 1; ++i) pause(5ms);
  ASSERT_EQ(store_->blobs("", 9)->size(), 1u);
  EXPECT_EQ(store_->blobs("", 9)->front().sha256, after.sha256);
}

TEST_F(DownloadsTest, AFileMayBeAnythingAnImageMayNot) {
  const MediaHost host([](const auto&) { return http::text_response(200, "application/pdf", "%PDF-1.7 …"); });
  options_.extra_hosts = {host.address()};
  put(1, host.url("/a.pdf"), "GenericFile");
  put(2, host.url("/a.png"));
  start();
  EXPECT_EQ(settled(1, "GenericFile").content_type, "application/pdf");
  EXPECT_EQ(text(settled(2)), "refused wrong-type");
}

}  // namespace
}  // namespace stoa::media
