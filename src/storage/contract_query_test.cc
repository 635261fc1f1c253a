// Contract: questions to documents. Order, ties, nulls, filters, pages.
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

using model::Kind;
using Op = Condition::Op;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

class QueryContract : public StorageContract {
 protected:
  using Fields = std::vector<std::pair<std::string_view, model::IndexValue>>;
  void put(std::int64_t number, const Fields& fields) {
    auto sent = product(number, 1);
    for (const auto& [field, value] : fields) set(sent, field, value);
    apply({sent});
  }
  // The value of a time field so many seconds after 1970.
  static std::int64_t moment(std::int64_t number) { return number * 1'000'000; }
  // The numbers of all documents in the order of the pages that a walk gets.
  std::vector<std::int64_t> walk(Query query) {
    std::vector<std::int64_t> numbers;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = must(store().query(query));
      EXPECT_LE(page.documents.size(), query.limit);
      for (const auto& one : page.documents) numbers.push_back(must(parse_gid(one.id)).number);
      if (!page.next) return numbers;
      EXPECT_FALSE(page.documents.empty()) << "a page with more behind it has at least one";
      query.after = page.next;
    }
    ADD_FAILURE() << "the walk does not end";
    return numbers;
  }
  std::vector<std::int64_t> where(Condition condition) { return walk({.all = {std::move(condition)}}); }
  Query sorted(std::string field, bool descending, std::size_t limit) {
    return {.sort = {std::move(field), descending}, .limit = limit};
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, QueryContract, ::testing::ValuesIn(engines_under_test()), engine_name);

TEST_P(QueryContract, TheDefaultOrderIsTheIdAsText) {
  for (const auto n : {2, 10, 1, 9}) put(n, {});
  EXPECT_THAT(walk({}), ElementsAre(1, 10, 2, 9));
  EXPECT_THAT(walk({.sort = {"", true}, .limit = 1}), ElementsAre(9, 2, 10, 1));
}

TEST_P(QueryContract, TiesAndNullsKeepTheirOrderOverPagesOfEverySize) {
  put(1, {{"titleFold", "b"}});
  put(2, {{"titleFold", "a"}});
  put(3, {});
  put(4, {{"titleFold", "b"}});
  put(5, {});
  put(6, {{"titleFold", ""}});
  put(7, {{"titleFold", "b"}});
  for (std::size_t limit = 1; limit <= 8; ++limit) {
    EXPECT_THAT(walk(sorted("titleFold", false, limit)), ElementsAre(3, 5, 6, 2, 1, 4, 7)) << limit;
    EXPECT_THAT(walk(sorted("titleFold", true, limit)), ElementsAre(7, 4, 1, 2, 6, 5, 3)) << limit;
  }
}

TEST_P(QueryContract, TextIsOrderedByItsBytes) {
  put(1, {{"titleFold", "z"}});
  put(2, {{"titleFold", "Z"}});
  put(3, {{"titleFold", "\xc3\xa9"}});          // é
  put(4, {{"titleFold", "\xf0\x9f\x91\x95"}});  // beyond the BMP: after every BMP character
  put(5, {{"titleFold", "\xef\xbf\xbd"}});
  put(6, {{"titleFold", "z "}});
  put(7, {{"titleFold", "10"}});
  put(8, {{"titleFold", "9"}});
  EXPECT_THAT(walk(sorted("titleFold", false, 2)), ElementsAre(7, 8, 2, 1, 6, 3, 5, 4));
}

TEST_P(QueryContract, NumbersAreOrderedAsIntegersToTheLastDigit) {
  const std::int64_t big = 9'007'199'254'740'992;
  put(1, {{"priceMin", big + 1}});
  put(2, {{"priceMin", big}});
  put(3, {{"priceMin", std::int64_t{-5}}});
  put(4, {{"priceMin", std::int64_t{10'000'000}}});
  put(5, {{"priceMin", std::int64_t{9'000'000}}});
  EXPECT_THAT(walk(sorted("priceMin", false, 1)), ElementsAre(3, 5, 4, 2, 1));
  EXPECT_THAT(where({.field = "priceMin", .op = Op::greater, .values = {big}}), ElementsAre(1));
}

TEST_P(QueryContract, BooleansAreOrderedFalseFirst) {
  put(1, {{"available", true}});
  put(2, {{"available", false}});
  put(3, {});
  EXPECT_THAT(walk(sorted("available", false, 1)), ElementsAre(3, 2, 1));
  EXPECT_THAT(where({.field = "available", .values = {true}}), ElementsAre(1));
  EXPECT_THAT(where({.field = "available", .op = Op::in, .values = {true, false}}), ElementsAre(1, 2));
}

