#include "sync/kind_walk.h"

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "sync/draft.h"
#include "sync/shared_fixture.h"
#include "sync/walk_fixture.h"

namespace stoa::sync {
namespace {

using storage::KindState;

class KindWalkTest : public ::testing::Test {
 protected:
  const storage::KindProgress& walk(const std::string& mode = "full") {
    job_ = fixture_.walk(shop_, fixture_.new_job(mode));
    return job_.kinds.front();
  }
  WalkFixture fixture_;
  FakeShop shop_;
  storage::JobRecord job_;
};

TEST_F(KindWalkTest, AFirstWalkStoresEverythingAndASecondWritesNothing) {
  shop_.add(1, 130);
  const auto first = walk();
  EXPECT_EQ(first.state, KindState::done);
  EXPECT_EQ(first.total, 130);
  EXPECT_EQ(first.written, 130);
  EXPECT_TRUE(fixture_.status().complete);
  const auto version = *fixture_.store().version();
  const auto second = walk();
  EXPECT_EQ(second.written, 0);
  EXPECT_EQ(second.unchanged, 130);
  EXPECT_EQ(*fixture_.store().version(), version);
}

// A product stored with another body than the shop's node makes, as if an older decoder had made it.
model::Document odd_product(std::int64_t id, Time fetched_at, std::optional<Hash> raw) {
  auto body = fmt::format(R"({{"id":"{}","title":"odd"}})", make_gid("Product", id));
  auto document = *to_document(model::Kind::products, std::move(body), fetched_at, model::Source::page, "2026-10");
  document.raw = raw;
  return document;
}
std::string title(storage::StoreHandle& store, std::int64_t id) {
  const auto stored = *store.get(model::Kind::products, make_gid("Product", id));
  return json::find_string(stored->body, {"title"}).value_or("");
}

TEST_F(KindWalkTest, ANodeIsDecodedAgainUnlessItsTextAndAllThatShapesADocumentAreWhatTheyWere) {
  shop_.add(1, 4, "same");
  const auto at = fixture_.store().fetch_clock().begin().time();
  const auto raw = [&](std::int64_t id, std::string_view decoder) {
    return shopify::raw_hash(model::Kind::products, product_node(id, "same"),
                             {.codes_max = fixture_.options.codes_max, .decoder_version = decoder});
  };
  ASSERT_TRUE(fixture_.store().apply(
      {.documents = {odd_product(1, at, raw(1, model::kDecoderVersion)), odd_product(2, at, raw(2, "an older one")),
                     odd_product(3, at, raw(1, model::kDecoderVersion)), odd_product(4, at, std::nullopt)}}));
  const auto progress = walk();
  EXPECT_EQ(progress.seen, 4);
  EXPECT_EQ(progress.unchanged, 1);
  EXPECT_EQ(progress.written, 3);
  EXPECT_EQ(title(fixture_.store(), 1), "odd") << "the same node by the same decoder: not looked into";
  for (const auto id : {2, 3, 4}) EXPECT_EQ(title(fixture_.store(), id), "same") << id;
  EXPECT_EQ(*fixture_.store().raw_hashes(model::Kind::products, std::vector{make_gid("Product", 2)}),
            std::vector{std::optional(raw(2, model::kDecoderVersion))});
}

TEST_F(KindWalkTest, ADocumentChangedWhileItsPageWasReadIsAskedForAgain) {
  shop_.add(1, 60, "same");
  walk();
  SystemClock clock;
  LeaseTable leases(clock);
  SharedRegistry other(fixture_.registry(), leases, "A");
  const auto inner = *fixture_.registry().resolve({.client_key = "walked"});
  fixture_.use_store(*other.resolve({.client_key = "walked"}));
  const auto slow = inner->fetch_clock().begin();
  const auto pages = shop_.pages;  // of a whole walk
  bool changed = false;
  other.before_apply = [&] {
    if (changed || shop_.pages != pages * 2) return;  // the last page is read, and not stored yet
    changed = true;
    ASSERT_EQ(inner->apply({.documents = {odd_product(60, slow.time(), std::nullopt)}})->replaced, 1);
  };
  const auto progress = walk();
  EXPECT_EQ(progress.state, KindState::done);
  EXPECT_EQ(progress.seen, 60);
  EXPECT_EQ(progress.written, 1);
  EXPECT_EQ(title(*inner, 60), "same") << "the page was asked for after the odd one";
  EXPECT_EQ(shop_.pages, pages * 2 + 1);
  EXPECT_TRUE(changed);
}

TEST_F(KindWalkTest, WhatIsGoneIsSweptAndOnlyThat) {
  shop_.add(1, 130);
  walk();
  for (const auto id : {3, 77, 130}) shop_.products.erase(id);
  shop_.products[200] = "new";
  const auto progress = walk();
  EXPECT_EQ(progress.written, 1);
  EXPECT_EQ(progress.deleted, 3);
  EXPECT_EQ(fixture_.count(), 128);
}

TEST_F(KindWalkTest, AMassDeleteIsRefusedUntilExactlyThatNumberIsConfirmed) {
  shop_.add(1, 100);
  walk();
  for (int id = 1; id <= 40; ++id) shop_.products.erase(id);
  auto refused = fixture_.walk(shop_, fixture_.new_job());
  EXPECT_TRUE(refused.kinds.front().sweep_refused);
  EXPECT_EQ(refused.kinds.front().would_delete, 40);
  EXPECT_EQ(fixture_.count(), 100);
  EXPECT_EQ(fixture_.status().state, "failed");
  refused.confirmed[model::Kind::products] = 39;
  refused = fixture_.walk(shop_, refused);
  EXPECT_TRUE(refused.kinds.front().sweep_refused) << "another number confirms nothing";
  refused.confirmed[model::Kind::products] = 40;
  refused = fixture_.walk(shop_, refused);
  EXPECT_FALSE(refused.kinds.front().sweep_refused);
  EXPECT_EQ(refused.kinds.front().deleted, 40);
  EXPECT_EQ(fixture_.count(), 60);
}

TEST_F(KindWalkTest, AWalkThatSawFewerThanShopifyCountsDeletesNothingAndIsRed) {
  shop_.add(1, 60);
  walk();
  shop_.unlisted = {10};  // still there, still counted, but on no page
  const auto progress = walk();
  EXPECT_EQ(progress.state, KindState::failed);
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(fixture_.count(), 60);
  EXPECT_NE(progress.error.find("59 of 60"), std::string::npos) << progress.error;
}

TEST_F(KindWalkTest, AFirstWalkThatMissedSomethingIsNotComplete) {
  shop_.add(1, 60);
  shop_.unlisted = {10};
  walk();
  EXPECT_FALSE(fixture_.status().complete);
}

TEST_F(KindWalkTest, AnotherApiVersionMayAddButNotDelete) {  // rule S10
  shop_.add(1, 60);
  walk();
  shop_.products.erase(5);
  shop_.products[61] = "new";
  shop_.version = "2026-07";
  const auto progress = walk();
  EXPECT_EQ(progress.written, 1);
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_NE(progress.error.find("2026-07"), std::string::npos);
  EXPECT_EQ(fixture_.status().state, "failed");
  EXPECT_EQ(fixture_.count(), 61);
}

TEST_F(KindWalkTest, AListBeyondShopifysCapIsWalkedInWindowsOfIds) {  // rule S1
  shop_.add(1, 25'400);
  const auto progress = walk();
  EXPECT_EQ(progress.state, KindState::done);
  EXPECT_EQ(progress.seen, 25'400);
  EXPECT_EQ(fixture_.count(), 25'400);
  const auto again = walk();  // finds every node known
  EXPECT_EQ(again.state, KindState::done);
  EXPECT_EQ(again.unchanged, 25'400);
}

TEST_F(KindWalkTest, APageTooDearIsHalvedUntilItFits) {
  shop_.add(1, 100);
  shop_.too_dear_above = 7;
  const auto progress = walk();
  EXPECT_EQ(progress.written, 100);
  EXPECT_GE(shop_.pages, 100u / 7);
}

TEST_F(KindWalkTest, ADocumentChangedBehindTheWalkIsNotSweptThoughThePagesMissedIt) {
  shop_.add(1, 60);
  walk();
  // Created during the walk at an id the walk has passed, and stored by a later fetch: newer than the pass's start.
  shop_.products.erase(2);
  bool done = false;
  shop_.before_page = [&] {
    if (std::exchange(done, true)) return;
    const auto stamp = fixture_.store().fetch_clock().begin();
    storage::Batch batch;
    batch.documents.push_back(*to_document(model::Kind::products, R"({"id":"gid://shopify/Product/2","title":"again"})",
                                           stamp.time(), model::Source::webhook, "2026-10"));
    ASSERT_TRUE(fixture_.store().apply(batch));
  };
  const auto progress = walk();
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(fixture_.count(), 60);
}

TEST_F(KindWalkTest, AResumedWalkGoesOnAtItsCursorAndStillKnowsWhatItSaw) {  // rule S3
  shop_.add(1, 200);
  walk();
  shop_.products.erase(1);
  shop_.pages = 0;
  auto job = fixture_.new_job();
  {
    KindWalk broken_off({.store = fixture_.store(), .job = job, .options = fixture_.options}, model::Kind::products);
    for (int steps = 0; steps < 3; ++steps) ASSERT_TRUE(broken_off.step(shop_));  // count and two pages
  }
  const auto before = shop_.pages;
  job = fixture_.walk(shop_, job);
  EXPECT_EQ(before, 2u);
  EXPECT_EQ(shop_.pages, 17u) << "12 a page: the walk must not begin again";
  EXPECT_EQ(job.kinds.front().seen, 199);
  EXPECT_EQ(job.kinds.front().deleted, 1);
  EXPECT_EQ(fixture_.count(), 199);
}

TEST_F(KindWalkTest, AWalkThatEndedUnsaidSaysSoWhenItIsTakenUpAgain) {  // rule S3
  shop_.add(1, 60);
  const auto job = fixture_.new_job();
  fixture_.walk(shop_, job);  // killed before the job's row was written: it still waits
  auto status = fixture_.status();
  status.state = "syncing";
  ASSERT_TRUE(fixture_.store().set_kind_status(status));
  shop_.pages = 0;
  const auto again = fixture_.walk(shop_, job).kinds.front();
  EXPECT_EQ(again.state, KindState::done);
  EXPECT_EQ(again.seen, 60);
  EXPECT_EQ(shop_.pages, 0u);
  EXPECT_EQ(fixture_.status().state, "current");
}

TEST_F(KindWalkTest, AConfirmedSweepIsNotDoneBeforeItsLastBatch) {
  shop_.add(1, 1500);
  walk();
  for (int id = 1; id <= 1200; ++id) shop_.products.erase(id);
  auto job = fixture_.walk(shop_, fixture_.new_job());
  ASSERT_EQ(job.kinds.front().would_delete, 1200);
  job.confirmed[model::Kind::products] = 1200;
  KindWalk confirmed({.store = fixture_.store(), .job = job, .options = fixture_.options}, model::Kind::products);
  for (bool done = false; !done;) {
    const auto step = confirmed.step(shop_);
    ASSERT_TRUE(step) << step.error().what;
    done = *step;
    EXPECT_EQ(job.kinds.front().state == KindState::done, done);
  }
  EXPECT_EQ(fixture_.count(), 300);
}

TEST_F(KindWalkTest, AnIncrementalPassDeletesNothing) {
  shop_.add(1, 60);
  walk();
  shop_.products.erase(5);
  const auto progress = walk("incremental");
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(fixture_.count(), 60);
  EXPECT_EQ(fixture_.status().state, "current");
}

TEST(WalkState, SurvivesItsCursor) {
  const WalkState state{.phase = Phase::walk,
                        .after = "a\"b",
                        .first = 7,
                        .id_above = 9007199254740993,
                        .window_seen = 5,
                        .id_last = 6,
                        .since = from_micros(12),
                        .may_delete = false,
                        .proven = false,
                        .withheld = "why"};
  const auto read = from_cursor(to_cursor(state));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_cursor(*read), to_cursor(state));
  EXPECT_EQ(read->id_above, 9007199254740993);
  EXPECT_FALSE(from_cursor("{}"));
  EXPECT_FALSE(from_cursor("junk"));
}

TEST(Draft, IsAssembledFromItsPartsInOrder) {
  const storage::Draft draft{.id = "gid://shopify/Collection/1",
                             .body = R"({"id":"gid://shopify/Collection/1","metafields":[],"productIds":["a"]})"};
  const auto whole = assemble(draft, {{draft.id, draft.id, "productIds", R"("b","c")"},
                                      {draft.id, draft.id, "productIds", R"("d")"},
                                      {draft.id, draft.id, "metafields", "{}"}});
  ASSERT_TRUE(whole);
  EXPECT_EQ(*whole, R"({"id":"gid://shopify/Collection/1","metafields":[{}],"productIds":["a","b","c","d"]})");
}

}  // namespace
}  // namespace stoa::sync
