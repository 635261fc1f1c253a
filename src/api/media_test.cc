// Media over HTTP, JSON and bytes, on the embedded engine. The image worker is media/'s; here a script stands in for
// it.
#include <filesystem>
#include <fstream>

#include "api/api_fixture.h"
#include "api/content_urls.h"
#include "api/routes_media.h"
#include "base/crypto.h"
#include "base/json.h"

namespace stoa::api {
namespace {

using model::Kind;

class MediaRoutes : public ApiFixture {
 protected:
  MediaRoutes() {
    // "Resizes" to its arguments: width and format, as the first bytes tell.
    worker_file_ = folder_.path() / "worker";
    std::ofstream(worker_file_) << "#!/bin/sh\necho \"runs\" >> " << (folder_.path() / "runs").string()
                                << "\n[ \"$(head -c 3)\" = bad ] && exit 20\nprintf '%s' \"$2 $3\"\n";
    std::filesystem::permissions(worker_file_, std::filesystem::perms::owner_all);
    worker_ = std::make_unique<media::ImageWorker>(options_, worker_file_);
    server_ = std::make_unique<MediaServer>(options_, *worker_, clock_, metrics_);
    serve({});
    add_media_content_routes(*service_, {*registry_, *server_, clock_});
    complete(Kind::media);
    complete(Kind::products);
    complete(Kind::collections);
  }
  // A file as its download left it; answers its hash.
  std::string put_file(int number, const std::string& bytes, std::string_view type = "image/png") {
    const auto hash = to_hex(sha256(bytes));
    const auto part = *store().spool() / "x.part";
    std::ofstream(part, std::ios::binary) << bytes;
    EXPECT_TRUE(store().put_blob(hash, part));
    put_record(number, {.state = media::kStored,
                        .sha256 = hash,
                        .size = std::int64_t(bytes.size()),
                        .content_type = std::string(type),
                        .at = clock_.wall()});
    return hash;
  }
  void put_record(int number, const media::Record& record, std::string_view type = "MediaImage") {
    const auto node = fmt::format(
        R"({{"id":"{}","__typename":"{}","updatedAt":"2026-01-02T00:00:00Z","image":{{"url":"https://cdn.shopify.com/{}.png"}}}})",
        gid(type, number), type, number);
    put(Kind::media, {media::with_record(media::media_body(node, {.used_in = {gid("Product", 1)}}), record)});
  }
  static std::string path(int number) {
    return "/v1/stores/tees/media/gid%3A%2F%2Fshopify%2FMediaImage%2F" + std::to_string(number);
  }
  json::Value data(const Answer& answer) { return json::parse(answer.body)->at("data"); }
  std::string content_url(int number) { return std::string(data(get(path(number))).at("contentUrl").as_string()); }
  int runs() {
    std::ifstream in(folder_.path() / "runs");
    return int(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }

  media::Options options_;
  std::filesystem::path worker_file_;
  std::unique_ptr<media::ImageWorker> worker_;
  std::unique_ptr<MediaServer> server_;
};

TEST_F(MediaRoutes, SayWhatIsKnown) {
  const auto hash = put_file(1, "one");
  put_record(2, {.state = media::kRefused, .reason = "too-large", .at = clock_.wall()});
  put_record(3, {}, "GenericFile");
  const auto one = data(get(path(1), kOperator));
  EXPECT_EQ(one.at("state").as_string(), "stored");
  EXPECT_EQ(one.at("sha256").as_string(), hash);
  EXPECT_EQ(one.at("usedIn").at(0).as_string(), gid("Product", 1));
  EXPECT_TRUE(one.at("contentUrl").as_string().starts_with("/m/"));
  EXPECT_EQ(data(get(path(2))).at("reason").as_string(), "too-large");
  EXPECT_TRUE(data(get(path(2))).at("contentUrl").is_null());
  EXPECT_EQ(data(get("/v1/stores/tees/media", kOperator)).as_array().size(), 3u);
  EXPECT_EQ(data(get("/v1/stores/tees/media?state=refused")).as_array().size(), 1u);
  EXPECT_EQ(get("/v1/stores/tees/media?state=lost").status, 400);
}

TEST_F(MediaRoutes, AReadKeySeesNoFilesAndNotWhereMediaAreUsed) {
  put_file(1, "one");
  put_record(3, {}, "GenericFile");
  EXPECT_EQ(data(get("/v1/stores/tees/media")).as_array().size(), 1u);
  EXPECT_FALSE(data(get(path(1))).as_object().contains("usedIn"));
  EXPECT_EQ(get("/v1/stores/tees/media/gid%3A%2F%2Fshopify%2FGenericFile%2F3").status, 404);
  EXPECT_EQ(get("/v1/stores/tees/media/gid%3A%2F%2Fshopify%2FGenericFile%2F3/content").status, 404);
}

TEST_F(MediaRoutes, ProductsAndCollectionsSayWhereTheCopyIs) {
  const auto hash = put_file(1, "one");
  put(Kind::products, {fmt::format(R"({{"id":"{}","title":"T","status":"ACTIVE","publishedAt":"2026-01-01T00:00:00Z",)"
                                   R"("media":[{{"id":"{}","alt":null}},{{"id":"{}","alt":"b"}}],"variants":[]}})",
                                   gid("Product", 5), gid("MediaImage", 1), gid("MediaImage", 2))});
  const std::string url = "https://cdn.shopify.com/c/all.jpg";
  put(Kind::media,
      {media::with_record(
          media::media_body(R"({"id":")" + url + R"(","__typename":"Image","image":{"url":")" + url + R"(?v=3"}})", {}),
          {.state = media::kStored, .sha256 = hash, .size = 3, .content_type = "image/png"})});
  put(Kind::collections, {R"({"id":"gid://shopify/Collection/8","handle":"all","image":{"url":")" + url +
                              R"(?v=3","width":9},"productIds":[]})",
                          R"({"id":"gid://shopify/Collection/9","handle":"none","image":null,"productIds":[]})"});
  const auto wanted = "/m/" + media_token(*store().entry()) + "/" + hash;
  for (const auto& medium : {data(get("/v1/stores/tees/products/5")), data(get("/v1/stores/tees/products")).at(0)}) {
    EXPECT_EQ(medium.at("media").at(0).at("contentUrl").as_string(), wanted);
    EXPECT_TRUE(medium.at("media").at(1).at("contentUrl").is_null());
  }
  EXPECT_EQ(get("/v1/stores/tees/products/5?fields=media.contentUrl").body,
            fmt::format(R"({{"data":{{"id":"{}","media":[{{"contentUrl":"{}"}},{{"contentUrl":null}}]}}}})",
                        gid("Product", 5), wanted));
  EXPECT_EQ(data(get("/v1/stores/tees/collections/8")).at("image").at("contentUrl").as_string(), wanted);
  EXPECT_TRUE(data(get("/v1/stores/tees/collections/9")).at("image").is_null());
  EXPECT_EQ(content_url(1), wanted);
}

TEST_F(MediaRoutes, TheUrlOfAnImageWithoutGidIsItsId) {
  const std::string url = "https://cdn.shopify.com/c/all.jpg";
  put(Kind::media,
      {media::media_body(R"({"id":")" + url + R"(","__typename":"Image","image":{"url":")" + url + R"(?v=3"}})", {})});
  const auto at = "/v1/stores/tees/media/" + percent_encode(url);
  EXPECT_EQ(data(get(at)).at("id").as_string(), url);
  const auto content = get(at + "/content");
  EXPECT_EQ(content.status, 302);
  EXPECT_EQ(content.header("Location"), url + "?v=3");
}

TEST_F(MediaRoutes, BytesAreServedForeverByTheirName) {
  put_file(1, "one");
  const auto url = content_url(1);
  const auto answer = get(url, "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "one");
  EXPECT_EQ(answer.header("Content-Type"), "image/png");
  EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("Content-Disposition"), "");
  EXPECT_EQ(get(url, "", {{"If-None-Match", answer.header("ETag")}}).status, 304);
  EXPECT_EQ(get(url.substr(0, url.size() - 1) + "x", "").status, 404);
  EXPECT_EQ(get("/m/AAAAAAAAAAAAAAAA/" + url.substr(url.rfind('/') + 1), "").status, 404);
  EXPECT_EQ(get(url + "?size=3", "").status, 400);
}

TEST_F(MediaRoutes, AnotherStoresBytesAreNotThere) {
  put_file(1, "one");
  const auto hash = content_url(1).substr(content_url(1).rfind('/') + 1);
  EXPECT_EQ(get("/m/" + media_token(*store("hats").entry()) + "/" + hash, "").status, 404);
  EXPECT_EQ(get(path(1) + "/content", kOtherKey).status, 404);
  EXPECT_EQ(get(path(1) + "/content", "").status, 401);
}

TEST_F(MediaRoutes, PartsAreServedToo) {
  put_file(1, "0123456789");
  const auto at = path(1) + "/content";
  const auto part = [&](std::string_view range) {
    const auto answer = get(at, kKey, {{"Range", range}});
    return fmt::format("{} {} {}", answer.status, answer.body, answer.header("Content-Range"));
  };
  EXPECT_EQ(part("bytes=2-4"), "206 234 bytes 2-4/10");
  EXPECT_EQ(part("bytes=8-"), "206 89 bytes 8-9/10");
  EXPECT_EQ(part("bytes=-3"), "206 789 bytes 7-9/10");
  EXPECT_EQ(part("bytes=5-99"), "206 56789 bytes 5-9/10");
  EXPECT_EQ(part("bytes=10-"), "416  bytes */10");
  EXPECT_EQ(part("bytes=-0"), "416  bytes */10");
  EXPECT_EQ(part("bytes=4-2"), "416  bytes */10");
  EXPECT_EQ(part("bytes=0-1,4-5"), "200 0123456789 ");
  EXPECT_EQ(part("lines=1-2"), "200 0123456789 ");
  EXPECT_EQ(get(at, kKey, {{"Range", "bytes=0-1"}, {"If-Range", "\"other\""}}).status, 200);
  EXPECT_EQ(get(at, kKey, {{"Range", "bytes=0-1"}, {"If-Range", get(at).header("ETag")}}).status, 206);
}

TEST_F(MediaRoutes, ResizedOncePerStepOfTheLadder) {
  put_file(1, "one");
  const auto url = content_url(1);
  EXPECT_EQ(get(url + "?width=100&format=webp", "").body, "128 webp");
  EXPECT_EQ(get(url + "?width=128&format=webp", "").body, "128 webp");
  EXPECT_EQ(get(url + "?width=120&format=webp", "").header("Content-Type"), "image/webp");
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(get(url + "?width=9999", "").body, "4096 png");
  EXPECT_EQ(get(url + "?format=jpeg", "").body, "4096 jpeg");
  EXPECT_NE(get(url + "?format=jpeg", "").header("ETag"), get(url, "").header("ETag"));
  for (const auto* bad : {"?width=0", "?width=-1", "?width=x", "?format=bmp"})
    EXPECT_EQ(get(url + bad, "").status, 400) << bad;
}

TEST_F(MediaRoutes, AnImageThatBreaksItsWorkerIsNotTriedAgainAtOnce) {
  put_file(1, "bad");
  for (int i = 0; i < 3; ++i) {
    const auto answer = get(content_url(1) + "?width=100", "");
    EXPECT_EQ(answer.status, 422) << answer.body;
    EXPECT_EQ(json::parse(answer.body)->at("code").as_string(), "image-not-resizable");
  }
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(get(content_url(1), "").body, "bad");
}

TEST_F(MediaRoutes, WhatABrowserCouldRunIsForSaving) {
  put_file(1, "<svg/>", "image/svg+xml");
  put_file(2, "<html>", "application/octet-stream");
  for (const int number : {1, 2}) {
    const auto answer = get(content_url(number) + "?width=100", "");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Disposition"), "attachment");
    EXPECT_EQ(answer.header("Content-Security-Policy"), "default-src 'none'; sandbox");
  }
  EXPECT_EQ(runs(), 0);
}

TEST_F(MediaRoutes, WhatIsNotStoredIsAtShopifyUnlessItWasRefused) {
  put_record(1, {});
  put_record(2, {.state = media::kFailed, .reason = "http-500"});
  put_record(3, {.state = media::kRefused, .reason = "host-not-allowed"});
  put_record(4, {.state = media::kRefused, .reason = "too-large"});
  for (const int number : {1, 2, 4}) {
    const auto answer = get(path(number) + "/content?width=100");
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(answer.header("Location"), fmt::format("https://cdn.shopify.com/{}.png", number));
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  }
  EXPECT_EQ(get(path(3) + "/content").status, 404);
}

TEST_F(MediaRoutes, NoMoreAreSentAtOnceThanThereIsRoomFor) {
  options_.serving_bytes = 4;
  put_file(1, "one");
  put_file(2, "other");
  EXPECT_EQ(get(content_url(1), "").status, 200);  // and gone again
  EXPECT_EQ(get(content_url(2), "").status, 503);
  EXPECT_EQ(get(content_url(1), "").status, 200);
}

}  // namespace
}  // namespace stoa::api