TEST_P(QueryContract, EveryComparisonSelectsItsSide) {
  for (const std::int64_t n : {1, 2, 3}) put(n, {{"updatedAt", moment(n * 10)}});
  put(4, {});
  const auto select = [&](Op op) { return where({.field = "updatedAt", .op = op, .values = {moment(20)}}); };
  EXPECT_THAT(select(Op::eq), ElementsAre(2));
  EXPECT_THAT(select(Op::less), ElementsAre(1));
  EXPECT_THAT(select(Op::less_equal), ElementsAre(1, 2));
  EXPECT_THAT(select(Op::greater), ElementsAre(3));
  EXPECT_THAT(select(Op::greater_equal), ElementsAre(2, 3));
  EXPECT_THAT(where({.field = "updatedAt", .op = Op::in, .values = {moment(30), moment(10), moment(7)}}),
              ElementsAre(1, 3));
}

TEST_P(QueryContract, ANullSatisfiesNothingButItsOwnTest) {
  put(1, {{"vendor", ""}});
  put(2, {});
  EXPECT_THAT(where({.field = "vendor", .op = Op::is_null}), ElementsAre(2));
  EXPECT_THAT(where({.field = "vendor", .op = Op::not_null}), ElementsAre(1));
  EXPECT_THAT(where({.field = "vendor", .values = {""}}), ElementsAre(1));
  EXPECT_THAT(where({.field = "vendor", .values = {model::IndexValue()}}), IsEmpty());
  EXPECT_THAT(where({.field = "vendor", .op = Op::in, .values = {model::IndexValue(), ""}}), ElementsAre(1));
  EXPECT_THAT(where({.field = "vendor", .op = Op::less, .values = {"z"}}), ElementsAre(1));
}

TEST_P(QueryContract, TextIsMatchedExactly) {
  put(1, {{"handle", "tee"}});
  put(2, {{"handle", "Tee"}});
  put(3, {{"handle", "tee "}});
  put(4, {{"handle", "a\"b'c\\d\n\xf0\x9f\x91\x95"}});
  EXPECT_THAT(where({.field = "handle", .values = {"tee"}}), ElementsAre(1));
  EXPECT_THAT(where({.field = "handle", .op = Op::in, .values = {"a\"b'c\\d\n\xf0\x9f\x91\x95", "Tee", "x"}}),
              ElementsAre(2, 4));
  EXPECT_THAT(where({.field = "handle", .values = {"' OR 1=1 --"}}), IsEmpty());
}

TEST_P(QueryContract, HasFindsOneOfSeveralTexts) {
  using Texts = std::vector<std::string>;
  put(1, {{"tags", Texts{"red", "sale", "red"}}});
  put(2, {{"tags", Texts{"Red"}}});
  put(3, {{"tags", Texts{"sale"}}});
  put(4, {{"tags", Texts{}}});
  EXPECT_THAT(where({.field = "tags", .op = Op::has, .values = {"red"}}), ElementsAre(1));
  EXPECT_THAT(where({.field = "tags", .op = Op::has, .values = {"sale"}}), ElementsAre(1, 3));
  const Condition red{.field = "tags", .op = Op::has, .values = {"red"}};
  const Condition sale{.field = "tags", .op = Op::has, .values = {"sale"}};
  EXPECT_THAT(walk({.all = {red, sale}, .limit = 1}), ElementsAre(1));
}

TEST_P(QueryContract, ChangedAndDeletedTextsAreForgotten) {
  using Texts = std::vector<std::string>;
  const auto tagged = [&](std::int64_t fetched, const Texts& tags) {
    auto sent = product(1, fetched, fmt::format("{}", fetched));
    set(sent, "tags", tags);
    apply({sent});
  };
  const auto has = [&](const char* tag) { return where({.field = "tags", .op = Op::has, .values = {tag}}); };
  tagged(1, {"a", "b"});
  tagged(2, {"b", "c"});
  EXPECT_THAT(has("a"), IsEmpty());
  EXPECT_THAT(has("b"), ElementsAre(1));
  EXPECT_THAT(has("c"), ElementsAre(1));
  erase({1}, 3);
  EXPECT_THAT(has("b"), IsEmpty());
  tagged(4, {"d"});
  EXPECT_THAT(has("c"), IsEmpty());
  EXPECT_THAT(has("d"), ElementsAre(1));
}

TEST_P(QueryContract, ConditionsAreJoinedByAnd) {
  put(1, {{"vendor", "x"}, {"status", "ACTIVE"}});
  put(2, {{"vendor", "x"}, {"status", "DRAFT"}});
  put(3, {{"vendor", "y"}, {"status", "ACTIVE"}});
  EXPECT_THAT(walk({.all = {{.field = "vendor", .values = {"x"}}, {.field = "status", .values = {"ACTIVE"}}}}),
              ElementsAre(1));
}

