// Fields, the schema behind them, and the projection, on texts alone.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "api/projection.h"

namespace stoa::api {
namespace {
using model::Kind;
using ::testing::HasSubstr;

std::string projected(std::string_view body, Audience audience, const Policy& policy = {}, const Fields& fields = {}) {
  std::string out;
  Projection(Kind::products, audience, policy, fields, {}).append(body, out);
  return out;
}

TEST(Projection, CopiesWhatItDoesNotKnowByteForByte) {
  const std::string body =
      R"({"id":"gid://shopify/Product/1","n":1.0,"big":9223372036854775807,"text":"a \" \\ \u0001 \n 😀 <script>]}{[","new":{"deep":[[],{},null,{"a":[1,"]"]}]},"variants":"odd"})";
  EXPECT_EQ(projected(body, Audience::operators), body);
  EXPECT_EQ(projected(body, Audience::read_key), body);
}

TEST(Projection, DropsFirstLastMiddleAndAllMembers) {
  EXPECT_EQ(projected(R"({"_id":1,"id":"x","_m":{"productIds":[1]},"a":1,"b":2,"_x":{},"c":[],"productIds":["y"]})",
                      Audience::operators),
            R"({"id":"x","a":1,"b":2,"c":[]})");
  EXPECT_EQ(projected(R"({"_m":{}})", Audience::operators), "{}");
  EXPECT_EQ(projected("{}", Audience::read_key), "{}");
}

TEST(Projection, NamesThatStoaUsesAreTakenOutAtTheTopOnly) {
  const std::string body = R"({"id":"x","new":{"_id":1,"productIds":[2]}})";
  EXPECT_EQ(projected(body, Audience::operators), body);
}

TEST(Projection, ShowsAReadKeyOnlyListedMetafieldsEvenOfOddShapes) {
  Policy policy;
  policy.metafields = {"a.b", "c.*"};
  EXPECT_EQ(
      projected(
          R"({"metafields":[{"namespace":"a","key":"b"},{"namespace":"a","key":"x"},{"key":"b"},5,{"namespace":"c","key":"é"},{"namespace":"a","key":"*"}]})",
          Audience::read_key, policy),
      R"({"metafields":[{"namespace":"a","key":"b"},{"namespace":"c","key":"é"}]})");
  EXPECT_EQ(projected(R"({"metafields":{"namespace":"a","key":"b"}})", Audience::read_key, policy),
            R"({"metafields":[]})");
  EXPECT_EQ(projected(R"({"metafields":null})", Audience::read_key, policy), R"({"metafields":[]})");
}

TEST(Projection, PicksInsideListsAndObjects) {
  const auto fields = *parse_fields(Kind::products, "seo.title,variants.inventoryItem.tracked,tags");
  EXPECT_EQ(
      projected(
          R"({"id":"x","seo":{"title":null,"description":"d"},"tags":["t"],"variants":[{"id":"v","inventoryItem":{"id":"i","tracked":true}},{}]})",
          Audience::read_key, {}, fields),
      R"({"id":"x","seo":{"title":null},"tags":["t"],"variants":[{"inventoryItem":{"tracked":true}},{}]})");
}

TEST(Fields, HaveOneCanonicalText) {
  const auto canonical = [](std::string_view text) { return parse_fields(Kind::products, text)->canonical(); };
  EXPECT_EQ(canonical("title,id, handle"), "handle,id,title");
  EXPECT_EQ(canonical("variants.price,variants,variants.id"), "variants");
  EXPECT_EQ(canonical("variants.price,variants.id,variants.price"), "variants.id,variants.price");
  EXPECT_EQ(Fields{}.canonical(), "");
  for (const auto* text :
       {"nope", "", ",", "title,", "title.x", "variants.", ".id", "variants..id", "productIds", "_m"})
    EXPECT_FALSE(parse_fields(Kind::products, text)) << text;
}

// ---- the schema against the documents that fetch

// Selections of one fragment: name → insides. Aliases by their alias; connections flattened; spreads and inline
// fragments merged.
struct Selection {
  std::map<std::string, Selection> names;
  bool operator==(const Selection&) const = default;
};

class Documents {
 public:
  explicit Documents(const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      line = line.substr(0, line.find('#'));
      for (const char c : line) {
        if (std::string_view("{}():").contains(c)) {
          words_ << ' ' << c << ' ';
        } else {
          words_ << (c == ',' ? ' ' : c);
        }
      }
      words_ << '\n';
    }
    std::string word, name;
    while (words_ >> word) {
      if (word != "fragment") continue;
      words_ >> name >> word >> word >> word;  // on Type {
      read(fragments_[name]);
    }
  }
  const Selection& operator[](const std::string& name) const { return fragments_.at(name); }

