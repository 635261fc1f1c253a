// Contract: the guard of writes (rules P2..P5), tombstones, versions, atomicity.
#include "model/theme/file_document.h"
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DocumentContract : public StorageContract {};
INSTANTIATE_TEST_SUITE_P(Engine, DocumentContract, ::testing::ValuesIn(engines_under_test()), engine_name);

TEST_P(DocumentContract, WhatIsAppliedIsReadBackWithItsMeta) {
  auto sent = product(1, 5);
  sent.source = model::Source::bulk;
  EXPECT_EQ(apply({sent}).inserted, 1);
  const auto stored = get(1);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->id, sent.id);
  EXPECT_EQ(stored->body, sent.body);
  EXPECT_EQ(stored->hash, sent.hash);
  EXPECT_EQ(stored->fetched_at, at(5));
  EXPECT_EQ(stored->source, model::Source::bulk);
  EXPECT_EQ(stored->api_version, "2026-10");
  EXPECT_EQ(stored->ver, version());
  EXPECT_FALSE(get(2));
}

TEST_P(DocumentContract, BodiesKeepEveryByte) {
  const std::vector<std::string> bodies = {
      R"({"a":"25","b":"25.00","c":1.0,"d":1e3,"e":9007199254740993})",
      R"({"html":"<script>alert('x')</script>","n":null,"e":"","l":[],"$set":{"$x":1},"a.b":2})",
      "{\"emoji\":\"\xf0\x9f\x91\x95\",\"nbsp\":\"a\xc2\xa0"
      "b\",\"zero\":\"\\u0000\",\"bs\":\"\\\\\"}",
      std::string(R"({"id":"gid://shopify/Product/9223372036854775807"})")};
  for (std::size_t i = 0; i < bodies.size(); ++i)
    apply({document(Kind::products, gid(static_cast<std::int64_t>(i)), at(1), bodies[i])});
  for (std::size_t i = 0; i < bodies.size(); ++i) EXPECT_EQ(body(static_cast<std::int64_t>(i)), bodies[i]);
}

// A theme's files are documents beside it, with whatever members people wrote.
TEST_P(DocumentContract, ThemeFilesComeBackByteForByteAndAreToldFromTheirTheme) {
  const std::string theme = "gid://shopify/OnlineStoreTheme/1";
  const auto put = [&](const std::string& body) {
    auto made = must(model::make_document(Kind::themes, body));
    made.fetched_at = at(1);
    apply({made});
    return made.id;
  };
  const auto whole = fmt::format(
      R"({{"id":"{}","role":"MAIN","settings":{{"":1,"a.b":2,"$x":{{"$y":[]}},"width":1200.0,"opacity":0.40}},"files":[{{"filename":"a","updatedAt":"2026-01-02T03:04:05Z"}},{{"filename":"b","updatedAt":null}}]}})",
      theme);
  EXPECT_EQ(put(whole), theme);
  std::vector<std::string> files;
  for (
      const auto& [name, content] : std::vector<std::pair<std::string, std::string>>{
          {"templates/index.json",
           R"({"role":"MAIN","_id":1,"_m":{"hash":2},"_x":[],"$set":3,"updatedAt":4,"sections":{"a.b":{"type":"x","settings":{"$n":1e3}}},"order":["a.b"]})"},
          {"templates/broken.json", "no JSON"},
          {"locales/fr.json", "{\"a\":{\"updatedAt\":\"2026-01-02T03:04:05Z\",\"\":\"\\u0000\"}}"}})
    files.push_back(model::theme::file_document(
        {.theme_id = theme, .filename = name, .checksum_md5 = "c", .updated_at = "2026-01-02T03:04:05Z"}, content));
  for (const auto& body : files) {
    const auto id = put(body);
    EXPECT_EQ(must(store().get(Kind::themes, id))->body, body);
  }
  EXPECT_EQ(must(store().get(Kind::themes, theme))->body, whole);
  Query query{.kind = Kind::themes};
  query.all = {{.field = "role", .values = {"MAIN"}}, {.field = "themeId", .op = Condition::Op::is_null}};
  const auto themes = must(store().query(query)).documents;
  ASSERT_EQ(themes.size(), 1u) << "a file that says so is no main theme";
  EXPECT_EQ(themes.front().id, theme);
  query.all = {{.field = "themeId", .values = {theme}}};
  EXPECT_EQ(must(store().query(query)).documents.size(), files.size());
}

TEST_P(DocumentContract, IdsBeyondDoublePrecisionStayApart) {
  const std::int64_t big = 9'007'199'254'740'992;
  apply({product(big, 1, "a"), product(big + 1, 1, "b"), product(INT64_MAX, 1, "c")});
  EXPECT_EQ(text(big), "a");
  EXPECT_EQ(text(big + 1), "b");
  EXPECT_EQ(text(INT64_MAX), "c");
}

TEST_P(DocumentContract, KindsAreApart) {
  apply({product(1, 1, "p"), document(Kind::collections, gid(1), at(1), R"({"text":"c"})")});
  EXPECT_EQ(text_of(*must(store().get(Kind::collections, gid(1)))), "c");
  EXPECT_EQ(text(1), "p");
  EXPECT_EQ(must(store().erase(Kind::collections, std::vector{gid(1)}, at(2), std::nullopt)), 1);
  EXPECT_EQ(text(1), "p");
}

TEST_P(DocumentContract, GetManyAnswersInTheOrderAsked) {
  apply({product(1, 1, "1"), product(2, 1, "2"), product(3, 1, "3")});
  std::vector<std::string> texts;
  for (const auto& one : must(store().get_many(Kind::products, std::vector{gid(3), gid(9), gid(1), gid(2)})))
    texts.push_back(text_of(one));
  EXPECT_THAT(texts, ElementsAre("3", "1", "2"));
}

// ---- raw hashes: documents that need not be decoded

model::Document with_raw(model::Document document, unsigned char raw) {
  document.raw = Hash{raw};
  return document;
}
model::Document without_body(std::int64_t number, Time fetched_at, unsigned char raw) {
  return {.kind = Kind::products, .id = gid(number), .raw = Hash{raw}, .fetched_at = fetched_at};
}

TEST_P(DocumentContract, RawHashesAreToldInTheOrderAsked) {
  apply({with_raw(product(1, 1, "a"), 1), product(2, 1, "b"), with_raw(product(3, 1, "c"), 3)});
  const auto told =
      must(store().raw_hashes(Kind::products, std::vector{gid(3), gid(9), gid(2), std::string(), gid(1)}));
  EXPECT_THAT(told, ElementsAre(Hash{3}, std::nullopt, std::nullopt, std::nullopt, Hash{1}));
  EXPECT_THAT(must(store().raw_hashes(Kind::collections, std::vector{gid(1)})), ElementsAre(std::nullopt));
  apply({with_raw(product(1, 2, "A"), 4), product(3, 2, "C")});
  EXPECT_THAT(must(store().raw_hashes(Kind::products, std::vector{gid(1), gid(3)})),
              ElementsAre(Hash{4}, std::nullopt));
}

TEST_P(DocumentContract, ADocumentWithoutABodyStandsForTheStoredOne) {
  must(store().version());  // opens the store
  auto first = with_raw(product(1, 0, "a"), 1);
  first.fetched_at = store().fetch_clock().begin().time();
  apply({first});
  const auto version_before = version();
  {
    const auto slow = store().fetch_clock().begin();
    const auto fast = store().fetch_clock().begin();
    const auto applied = apply({without_body(1, fast.time(), 1)});
    EXPECT_EQ(applied.unchanged, 1);
    EXPECT_EQ(applied.inserted + applied.replaced + applied.stale, 0);
    auto late = product(1, 0, "stale");
    late.fetched_at = slow.time();
    EXPECT_EQ(apply({late}).stale, 1) << "it guards as a fetch found equal does";
  }
  EXPECT_EQ(apply({without_body(1, first.fetched_at - std::chrono::seconds(1), 7)}).stale, 1)
      << "an older fetch, whatever it brought";
  EXPECT_EQ(text(1), "a");
  EXPECT_EQ(version(), version_before);
}

TEST_P(DocumentContract, ADocumentWithoutABodyThatChangedMeanwhileIsAConflictAndNothingIsStored) {
  apply({with_raw(product(1, 1, "a"), 1), product(2, 1, "b"), with_raw(product(3, 1, "c"), 3)});
  must(store().erase(Kind::products, std::vector{gid(3)}, at(2), std::nullopt));
  auto unknown = without_body(1, at(5), 1);
  unknown.raw.reset();
  for (const auto& wrong : {without_body(1, at(5), 9), without_body(2, at(5), 0), without_body(3, at(5), 3),
                            without_body(4, at(5), 0), unknown}) {
    const auto applied = store().apply({.documents = {product(5, 5, "new"), wrong}});
    ASSERT_FALSE(applied) << wrong.id;
    EXPECT_EQ(applied.error().code, Code::conflict) << applied.error().what;
    EXPECT_EQ(applied.error().reason, "document-changed");
    EXPECT_FALSE(get(5)) << wrong.id;
  }
}

// ---- P3

TEST_P(DocumentContract, AnOlderFetchNeverOverwritesANewerOne) {
  apply({product(1, 10, "new")});
  const auto applied = apply({product(1, 9, "old")});
  EXPECT_EQ(applied.stale, 1);
  EXPECT_EQ(applied.replaced, 0);
  EXPECT_EQ(text(1), "new");
}

TEST_P(DocumentContract, ALaterOrEquallyOldFetchOverwrites) {
  apply({product(1, 10, "a")});
  EXPECT_EQ(apply({product(1, 10, "b")}).replaced, 1);
  EXPECT_EQ(text(1), "b");
  EXPECT_EQ(apply({product(1, 11, "c")}).replaced, 1);
  EXPECT_EQ(text(1), "c");
}

TEST_P(DocumentContract, OneMicrosecondDecides) {
  auto earlier = product(1, 10, "earlier");
  auto later = product(1, 10, "later");
  later.fetched_at += std::chrono::microseconds(1);
  apply({later});
  EXPECT_EQ(apply({earlier}).stale, 1);
  EXPECT_EQ(text(1), "later");
}

TEST_P(DocumentContract, AFetchFoundEqualGuardsAgainstRequestsSentBeforeIt) {
  must(store().version());  // opens the store
  auto slow = std::make_unique<FetchStamp>(store().fetch_clock().begin());
  auto first = product(1, 0, "a");
  first.fetched_at = slow->time() - std::chrono::seconds(1);
  apply({first});
  const auto version_before = version();
  auto equal = first;
  {
    const auto fast = store().fetch_clock().begin();
    equal.fetched_at = fast.time();
    EXPECT_EQ(apply({equal}).unchanged, 1);
  }
  EXPECT_EQ(get(1)->fetched_at, first.fetched_at) << "nothing is written for an equal document";
  auto late = product(1, 0, "stale");
  late.fetched_at = slow->time();
  EXPECT_EQ(apply({late}).stale, 1);
  EXPECT_EQ(must(store().erase(Kind::products, std::vector{gid(1)}, slow->time(), std::nullopt)), 0);
  EXPECT_EQ(text(1), "a");
  EXPECT_EQ(version(), version_before);
  EXPECT_EQ(store().fetch_clock().remembered(), 1);
  slow.reset();
  EXPECT_EQ(store().fetch_clock().remembered(), 0) << "no request sent before it is under way any more";
}

TEST_P(DocumentContract, TheFetchClockGoesOnBehindWhatAnEarlierProcessStored) {
  apply({product(1, 3600, "from a clock that ran ahead")});
  reopen();
  must(store().version());
  EXPECT_GT(store().fetch_clock().begin().time(), at(3600));
}

TEST_P(DocumentContract, ConcurrentFetchesOfOneObjectEndWithTheLatest) {
  store();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 20; ++i) apply({product(1, i * 4 + t, fmt::format("{}", i * 4 + t))});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(text(1), "79");
  EXPECT_EQ(count(), 1);
}

// ---- P2

TEST_P(DocumentContract, TheSameBatchTwiceMovesNothing) {
  apply({product(1, 1, "a"), product(2, 1, "b")});
  const auto before = version();
  const auto stored = get(1);
  const auto again = apply({product(1, 2, "a"), product(2, 2, "b")});
  EXPECT_EQ(again.unchanged, 2);
  EXPECT_EQ(again.inserted + again.replaced, 0);
  EXPECT_EQ(version(), before);
  EXPECT_EQ(get(1)->ver, stored->ver);
  EXPECT_EQ(get(1)->fetched_at, stored->fetched_at);
}

TEST_P(DocumentContract, TheVersionMovesOnceForEachStepThatChangedADocument) {
  const auto made = version();
  apply({product(1, 1, "a"), product(2, 1, "b")});
  EXPECT_EQ(version(), made + 1);
  apply({product(1, 2, "a2"), product(2, 2, "b")});
  EXPECT_EQ(version(), made + 2);
  EXPECT_EQ(get(1)->ver, made + 2);
  EXPECT_EQ(get(2)->ver, made + 1) << "an unchanged document keeps its version";
  apply({product(1, 0, "stale")});
  EXPECT_EQ(version(), made + 2);
  erase({2}, 3);
  EXPECT_EQ(version(), made + 3);
  erase({2}, 4);
  EXPECT_EQ(version(), made + 3) << "nothing went";
  must(store().set_kind_status({.kind = Kind::products, .complete = true, .as_of = at(1), .state = "current"}));
  EXPECT_EQ(version(), made + 3);
}

TEST_P(DocumentContract, VersionAndIncarnationSurviveReopening) {
  apply({product(1, 1, "a")});
  const auto before = must(store().version());
  EXPECT_FALSE(before.incarnation.empty());
  reopen();
  EXPECT_EQ(must(store().version()), before);
}

// ---- P4

TEST_P(DocumentContract, ADeletedDocumentDoesNotComeBackThroughALatePage) {
  apply({product(1, 1, "a")});
  EXPECT_EQ(erase({1}, 5), 1);
  EXPECT_FALSE(get(1));
  EXPECT_EQ(apply({product(1, 4, "late page")}).stale, 1);
  EXPECT_EQ(apply({product(1, 5, "sent at the same moment")}).stale, 1);
  EXPECT_FALSE(get(1));
  EXPECT_EQ(apply({product(1, 6, "really back")}).inserted, 1);
  EXPECT_EQ(text(1), "really back");
  EXPECT_FALSE(must(store().tombstone(gid(1)))) << "what lives has no tombstone";
}

TEST_P(DocumentContract, ATombstoneTellsWhatWentWhen) {
  apply({product(1, 1, "a")});
  clock_.advance(std::chrono::seconds(30));
  erase({1}, 5);
  const auto tombstone = must(store().tombstone(gid(1)));
  ASSERT_TRUE(tombstone);
  EXPECT_EQ(tombstone->kind, Kind::products);
  EXPECT_EQ(tombstone->deleted_at, clock_.wall());
  EXPECT_EQ(tombstone->fetched_at, at(5));
  EXPECT_FALSE(must(store().tombstone(gid(2))));
  must(store().forget_tombstones(clock_.wall()));
  EXPECT_TRUE(must(store().tombstone(gid(1)))) << "not older than the moment given";
  must(store().forget_tombstones(clock_.wall() + std::chrono::seconds(1)));
  EXPECT_FALSE(must(store().tombstone(gid(1))));
}

TEST_P(DocumentContract, AnObjectNeverSeenMayBeDeletedBeforeItsPageArrives) {
  EXPECT_EQ(erase({1}, 5), 0);
  EXPECT_EQ(apply({product(1, 4, "late page")}).stale, 1);
  EXPECT_FALSE(get(1));
  EXPECT_EQ(count(), 0);
}

TEST_P(DocumentContract, AnEarlierAbsenceDoesNotDeleteALaterDocument) {
  apply({product(1, 10, "a")});
  EXPECT_EQ(erase({1}, 9), 0);
  EXPECT_EQ(text(1), "a");
  EXPECT_FALSE(must(store().tombstone(gid(1))));
  EXPECT_EQ(erase({1}, 10), 1);
}

TEST_P(DocumentContract, TombstonesSurviveReopening) {
  apply({product(1, 1, "a")});
  erase({1}, 5);
  reopen();
  EXPECT_EQ(apply({product(1, 5, "late")}).stale, 1);
}

// ---- counts, limits, atomicity

TEST_P(DocumentContract, LivingDocumentsAreCountedForEachKind) {
  apply({product(1, 1), product(2, 1), document(Kind::blogs, gid(1, "Blog"), at(1), "{}")});
  apply({product(2, 2, "changed")});
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(count(Kind::blogs), 1);
  erase({1, 1, 7}, 3);
  EXPECT_EQ(count(), 1);
  reopen();
  EXPECT_EQ(count(), 1);
}

TEST_P(DocumentContract, ADocumentTooLargeFailsAloneAndTheLastGoodOneStays) {
  apply({product(1, 1, "good")});
  const auto applied = apply({product_of(1, 2, (15u << 20) + 1), product(2, 2, "other")});
  ASSERT_EQ(applied.failed.size(), 1u);
  EXPECT_EQ(applied.failed[0].first, gid(1));
  EXPECT_EQ(applied.failed[0].second.reason, "document-too-large");
  EXPECT_EQ(applied.inserted, 1);
  EXPECT_EQ(text(1), "good");
  EXPECT_EQ(apply({product_of(3, 2, 15u << 20)}).inserted, 1);
}

TEST_P(DocumentContract, ADocumentTwiceInOneBatchIsOne) {
  const auto applied = apply({product(1, 1, "a"), product(1, 2, "b"), product(1, 1, "a")});
  EXPECT_EQ(applied.inserted, 1);
  EXPECT_EQ(applied.replaced, 1);
  EXPECT_EQ(applied.stale, 1);
  EXPECT_EQ(text(1), "b");
  EXPECT_EQ(count(), 1);
}

TEST_P(DocumentContract, ReadersSeeAWholeBatchOrNone) {
  store();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 1; i <= 40; ++i) apply({product(1, i, fmt::format("{}", i)), product(2, i, fmt::format("{}", i))});
    stop = true;
  });
  while (!stop) {
    const auto both = must(store().get_many(Kind::products, std::vector{gid(1), gid(2)}));
    if (both.empty()) continue;
    ASSERT_EQ(both.size(), 2u);
    ASSERT_EQ(text_of(both[0]), text_of(both[1]));
  }
  writer.join();
}

TEST_P(DocumentContract, StoresDoNotSeeEachOther) {
  const auto other = create("other", "other.myshopify.com");
  apply({product(1, 1, "mine")});
  EXPECT_FALSE(must(other->get(Kind::products, gid(1))));
  EXPECT_NE(must(other->version()).incarnation, must(store().version()).incarnation);
}

TEST_P(DocumentContract, KindStatusIsKeptAndItsCountIsTheStoresOwn) {
  const auto fresh = must(store().kinds());
  ASSERT_EQ(fresh.size(), model::kKindCount);
  EXPECT_EQ(fresh[0].state, "never");
  EXPECT_FALSE(fresh[0].complete);
  EXPECT_FALSE(fresh[0].as_of);
  apply({product(1, 1)});
  must(store().set_kind_status(
      {.kind = Kind::products, .complete = true, .as_of = at(9), .state = "current", .error = "e", .count = 77}));
  reopen();
  const auto status = must(store().kinds())[0];
  EXPECT_TRUE(status.complete);
  EXPECT_EQ(status.as_of, at(9));
  EXPECT_EQ(status.state, "current");
  EXPECT_EQ(status.error, "e");
  EXPECT_EQ(status.count, 1);
}

}  // namespace
}  // namespace stoa::storage