TEST_P(QueryContract, AFilterAndASortTogetherPageWithoutGaps) {
  std::vector<std::int64_t> wanted;
  for (std::int64_t n = 100; n < 130; ++n) {
    put(n, {{"vendor", n % 3 == 0 ? "x" : "y"}, {"updatedAt", moment(n / 7)}});
    if (n % 3 == 0) wanted.push_back(n);
  }
  for (std::size_t limit : {1, 4, 50}) {
    auto query = sorted("updatedAt", false, limit);
    query.all = {{.field = "vendor", .values = {"x"}}};
    EXPECT_THAT(walk(query), ElementsAreArray(wanted)) << limit;
  }
}

TEST_P(QueryContract, IdsRestrictAndDoNotOrder) {
  for (const auto n : {1, 2, 3, 4}) put(n, {{"titleFold", fmt::format("{}", 9 - n)}});
  Query query{.ids = std::vector{gid(3), gid(77), gid(1), gid(3)}};
  EXPECT_THAT(walk(query), ElementsAre(1, 3));
  query.sort = {"titleFold", false};
  query.limit = 1;
  EXPECT_THAT(walk(query), ElementsAre(3, 1));
  EXPECT_THAT(walk({.ids = std::vector<std::string>{}}), IsEmpty()) << "no ids select nothing, unlike no list";
}

TEST_P(QueryContract, APageEndsBeforeItGrowsPastItsBytes) {
  for (const auto n : {1, 2, 3, 4}) apply({product_of(n, 1, n == 3 ? 5000 : 100)});
  Query query{.bytes_max = 250};
  auto page = must(store().query(query));
  EXPECT_EQ(page.documents.size(), 2u);
  ASSERT_TRUE(page.next);
  query.after = page.next;
  page = must(store().query(query));
  EXPECT_EQ(page.documents.size(), 1u) << "never before one document, however large";
  EXPECT_THAT(walk(query), ElementsAre(3, 4));
}

TEST_P(QueryContract, NextIsSetOnlyWhenThereIsMore) {
  for (const auto n : {1, 2, 3, 4}) put(n, {});
  EXPECT_FALSE(must(store().query({.limit = 4})).next);
  EXPECT_TRUE(must(store().query({.limit = 3})).next);
  EXPECT_FALSE(must(store().query({.kind = Kind::blogs})).next);
}

TEST_P(QueryContract, APageGoesOnWhereItsLastDocumentWasThoughThatIsGone) {
  for (const auto n : {1, 2, 3, 4}) put(n, {{"updatedAt", moment(5)}});
  auto query = sorted("updatedAt", false, 2);
  query.after = must(store().query(query)).next;
  erase({2}, 9);
  put(15, {{"updatedAt", moment(5)}});  // sorts before what was answered: not shown
  EXPECT_THAT(walk(query), ElementsAre(3, 4));
}

TEST_P(QueryContract, WrongQuestionsAreRefused) {
  const auto ask = [&](Condition condition) { return refusal(store().query({.all = {std::move(condition)}})); };
  EXPECT_EQ(ask({.field = "nope", .values = {"x"}}), "invalid/");
  EXPECT_EQ(ask({.field = "body", .values = {"x"}}), "invalid/");
  EXPECT_EQ(ask({.field = "tags", .values = {"x"}}), "invalid/");
  EXPECT_EQ(ask({.field = "vendor", .op = Op::has, .values = {"x"}}), "invalid/");
  EXPECT_EQ(ask({.field = "vendor"}), "invalid/");
  EXPECT_EQ(ask({.field = "vendor", .values = {"x", "y"}}), "invalid/");
  EXPECT_EQ(ask({.field = "vendor", .op = Op::is_null, .values = {"x"}}), "invalid/");
  EXPECT_EQ(refusal(store().query({.sort = {"nope"}})), "invalid/");
  EXPECT_EQ(refusal(store().query({.sort = {"tags"}})), "invalid/");
  EXPECT_EQ(refusal(store().query({.limit = 0})), "invalid/");
}

TEST_P(QueryContract, TheBoundariesOfATimeFieldStandAroundNow) {
  put(1, {{"publishedAt", micros(at(10))}});
  put(2, {{"publishedAt", micros(at(20))}});
  put(3, {{"publishedAt", micros(at(30))}});
  put(4, {});
  const auto around = [&](std::int64_t now) { return must(store().boundary(Kind::products, "publishedAt", at(now))); };
  EXPECT_EQ(around(20).last, at(20));
  EXPECT_EQ(around(20).next, at(30));
  EXPECT_EQ(around(5).last, std::nullopt);
  EXPECT_EQ(around(5).next, at(10));
  EXPECT_EQ(around(99).next, std::nullopt);
  EXPECT_EQ(refusal(store().boundary(Kind::products, "vendor", at(0))), "invalid/");
}

}  // namespace
}  // namespace stoa::storage