 private:
  void read(Selection& into) {
    std::string word, last;
    while (words_ >> word && word != "}") {
      if (word == "(") {
        while (word != ")") words_ >> word;
      } else if (word == ":") {
        words_ >> word;  // what the alias stands for
      } else if (word.starts_with('@')) {
        continue;  // its condition follows in brackets
      } else if (word == "{") {
        read(last == "nodes" || last.empty() ? into : into.names[last]);
      } else if (word == "...") {
        words_ >> word >> word;  // on Type
        last.clear();
      } else if (word.starts_with("...")) {
        into.names.merge(Selection(fragments_.at(word.substr(3))).names);
      } else {
        last = word;
        if (word == "pageInfo") {
          Selection dropped;
          words_ >> word;
          read(dropped);
        } else if (word != "nodes") {
          into.names[word];
        }
      }
    }
  }
  std::stringstream words_;
  std::map<std::string, Selection> fragments_;
};

Selection as_selection(const SchemaNode& node) {
  Selection out;
  for (const auto& child : node.children) out.names[std::string(child.name)] = as_selection(child);
  return out;
}

void expect_equal(const Selection& schema, const Selection& fetched, const std::string& where) {
  std::set<std::string> known, selected;
  for (const auto& [name, inside] : schema.names) known.insert(name);
  for (const auto& [name, inside] : fetched.names) selected.insert(name);
  EXPECT_EQ(known, selected) << where;
  for (const auto& [name, inside] : schema.names)
    if (fetched.names.contains(name)) expect_equal(inside, fetched.names.at(name), where + "." + name);
}

TEST(Schema, IsWhatTheDocumentsSelect) {
  const Documents documents(STOA_SOURCE_DIR "/src/shopify/documents/fragments.graphql");
  // contentUrl is added by content_urls.cc.
  auto product = documents["ProductF"];
  product.names["media"].names["contentUrl"];
  expect_equal(as_selection(schema(Kind::products)), product, "product");
  auto collection = documents["CollectionF"];
  ASSERT_EQ(collection.names.erase("productIds"), 1u) << "membership is in no answer";
  collection.names["image"].names["contentUrl"];
  expect_equal(as_selection(schema(Kind::collections)), collection, "collection");
  expect_equal(as_selection(schema(Kind::blogs)), documents["BlogF"], "blog");
  auto article = documents["ArticleF"];
  article.names["image"].names["contentUrl"];
  article.names["blogId"];  // added by decode/articles.cc
  expect_equal(as_selection(schema(Kind::articles)), article, "article");
  auto discount = documents["DiscountF"];
  discount.names["status"];  // added by discount_status.cc
  expect_equal(as_selection(schema(Kind::discounts)), discount, "discount");
  expect_equal(as_selection(schema(Kind::pages)), documents["PageF"], "page");
  expect_equal(as_selection(schema(Kind::menus)), documents["MenuF"], "menu");
  expect_equal(as_selection(schema(Kind::metaobjects)), documents["MetaobjectF"], "metaobject");
  auto theme = documents["ThemeF"];
  theme.names["settings"];  // added by sync/theme_plan.cc
  auto& files = theme.names["files"];
  files = documents["ThemeFileF"];
  files.names["error"];
  files.names["unreadable"];
  expect_equal(as_selection(schema(Kind::themes)), theme, "theme");
  auto medium = documents["FileF"];
  for (const auto* ours :
       {"usedIn", "sourceUrl", "state", "reason", "sha256", "size", "contentType", "stateAt", "contentUrl"})
    medium.names[ours];  // media/record.h
  expect_equal(as_selection(schema(Kind::media)), medium, "medium");
}

}  // namespace
}  // namespace stoa::api
