// How SQLite answers what is asked: pages from one index, no scan, no value in a text.
#include "storage/contract_test.h"
#include "storage/embedded/query_sql.h"
#include "storage/embedded/schema.h"

namespace stoa::storage {
namespace {

using model::Kind;

class PlanTest : public ::testing::Test {
 protected:
  PlanTest() : db_(make()) {}
  // How SQLite would answer: one line for each step.
  std::string plan(const Query& query) {
    std::string text;
    for (const auto& compiled : must(embedded::compile(query))) {
      auto rows = db_.query("EXPLAIN QUERY PLAN " + compiled.sql);
      while (must(rows.next())) text += rows.string(3) + "\n";
    }
    return text;
  }
  testing::TempDir dir_;
  embedded::Connection db_;

 private:
  embedded::Connection make() {
    const auto path = dir_.path() / "store.sqlite";
    must(embedded::make_file(path, *embedded::store_image(), "taken"));
    auto db = must(embedded::Connection::open(path, embedded::Connection::Mode::writer));
    for (const auto kind : model::further_kinds()) must(db.exec(embedded::kind_ddl(kind)));
    return db;
  }
};

TEST_F(PlanTest, EveryDocumentedSortReadsItsPageFromOneIndex) {
  const std::vector<std::pair<Kind, std::vector<std::string>>> sorts = {
      {Kind::products, {"", "titleFold", "createdAt", "updatedAt", "publishedAt", "priceMin", "vendorFold"}},
      {Kind::collections, {"", "titleFold", "updatedAt"}},
      {Kind::articles, {"", "publishedAt"}},
      {Kind::blogs, {"", "titleFold"}},
      {Kind::pages, {"", "titleFold", "updatedAt"}},
      {Kind::menus, {"", "titleFold"}},
      {Kind::metaobjects, {"", "updatedAt"}}};
  const std::vector<std::optional<Position>> positions = {std::nullopt, Position{std::int64_t{5}, "x"},
                                                          Position{{}, "x"}};
  for (const auto& [kind, fields] : sorts)
    for (const auto& field : fields)
      for (const bool descending : {false, true})
        for (const auto& after : positions) {
          Query query{.kind = kind, .sort = {field, descending}, .after = after};
          if (kind == Kind::products) query.all = {{.field = "status", .values = {"ACTIVE"}}};
          const auto text = plan(query);
          EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << field << descending << "\n" << text;
          EXPECT_NE(text.find("INDEX"), std::string::npos) << field << descending << "\n" << text;
          if (after) {
            EXPECT_EQ(text.find("SCAN"), std::string::npos) << field << descending << "\n" << text;
          }
        }
}

TEST_F(PlanTest, EveryFilterThatSelectsFewIsAnsweredByAnIndex) {
  using Op = Condition::Op;
  const std::vector<Condition> conditions = {{.field = "handle", .values = {"x"}},
                                             {.field = "handle", .op = Op::in, .values = {"x", "y"}},
                                             {.field = "vendor", .values = {"x"}},
                                             {.field = "productType", .values = {"x"}},
                                             {.field = "tags", .op = Op::has, .values = {"x"}}};
  for (const auto& condition : conditions)
    for (const auto* sort : {"", "titleFold"}) {
      const auto text = plan({.all = {condition}, .sort = {sort}});
      EXPECT_EQ(text.find("SCAN products"), std::string::npos) << condition.field << "\n" << text;
      EXPECT_NE(text.find("SEARCH products USING"), std::string::npos) << condition.field << "\n" << text;
    }
  EXPECT_EQ(plan({.ids = std::vector<std::string>{"x"}}).find("SCAN products"), std::string::npos);
}

TEST_F(PlanTest, AValueIsNeverPartOfTheText) {
  const auto compiled =
      must(embedded::compile({.all = {{.field = "vendor", .values = {"it's \"quoted\""}},
                                      {.field = "handle", .op = Condition::Op::in, .values = {"it's"}},
                                      {.field = "tags", .op = Condition::Op::has, .values = {"it's"}}},
                              .ids = std::vector<std::string>{"it's"},
                              .sort = {"titleFold"},
                              .after = Position{"it's", "it's"}}));
  for (const auto& one : compiled) EXPECT_EQ(one.sql.find("it's"), std::string::npos) << one.sql;
}

TEST_F(PlanTest, TheSweepsAntiJoinReadsIndexesOnly) {
  auto rows = db_.query("EXPLAIN QUERY PLAN " + embedded::kind_sql(Kind::products).unseen);
  std::string text;
  while (must(rows.next())) text += rows.string(3) + "\n";
  EXPECT_NE(text.find("COVERING INDEX"), std::string::npos) << text;
}

}  // namespace
}  // namespace stoa::storage
