// Contract: passes (rules S1..S3), drafts, webhook events.
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SyncContract : public StorageContract {
 protected:
  Pass a_pass(const std::string& job = "job_1", std::int64_t started = 100) {
    Pass pass{.job = job};
    pass.progress.state = KindState::fetching;
    pass.started = at(started);
    return pass;
  }
  Applied step(const Pass& pass, std::vector<model::Document> documents, std::vector<std::string> seen = {}) {
    Batch batch;
    batch.documents = std::move(documents);
    batch.seen = std::move(seen);
    batch.pass = pass;
    return must(store().apply(batch));
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, SyncContract, ::testing::ValuesIn(engines_under_test()), engine_name);

TEST_P(SyncContract, APassIsSavedWithWhatItStoredAndSurvivesReopening) {
  auto pass = a_pass();
  pass.cursor = "after-page-1";
  pass.progress.total = 9;
  step(pass, {product(1, 101), product(2, 101)});
  pass.cursor = "after-page-2";
  pass.progress.error = "e";
  pass.progress.seen = 999;  // counts come from the database
  const auto applied = step(pass, {product(1, 102), product(3, 102)});
  reopen();
  const auto saved = must(store().pass("job_1", Kind::products));
  ASSERT_TRUE(saved);
  ASSERT_TRUE(applied.pass);
  for (const auto* one : {&*saved, &*applied.pass}) {
    EXPECT_EQ(one->cursor, "after-page-2");
    EXPECT_EQ(one->started, at(100));
    EXPECT_EQ(one->progress.state, KindState::fetching);
    EXPECT_EQ(one->progress.total, 9);
    EXPECT_EQ(one->progress.error, "e");
    EXPECT_EQ(one->progress.seen, 4);
    EXPECT_EQ(one->progress.written, 3);
    EXPECT_EQ(one->progress.unchanged, 1);
    EXPECT_EQ(one->progress.failed, 0);
  }
  EXPECT_FALSE(must(store().pass("job_1", Kind::blogs)));
  EXPECT_FALSE(must(store().pass("job_2", Kind::products)));
}

TEST_P(SyncContract, StaleAndFailedDocumentsAreCountedAndSeen) {
  apply({product(1, 200, "newer"), product(2, 1, "good")});
  auto pass = a_pass();
  Batch batch{.documents = {product(1, 101, "older"), product_of(2, 101, (15u << 20) + 1)}};
  batch.failed = 2;
  batch.seen = {gid(8), gid(9)};
  batch.pass = pass;
  const auto progress = must(store().apply(batch)).pass->progress;
  EXPECT_EQ(progress.unchanged, 1);
  EXPECT_EQ(progress.failed, 3);
  EXPECT_EQ(progress.written, 0);
  EXPECT_EQ(progress.seen, 4);
  EXPECT_EQ(must(store().count_unseen(pass)).unseen, 0);
}

TEST_P(SyncContract, UnseenIsWhatThePassDidNotSeeAndWasFetchedBeforeItStarted) {
  apply({product(1, 1), product(2, 1), product(3, 1), product(4, 1)});
  apply({product(5, 150)});  // a webhook's, after the pass started
  apply({document(Kind::blogs, gid(1, "Blog"), at(1), "{}")});
  const auto pass = a_pass();
  step(pass, {product(1, 101)}, {gid(2)});
  reopen();
  const auto unseen = must(store().count_unseen(pass));
  EXPECT_EQ(unseen.stored, 5);
  EXPECT_EQ(unseen.unseen, 2);
  EXPECT_THAT(must(store().list_unseen(pass, 10)), UnorderedElementsAre(gid(3), gid(4)));
  EXPECT_EQ(must(store().list_unseen(pass, 1)).size(), 1u);
  EXPECT_THAT(must(store().list_unseen(pass, 0)), IsEmpty());
}

TEST_P(SyncContract, ADocumentFetchedAtTheStartOfThePassIsSpared) {
  apply({product(1, 100), product(2, 99)});
  EXPECT_THAT(must(store().list_unseen(a_pass(), 10)), ElementsAre(gid(2)));
}

TEST_P(SyncContract, AFetchFoundEqualAfterThePassStartedSparesItsDocument) {
  apply({product(1, -9), product(2, -9)});
  const auto start = store().fetch_clock().begin();
  auto pass = a_pass();
  pass.started = start.time();
  {
    const auto later = store().fetch_clock().begin();
    auto equal = product(1, 0);
    equal.fetched_at = later.time();
    EXPECT_EQ(apply({equal}).unchanged, 1);
  }
  EXPECT_EQ(must(store().count_unseen(pass)).unseen, 1);
  EXPECT_THAT(must(store().list_unseen(pass, 10)), ElementsAre(gid(2)));
}

TEST_P(SyncContract, PassesOfOtherJobsAndKindsSeeForThemselves) {
  apply({product(1, 1)});
  step(a_pass("job_1"), {}, {gid(1)});
  EXPECT_EQ(must(store().count_unseen(a_pass("job_1"))).unseen, 0);
  EXPECT_EQ(must(store().count_unseen(a_pass("job_2"))).unseen, 1);
}

TEST_P(SyncContract, ASweepCountsInItsPassAndKeepsTheGuard) {
  apply({product(1, 1), product(2, 1), product(3, 150)});
  auto pass = a_pass();
  step(pass, {}, {gid(1)});
  pass.progress.state = KindState::done;
  const auto erased = store().erase(Kind::products, std::vector{gid(2), gid(3)}, pass.started, pass);
  EXPECT_EQ(must(erased), 1);
  EXPECT_FALSE(get(2));
  EXPECT_TRUE(get(3));
  const auto saved = must(store().pass("job_1", Kind::products));
  EXPECT_EQ(saved->progress.deleted, 1);
  EXPECT_EQ(saved->progress.state, KindState::done);
  EXPECT_EQ(saved->progress.seen, 0);
}

TEST_P(SyncContract, EndedPassesAreForgottenOthersStay) {
  apply({product(1, 1)});
  step(a_pass("job_1"), {}, {gid(1)});
  step(a_pass("job_2"), {}, {gid(1)});
  must(store().end_passes("job_1"));
  EXPECT_FALSE(must(store().pass("job_1", Kind::products)));
  EXPECT_EQ(must(store().count_unseen(a_pass("job_1"))).unseen, 1);
  EXPECT_EQ(must(store().count_unseen(a_pass("job_2"))).unseen, 0);
  must(store().end_passes("job_1"));
}

TEST_P(SyncContract, ARefusedStepStoresNothingOfItself) {
  Batch batch{.documents = {product(1, 1)}};
  batch.drafts = {{.id = gid(2), .body = "{}", .fetched_at = at(1), .open = "o"}};
  const auto before = version();
  EXPECT_EQ(refusal(store().apply(batch)), "bug/") << "drafts without a pass";
  EXPECT_FALSE(get(1));
  EXPECT_EQ(version(), before);
}

// ---- drafts

TEST_P(SyncContract, DraftsAndTheirPartsSurviveReopeningInOrder) {
  const auto pass = a_pass();
  Batch batch;
  batch.pass = pass;
  batch.drafts = {{.id = gid(2), .body = "{\"id\":2}", .fetched_at = at(101), .open = "variants@x"},
                  {.id = gid(1), .body = "{\"id\":1}", .fetched_at = at(101), .open = "media@y"}};
  batch.parts = {{.id = gid(2), .owner = gid(2), .list = "variants", .items = "{\"a\":1},{\"a\":2}"}};
  must(store().apply(batch));
  Batch more;
  more.pass = pass;
  more.parts = {{.id = gid(2), .owner = gid(7, "ProductVariant"), .list = "media", .items = "{\"b\":1}"}};
  more.draft_open = {{gid(2), "media@z"}};
  must(store().apply(more));
  reopen();
  const auto draft = must(store().next_draft(pass));
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->id, gid(2)) << "in the order stored";
  EXPECT_EQ(draft->body, "{\"id\":2}");
  EXPECT_EQ(draft->fetched_at, at(101));
  EXPECT_EQ(draft->open, "media@z");
  const auto parts = must(store().draft_parts(pass, gid(2)));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].list, "variants");
  EXPECT_EQ(parts[0].items, "{\"a\":1},{\"a\":2}");
  EXPECT_EQ(parts[1].owner, gid(7, "ProductVariant"));
  EXPECT_THAT(must(store().draft_parts(pass, gid(1))), IsEmpty());
}

