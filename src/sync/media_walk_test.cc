#include "sync/media_walk.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/crypto.h"
#include "base/text.h"
#include "media/record.h"
#include "sync/refetch.h"
#include "sync/walk_fixture.h"

namespace stoa::sync {
namespace {

using model::Kind;

// Files by number, paged by two; each an image at its URL.
class FilesShop final : public shopify::Transport {
 public:
  Result<shopify::Answer> call(const shopify::Call& call) override {
    ++calls;
    std::string data;
    if (call.operation == "FilesPage") {
      if (!permitted) return fail(error(Code::denied, "shop: no").because("scope-missing"));
      const auto after = json::string_or(call.variables, "after");
      auto next = files.upper_bound(after.empty() ? 0 : std::stoll(std::string(after)));
      std::string nodes;
      std::int64_t last = 0;
      for (int i = 0; i < 2 && next != files.end(); ++i, ++next) {
        nodes += (nodes.empty() ? "" : ",") + node(next->first);
        last = next->first;
      }
      data = fmt::format(R"({{"files":{{"nodes":[{}],"pageInfo":{{"hasNextPage":{},"endCursor":"{}"}}}}}})", nodes,
                         next != files.end(), last);
    } else if (call.operation == "FilesByIds") {
      for (const auto& id : call.variables.at("ids").as_array()) {
        const auto number = parse_gid(std::string_view(id.as_string()))->number;
        data += (data.empty() ? "" : ",") + (files.contains(number) ? node(number) : std::string("null"));
      }
      data = fmt::format(R"({{"nodes":[{}]}})", data);
    } else {
      return fail(Code::bug, "the shop does not know {}", call.operation);
    }
    shopify::Answer answer{.body = std::move(data), .actual_cost = 1, .api_version = "2026-10"};
    answer.data_end = answer.body.size();
    return answer;
  }
  shopify::Budget budget() const override { return {}; }
  std::string last_request_id() const override { return "shop-request"; }

  std::string node(std::int64_t number) const {
    return fmt::format(
        R"({{"__typename":"MediaImage","id":"gid://shopify/MediaImage/{}","alt":null,"fileStatus":"READY","image":{{"url":"{}"}}}})",
        number, files.at(number));
  }
  std::map<std::int64_t, std::string> files;
  bool permitted = true;
  int calls = 0;
};

class MediaWalkTest : public ::testing::Test {
 protected:
  void put(Kind kind, std::string body) {
    const auto stamp = store().fetch_clock().begin();
    storage::Batch batch;
    batch.documents.push_back(*to_document(kind, std::move(body), stamp.time(), model::Source::page, "2026-10"));
    ASSERT_TRUE(store().apply(batch));
  }
  storage::KindProgress walk(const std::string& mode = "full") {
    auto job = fixture_.new_job(mode);
    job.kinds = {{.kind = Kind::media}};
    MediaWalk walk({.store = store(), .job = job, .options = fixture_.options}, now_);
    Result<bool> done = false;
    while (done && !*done) done = walk.step(shop_);
    if (!done) {
      EXPECT_TRUE(walk.give_up(storage::KindState::not_permitted, done.error().what));
    }
    return job.kinds.front();
  }
  std::string body(const std::string& id) {
    const auto stored = *store().get(Kind::media, id);
    return stored ? stored->body : "(none)";
  }
  void set_record(const std::string& id, const media::Record& record) {
    put(Kind::media, media::with_record(body(id), record));
  }
  // As a download leaves it; answers the name of its bytes.
  std::string set_stored(const std::string& id, const std::string& bytes) {
    const auto file = *store().spool() / "download.part";
    std::ofstream(file, std::ios::binary) << bytes;
    auto hash = to_hex(sha256(bytes));
    EXPECT_TRUE(store().put_blob(hash, file));
    set_record(
        id,
        {.state = media::kStored, .sha256 = hash, .size = std::ssize(bytes), .content_type = "image/png", .at = now_});
    return hash;
  }
  storage::StoreHandle& store() { return fixture_.store(); }
  std::int64_t count() { return store().kinds()->at(static_cast<std::size_t>(Kind::media)).count; }

