#include "media/record.h"

#include <gtest/gtest.h>

namespace stoa::media {
namespace {

constexpr std::string_view kImage =
    R"({"id":"gid://shopify/MediaImage/1","__typename":"MediaImage","fileStatus":"READY","image":{"url":"https://cdn.shopify.com/a.png?v=1"}})";
const Time kNow = *parse_iso("2026-11-25T10:00:00Z");

std::string stored_body(std::string_view node) {
  return with_record(media_body(node, {.used_in = {"gid://shopify/Product/7"}}),
                     {.state = kStored, .sha256 = "ab", .size = 3, .content_type = "image/png", .at = kNow});
}

TEST(MediaRecord, StandsBehindShopifysMembers) {
  EXPECT_EQ(
      media_body(kImage, {.used_in = {"gid://shopify/Product/7"}}),
      R"({"id":"gid://shopify/MediaImage/1","__typename":"MediaImage","fileStatus":"READY","image":{"url":"https://cdn.shopify.com/a.png?v=1"},)"
      R"("usedIn":["gid://shopify/Product/7"],"sourceUrl":"https://cdn.shopify.com/a.png?v=1","state":"pending","reason":null,"sha256":null,)"
      R"("size":null,"contentType":null,"stateAt":null})");
}

TEST(MediaRecord, WhatIsKnownOfTheBytesIsKeptWhileTheyAreAtTheSamePlace) {
  const auto before = stored_body(kImage);
  EXPECT_EQ(media_body(kImage, {.used_in = {"gid://shopify/Product/7"}, .before = before}), before);
  std::string moved(kImage);
  moved.replace(moved.find("v=1"), 3, "v=2");
  EXPECT_EQ(record_of(media_body(moved, {.before = before})).state, kPending);
}

TEST(MediaRecord, AFailedOneIsPendingAgainAfterAWhileARefusedOneWhenItIsAskedFor) {
  const auto pending = media_body(kImage, {});
  const auto failed = with_record(pending, {.state = kFailed, .reason = "http-500", .at = kNow});
  const auto refused = with_record(pending, {.state = kRefused, .reason = "too-large", .at = kNow});
  const auto after = [&](const std::string& before, std::chrono::seconds time, bool again = false) {
    return record_of(
               media_body(kImage,
                          {.before = before, .now = kNow + time, .retry_after = std::chrono::hours(1), .again = again}))
        .state;
  };
  EXPECT_EQ(after(failed, std::chrono::minutes(59)), kFailed);
  EXPECT_EQ(after(failed, std::chrono::minutes(60)), kPending);
  EXPECT_EQ(after(refused, std::chrono::hours(99)), kRefused);
  EXPECT_EQ(after(refused, std::chrono::seconds(1), true), kPending);
  EXPECT_EQ(record_of(media_body(kImage, {.before = stored_body(kImage), .again = true})).state, kStored);
}

TEST(MediaRecord, EveryKindOfFileHasItsSource) {
  EXPECT_EQ(
      source_of(
          R"({"__typename":"Video","sources":[{"url":"a","height":480},{"url":"b","height":1080},{"url":"c","height":720}]})")
          ->url,
      "b");
  EXPECT_FALSE(source_of(R"({"__typename":"Model3d","sources":[{"url":"m.glb"}]})")->image);
  EXPECT_EQ(source_of(R"({"__typename":"GenericFile","url":"f.pdf"})")->url, "f.pdf");
  EXPECT_TRUE(source_of(R"({"__typename":"Image","image":{"url":"i"}})")->image);
  const auto reason = [](std::string_view node) { return record_of(media_body(node, {})).reason; };
  EXPECT_EQ(reason(R"({"__typename":"ExternalVideo","originUrl":"https://youtube.com/x"})"), "external-video");
  EXPECT_EQ(reason(R"({"__typename":"MediaImage","fileStatus":"PROCESSING","image":null})"), "not-ready");
  EXPECT_EQ(reason(R"({"__typename":"MediaImage","fileStatus":"FAILED","image":null})"), "shopify-failed");
}

}  // namespace
}  // namespace stoa::media
