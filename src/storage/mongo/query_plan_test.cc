// How MongoDB answers what is asked of a large collection: by an index, in order, looking at little more than it
// answers with; and what a small store costs in tables. The twin of embedded/query_plan_test.cc.
#include <mongoc/mongoc.h>

#include "storage/contract_test.h"
#include "storage/mongo/document_bson.h"
#include "storage/mongo/layout.h"
#include "storage/mongo/query_bson.h"
#include "testing/environment.h"

namespace stoa::storage::mongo {
namespace {

using model::FieldType;
using model::Kind;
using Op = Condition::Op;

constexpr std::int64_t kDocuments = kLargeCollection + 100;
constexpr std::int64_t kRare = 700;  // so many values of texts: each stands in three documents
constexpr std::size_t kPage = 50;

// The value of a field in the n-th document: every 50th has none.
model::IndexValue value_of(FieldType type, std::int64_t n) {
  if (n % 50 == 0) return {};
  switch (type) {
    case FieldType::text: return fmt::format("v{}", n % kRare);
    case FieldType::time: return n * 1'000'000;
    case FieldType::decimal: return n * 10'000;
    case FieldType::boolean: return n % 100 == 1;
    case FieldType::texts: return std::vector<std::string>{"all", fmt::format("v{}", n % kRare)};
  }
  return {};
}

// How one command was answered.
struct Answered {
  std::string plan;  // the winning plan as JSON: its stages by name
  std::int64_t looked_at = 0, returned = 0;
  bool has(std::string_view stage) const { return plan.find(fmt::format(R"("stage" : "{}")", stage)) != plan.npos; }
};

class MongoPlans : public StorageContract {
 protected:
  MongoPlans() : client_(mongoc_client_new(testing::environment("STOA_TEST_MONGODB_URL").c_str())) { store(); }
  ~MongoPlans() override { mongoc_client_destroy(client_); }

  void fill(Kind kind, std::int64_t from, std::int64_t to) {
    const auto& types = model::spec(kind).gid_types;
    std::vector<model::Document> documents;
    for (auto n = from; n < to; ++n) {
      auto one = document(kind, gid(n, types.empty() ? "MediaImage" : types.front()), at(1), "{}");
      for (const auto& field : model::spec(kind).index) set(one, field.name, value_of(field.type, n));
      documents.push_back(std::move(one));
      if (documents.size() == 250 || n + 1 == to) apply(std::exchange(documents, {}));
    }
  }
  void end_pass(Kind kind) { must(store().set_kind_status({.kind = kind, .complete = true, .state = "current"})); }

  // Runs `command` on the store's database; its answer is destroyed by the caller.
  void run(Bson command, bson_t& answer) {
    bson_t bson;
    bson_error_t error{};
    if (!bson_init_static(&bson, command.data(), command.size())) throw std::runtime_error("not BSON");
    if (!mongoc_client_command_simple(client_, "acme", &bson, nullptr, &answer, &error)) {
      bson_destroy(&answer);
      throw std::runtime_error(error.message);
    }
  }
  std::vector<Answered> ask(const Query& query) {
    std::vector<Answered> all;
    for (const auto range : ranges(query)) {
      BsonWriter command;
      command.begin_document("explain");
      must(append_find(command, query, range, query.limit + 1));
      command.end().utf8("verbosity", "executionStats");
      bson_t answer;
      run(command.finish(), answer);
      const Bson view{bson_get_data(&answer), answer.len};
      const auto plan = document_at(view, "queryPlanner.winningPlan");
      bson_t inner;
      EXPECT_TRUE(bson_init_static(&inner, plan.data(), plan.size()));
      char* text = bson_as_relaxed_extended_json(&inner, nullptr);
      all.push_back({.plan = text,
                     .looked_at = number_at(view, "executionStats.totalDocsExamined"),
                     .returned = number_at(view, "executionStats.nReturned")});
      bson_free(text);
      bson_destroy(&answer);
    }
    return all;
  }
  // A collection and an index are a table each.
  std::int64_t tables() {
    std::int64_t count = 0;
    for (const auto& name : names("listCollections", "1", "name"))
      count += 1 + static_cast<std::int64_t>(names("listIndexes", name, "name").size());
    return count;
  }
  std::size_t indexes(Kind kind) {
    return names("listIndexes", std::string(model::spec(kind).collection), "name").size();
  }

  mongoc_client_t* const client_;