  WalkFixture fixture_;
  FilesShop shop_;
  Time now_ = *parse_iso("2026-11-25T10:00:00Z");
  const std::string one_ = "gid://shopify/MediaImage/1";
};

TEST_F(MediaWalkTest, FilesAndImagesKnowWhereTheyAreUsed) {
  for (int i = 1; i <= 5; ++i) shop_.files[i] = fmt::format("https://cdn.shopify.com/{}.png?v=1", i);
  put(Kind::products,
      R"({"id":"gid://shopify/Product/9","media":[{"id":"gid://shopify/MediaImage/1"},{"id":"gid://shopify/MediaImage/2"}]})");
  put(Kind::products, R"({"id":"gid://shopify/Product/7","media":[{"id":"gid://shopify/MediaImage/1"}]})");
  const std::string image =
      R"("image":{"id":null,"url":"https://cdn.shopify.com/c/all.jpg?v=3","altText":"All","width":9,"height":8})";
  put(Kind::collections, R"({"id":"gid://shopify/Collection/3",)" + image + "}");
  put(Kind::articles, R"({"id":"gid://shopify/Article/4",)" + image + "}");
  put(Kind::articles, R"({"id":"gid://shopify/Article/5","image":null})");
  const auto progress = walk();
  EXPECT_EQ(progress.state, storage::KindState::done);
  EXPECT_EQ(progress.written, 6);
  EXPECT_EQ(media::used_in(body(one_)),
            (std::vector<std::string>{"gid://shopify/Product/7", "gid://shopify/Product/9"}));
  EXPECT_TRUE(media::used_in(body("gid://shopify/MediaImage/5")).empty());
  const auto shared = body("https://cdn.shopify.com/c/all.jpg");
  EXPECT_EQ(media::used_in(shared),
            (std::vector<std::string>{"gid://shopify/Collection/3", "gid://shopify/Article/4"}));
  EXPECT_EQ(media::source_url(shared), "https://cdn.shopify.com/c/all.jpg?v=3");
  EXPECT_EQ(media::record_of(shared).state, media::kPending);
}

TEST_F(MediaWalkTest, ASecondWalkWritesNothingThoughDownloadsCameBetween) {
  for (int i = 1; i <= 3; ++i) shop_.files[i] = fmt::format("https://cdn.shopify.com/{}.png?v=1", i);
  walk();
  const auto hash = set_stored(one_, "png");
  const auto version = *store().version();
  for (const auto* mode : {"full", "incremental"}) {
    const auto progress = walk(mode);
    EXPECT_EQ(progress.written, 0);
    EXPECT_EQ(progress.unchanged, 3);
  }
  EXPECT_EQ(*store().version(), version);
  EXPECT_EQ(media::record_of(body(one_)).sha256, hash);
  shop_.files[1] = "https://cdn.shopify.com/1.png?v=2";
  EXPECT_EQ(walk().written, 1);
  EXPECT_EQ(media::record_of(body(one_)).state, media::kPending);
}

TEST_F(MediaWalkTest, AMediumWhoseBytesAreLostIsFetchedAgain) {
  for (int i = 1; i <= 3; ++i) shop_.files[i] = fmt::format("https://cdn.shopify.com/{}.png?v=1", i);
  walk();
  const auto kept = set_stored(one_, "kept"), lost = set_stored("gid://shopify/MediaImage/2", "lost");
  ASSERT_TRUE(store().erase_blob(lost));
  EXPECT_EQ(walk().written, 1);
  EXPECT_EQ(media::record_of(body(one_)).sha256, kept);
  const auto record = media::record_of(body("gid://shopify/MediaImage/2"));
  EXPECT_EQ(record.state, media::kPending);
  EXPECT_EQ(record.sha256, "");
}

TEST_F(MediaWalkTest, WhatIsGoneIsSweptImagesToo) {
  shop_.files = {{1, "https://cdn.shopify.com/1.png"}, {2, "https://cdn.shopify.com/2.png"}};
  put(Kind::collections, R"({"id":"gid://shopify/Collection/3","image":{"url":"https://cdn.shopify.com/c.jpg"}})");
  walk();
  shop_.files.erase(2);
  put(Kind::collections, R"({"id":"gid://shopify/Collection/3","image":null})");
  EXPECT_EQ(walk().deleted, 2);
  EXPECT_EQ(count(), 1);
}

TEST_F(MediaWalkTest, WithoutTheScopeImagesAreThereAndNothingIsDeleted) {
  shop_.files = {{1, "https://cdn.shopify.com/1.png"}};
  put(Kind::collections, R"({"id":"gid://shopify/Collection/3","image":{"url":"https://cdn.shopify.com/c.jpg"}})");
  walk();
  shop_.permitted = false;
  EXPECT_EQ(walk().state, storage::KindState::not_permitted);
  EXPECT_EQ(count(), 2);
}

TEST_F(MediaWalkTest, AFileAskedForByIdIsDownloadedAgainUnlessItIsStored) {
  shop_.files = {{1, "https://cdn.shopify.com/1.png"}, {2, "https://cdn.shopify.com/2.png"}};
  put(Kind::products, R"({"id":"gid://shopify/Product/7","media":[{"id":"gid://shopify/MediaImage/1"}]})");
  walk();
  set_record(one_, {.state = media::kRefused, .reason = "too-large", .at = now_});
  auto job = fixture_.new_job();
  job.kinds = {{.kind = Kind::media}};
  job.ids = {one_, "gid://shopify/MediaImage/2"};
  shop_.files.erase(2);
  Refetch refetch({.store = store(), .job = job, .options = fixture_.options}, Kind::media, now_);
  while (!*refetch.step(shop_)) {
  }
  EXPECT_EQ(media::record_of(body(one_)).state, media::kPending);
  EXPECT_EQ(media::used_in(body(one_)), std::vector<std::string>{"gid://shopify/Product/7"});
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace stoa::sync