TEST_P(SyncContract, AFinishedDraftGoesInTheStepThatStoresItsDocument) {
  const auto pass = a_pass();
  Batch batch;
  batch.pass = pass;
  batch.drafts = {{.id = gid(1), .body = "{}", .fetched_at = at(101), .open = "o"},
                  {.id = gid(2), .body = "{}", .fetched_at = at(101), .open = "o"}};
  batch.parts = {{.id = gid(1), .owner = gid(1), .list = "variants", .items = "1"}};
  must(store().apply(batch));
  Batch done{.documents = {product(1, 101, "whole")}};
  done.pass = pass;
  done.drafts_done = {gid(1)};
  must(store().apply(done));
  EXPECT_EQ(must(store().next_draft(pass))->id, gid(2));
  EXPECT_THAT(must(store().draft_parts(pass, gid(1))), IsEmpty());
  EXPECT_EQ(text(1), "whole");
  must(store().end_passes("job_1"));
  EXPECT_FALSE(must(store().next_draft(pass)));
}

TEST_P(SyncContract, ADraftMetAgainBeginsAnew) {
  const auto pass = a_pass();
  Batch batch;
  batch.pass = pass;
  batch.drafts = {{.id = gid(1), .body = R"({"a":"old"})", .fetched_at = at(101), .open = "o"}};
  batch.parts = {{.id = gid(1), .owner = gid(1), .list = "variants", .items = "1"}};
  must(store().apply(batch));
  batch.drafts[0].body = R"({"a":"new"})";
  batch.parts.clear();
  must(store().apply(batch));
  EXPECT_EQ(must(store().next_draft(pass))->body, R"({"a":"new"})");
  EXPECT_THAT(must(store().draft_parts(pass, gid(1))), IsEmpty());
}