 private:
  std::vector<std::string> names(std::string_view what, const std::string& of, std::string_view member) {
    BsonWriter command;
    what == "listCollections" ? command.int32(what, 1) : command.utf8(what, of);
    command.begin_document("cursor").int32("batchSize", 1000).end();
    bson_t answer;
    run(command.finish(), answer);
    std::vector<std::string> out;
    BsonReader rows(document_at({bson_get_data(&answer), answer.len}, "cursor.firstBatch"));
    while (const auto row = rows.next()) out.emplace_back(text_at(row->value.document().value_or(Bson()), member));
    bson_destroy(&answer);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Mongo, MongoPlans, ::testing::Values(mongo_engine()), engine_name);

// Every filter that the API can compile: it names index fields alone. Each value is of few documents.
std::vector<Condition> filters(const model::IndexField& field) {
  const std::string name(field.name);
  const auto low = value_of(field.type, 9), high = value_of(field.type, kDocuments - 9);
  switch (field.type) {
    case FieldType::text:
      return {{.field = name, .values = {"v3"}}, {.field = name, .op = Op::in, .values = {"v3", "v4"}}};
    case FieldType::texts: return {{.field = name, .op = Op::has, .values = {"v3"}}};
    case FieldType::boolean: return {{.field = name, .values = {true}}};
    case FieldType::time:
    case FieldType::decimal:
      return {{.field = name, .op = Op::less_equal, .values = {low}},
              {.field = name, .op = Op::less, .values = {low}},
              {.field = name, .op = Op::greater_equal, .values = {high}},
              {.field = name, .op = Op::greater, .values = {high}}};
  }
  return {};
}

TEST_P(MongoPlans, AboveTwoThousandDocumentsEachFilterAndEachSortAloneIsAnsweredByAnIndex) {
  mirror_everything();
  for (const auto kind : model::all_kinds()) {
    SCOPED_TRACE(model::to_string(kind));
    fill(kind, 0, kDocuments);
    end_pass(kind);
    for (const auto& field : model::spec(kind).index)
      for (const auto& condition : filters(field)) {
        SCOPED_TRACE(fmt::format("filter {} op {}", field.name, static_cast<int>(condition.op)));
        for (const auto& one : ask({.kind = kind, .all = {condition}, .limit = kPage})) {
          EXPECT_FALSE(one.has("COLLSCAN")) << one.plan;
          EXPECT_TRUE(one.has("IXSCAN")) << one.plan;
          EXPECT_GT(one.returned, 0);
          EXPECT_LE(one.looked_at, one.returned + 1) << one.plan;  // nothing but what is answered
        }
      }
    std::vector<model::IndexField> orders{{"", FieldType::text}};
    for (const auto& field : model::spec(kind).index)
      if (field.type != FieldType::texts) orders.push_back(field);
    for (const auto& field : orders)
      for (const bool descending : {false, true})
        for (const auto n : {std::int64_t{-1}, std::int64_t{0}, kDocuments / 2 + 1}) {
          SCOPED_TRACE(fmt::format("sort {}{} behind {}", descending ? "-" : "", field.name, n));
          Query query{.kind = kind, .sort = {std::string(field.name), descending}, .limit = kPage};
          if (n >= 0) query.after = Position{value_of(field.type, n), gid(n)};
          for (const auto& one : ask(query)) {
            EXPECT_FALSE(one.has("COLLSCAN")) << one.plan;
            EXPECT_FALSE(one.has("SORT")) << one.plan;
            EXPECT_LE(one.looked_at, static_cast<std::int64_t>(kPage) + 2)
                << one.plan;  // page 500 costs what page 1 does
          }
        }
  }
}

// What the API adds by itself to a list of products that an app asks for, and to the articles of a blog.
TEST_P(MongoPlans, TheListsThatAppsAskForMostAreReadInOrderFromAnIndex) {
  for (const auto kind : {Kind::products, Kind::articles}) {
    fill(kind, 0, kDocuments);
    end_pass(kind);
  }
  const Condition published{.field = "publishedAt", .op = Op::less_equal, .values = {kDocuments * 1'000'000}};
  for (const auto* field : {"", "titleFold", "createdAt", "updatedAt", "publishedAt", "priceMin", "vendorFold"})
    for (const bool descending : {false, true}) {
      SCOPED_TRACE(fmt::format("sort {}{}", descending ? "-" : "", field));
      for (const auto& one : ask({.all = {published}, .sort = {field, descending}, .limit = kPage}))
        EXPECT_FALSE(one.has("SORT") || one.has("COLLSCAN")) << one.plan;
    }
  for (const auto& all : {std::vector{published}, std::vector{published, {.field = "blogId", .values = {"v3"}}}})
    for (const auto& one : ask({.kind = Kind::articles, .all = all, .sort = {"publishedAt", true}, .limit = kPage}))
      EXPECT_FALSE(one.has("SORT") || one.has("COLLSCAN")) << one.plan;
}

TEST_P(MongoPlans, FurtherIndexesComeOnlyAboveTwoThousandDocumentsAndWhenAPassHasEnded) {
  EXPECT_LE(tables(), 28);
  const auto first = indexes(Kind::products);
  fill(Kind::products, 0, kLargeCollection);
  end_pass(Kind::products);
  EXPECT_EQ(indexes(Kind::products), first);
  EXPECT_LE(tables(), 28);
  fill(Kind::products, kLargeCollection, kLargeCollection + 1);
  EXPECT_EQ(indexes(Kind::products), first);
  const Query by_title{.sort = {"titleFold"}, .limit = kPage};
  const auto before = ask(by_title).front();  // what the tests above look for is there to be found
  EXPECT_TRUE(before.has("SORT") && before.has("COLLSCAN")) << before.plan;
  EXPECT_EQ(before.looked_at, kLargeCollection + 1);
  end_pass(Kind::products);
  EXPECT_FALSE(ask(by_title).front().has("SORT"));
  EXPECT_GT(indexes(Kind::products), first);
  EXPECT_EQ(indexes(Kind::collections), 2u) << "only of the collection that is large";
}

}  // namespace
}  // namespace stoa::storage::mongo