// ---- events

Event an_event(const std::string& id, Time received) {
  Event event{.id = id, .topic = "products/update", .object = gid(1), .received_at = received};
  event.headers = {{"x-shopify-topic", "products/update"}};
  event.body = "{\"id\":1,\"raw\": \"\xc2\xa0\"}";
  return event;
}

TEST_P(SyncContract, AnEventIsStoredOnceAndReadBackWhole) {
  auto event = an_event("e1", at(1));
  event.triggered_at = at(0);
  EXPECT_TRUE(must(store().append_event(event)));
  auto again = event;
  again.body = "other";
  EXPECT_FALSE(must(store().append_event(again)));
  reopen();
  EXPECT_FALSE(must(store().append_event(again))) << "a duplicate after a restart, too";
  const auto stored = must(store().event("e1"));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->body, event.body);
  EXPECT_EQ(stored->headers, event.headers);
  EXPECT_EQ(stored->topic, event.topic);
  EXPECT_EQ(stored->object, event.object);
  EXPECT_EQ(stored->state, "received");
  EXPECT_EQ(stored->received_at, at(1));
  EXPECT_EQ(stored->triggered_at, at(0));
  EXPECT_EQ(stored->attempts, 0);
  EXPECT_FALSE(must(store().event("e2")));
}

TEST_P(SyncContract, EventsAreListedNewestFirstWithTiesById) {
  for (const auto& [id, seconds] :
       std::vector<std::pair<std::string, int>>{{"b", 1}, {"a", 1}, {"c", 1}, {"d", 2}, {"e", 0}})
    must(store().append_event(an_event(id, at(seconds))));
  std::string order;
  EventQuery query{.limit = 2};
  for (;;) {
    const auto page = must(store().events(query));
    if (page.empty()) break;
    for (const auto& event : page) order += event.id;
    query.after = {page.back().received_at, page.back().id};
  }
  EXPECT_EQ(order, "dcbae");
}

TEST_P(SyncContract, EventsAreSelectedByStateTopicAndObject) {
  auto one = an_event("1", at(1)), two = an_event("2", at(2)), three = an_event("3", at(3));
  two.topic = "app/uninstalled";
  three.object = gid(3);
  for (const auto& event : {one, two, three}) must(store().append_event(event));
  one.state = "failed", one.attempts = 3, one.error = "why";
  must(store().update_event(one));
  const auto ids = [&](const EventQuery& query) {
    std::string out;
    for (const auto& event : must(store().events(query))) out += event.id;
    return out;
  };
  EXPECT_EQ(ids({.state = "received"}), "32");
  EXPECT_EQ(ids({.state = "failed"}), "1");
  EXPECT_EQ(ids({.topic = "app/uninstalled"}), "2");
  EXPECT_EQ(ids({.object = gid(3)}), "3");
  EXPECT_EQ(ids({.state = "received", .topic = "products/update", .object = gid(1)}), "");
  EXPECT_EQ(must(store().event("1"))->attempts, 3);
  EXPECT_EQ(must(store().event("1"))->error, "why");
  EXPECT_EQ(must(store().event("1"))->body, one.body);
  EXPECT_EQ(refusal(store().update_event(an_event("9", at(0)))), "not-found/");
  must(store().forget_events(at(3)));
  EXPECT_EQ(ids({}), "3");
}

TEST_P(SyncContract, OneOfManyDeliveriesOfAnEventIsTheFirst) {
  store();
  std::atomic<int> added = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        added += must(store().append_event(an_event(fmt::format("same-{}", i), at(1))));
        must(store().append_event(an_event(fmt::format("own-{}-{}", t, i), at(1))));
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(added, 10);
  EXPECT_EQ(must(store().events({.limit = 1000})).size(), 90u);
}

}  // namespace
}  // namespace stoa::storage
