// What can be read: documents the client never sends, paging, search, cost, scopes, imports.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "sandbox/sandbox_fixture.h"

namespace stoa::sandbox {
namespace {

using Method = http::Method;

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

class ReadingDemo : public Rehearsal {
 protected:
  ReadingDemo() { add("demo:seed=60"); }

  // Walks a root list by `size` and gives the ids, the way `forward` says.
  std::vector<std::string> walk(std::string_view arguments, int size, bool forward = true) {
    std::vector<std::string> ids;
    std::string cursor;
    for (int pages = 0; pages < 200; ++pages) {
      const auto place = cursor.empty() ? "" : fmt::format(", {}: \"{}\"", forward ? "after" : "before", cursor);
      const auto page = data(fmt::format("{{ products({}: {}{} {}) {{ nodes {{ id }} pageInfo {{ hasNextPage "
                                         "hasPreviousPage startCursor endCursor }} }} }}",
                                         forward ? "first" : "last", size, place, arguments))
                            .at("products");
      auto got = texts(page.at("nodes"), "id");
      ids.insert(forward ? ids.end() : ids.begin(), got.begin(), got.end());
      if (!page.at("pageInfo").at(forward ? "hasNextPage" : "hasPreviousPage").as_bool()) return ids;
      cursor = json::string_or(page.at("pageInfo"), forward ? "endCursor" : "startCursor");
    }
    ADD_FAILURE() << "the walk does not end";
    return ids;
  }
};

TEST_F(ReadingDemo, DocumentsTheClientNeverSends) {
  const auto folder = std::filesystem::path(STOA_SOURCE_DIR) / "src/sandbox/testdata";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".graphql") continue;
    std::string text = read_file(entry.path());
    // The first line may hold the variables: "# {…}".
    json::Object variables;
    if (text.starts_with("# {"))
      variables = json::parse(std::string_view(text).substr(2, text.find('\n') - 2))->as_object();
    const auto product = control(Method::get, "/products").at("products").at(0);
    for (auto& [key, value] : variables)
      if (value == "PRODUCT") value = product.at("id");
    const auto answer = ask(text, variables);
    EXPECT_EQ(json::find(answer, "errors"), nullptr) << entry.path() << "\n" << json::write(answer);
    EXPECT_GT(json::write(answer.at("data")).size(), 20u) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 6);
}

TEST_F(ReadingDemo, AliasesFragmentsOnInterfacesAndEdges) {
  const auto answer = data(R"(query ($n: Int = 2) {
      a: products(first: $n) { edges { cursor node { ...N ... on HasMetafields { metafields(first: 1) { nodes { key } } } } } }
      b: products(last: 1, reverse: true) { nodes { ...N } }
      first: products(first: 1) { nodes { ...N } } }
    fragment N on Node { __typename id })");
  EXPECT_EQ(answer.at("a").at("edges").as_array().size(), 2u);
  EXPECT_EQ(answer.at("a").at("edges").at(0).at("node").at("__typename"), "Product");
  EXPECT_EQ(answer.at("b").at("nodes").at(0).at("id"), answer.at("first").at("nodes").at(0).at("id"));
}

TEST_F(ReadingDemo, SameFieldTwiceIsMergedAndDirectivesChoose) {
  const auto answer = data(
      "query ($no: Boolean = false) { shop { id } ...F shop { name plan @include(if: $no) { shopifyPlus } email "
      "@skip(if: true) } } "
      "fragment F on QueryRoot { shop { currencyCode } }");
  EXPECT_EQ(json::write(answer.at("shop")), fmt::format(R"({{"id":"{}","currencyCode":"GBP","name":"demo"}})",
                                                        json::string_or(answer.at("shop"), "id")));
}

TEST_F(ReadingDemo, MediaOfEveryKindAnswerByTheirType) {
  const auto answer = data(
      "{ products(first: 60) { nodes { media(first: 50) { nodes { __typename mediaContentType ... on Video { duration "
      "sources { height } } "
      "... on ExternalVideo { host } ... on Model3d { filename } ... on MediaImage { image { url } } ... on File { "
      "fileStatus } } } } } }");
  std::set<std::string> kinds;
  for (const auto& product : answer.at("products").at("nodes").as_array())
    for (const auto& media : product.at("media").at("nodes").as_array()) {
      kinds.emplace(json::string_or(media, "__typename"));
      EXPECT_EQ(media.as_object().contains("duration"), json::string_or(media, "__typename") == "Video");
    }
  EXPECT_EQ(kinds, (std::set<std::string>{"ExternalVideo", "MediaImage", "Model3d", "Video"}));
}

TEST_F(ReadingDemo, PagesForwardsAndBackwardsMeetEveryProductOnce) {
  const auto all = walk("", 250);
  EXPECT_EQ(all.size(), 60u);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_EQ(walk("", 7), all);
  EXPECT_EQ(walk("", 7, false), all);
  auto reversed = walk("reverse: true", 7);
  EXPECT_EQ(walk("reverse: true", 11, false), reversed);
  std::ranges::reverse(reversed);
  EXPECT_EQ(reversed, all);
}

TEST_F(ReadingDemo, EverySortKeyIsATotalOrder) {
  auto all = walk("", 250);
  for (const auto key : {"CREATED_AT", "UPDATED_AT", "TITLE", "VENDOR", "PRODUCT_TYPE", "PUBLISHED_AT",
                         "INVENTORY_TOTAL", "RELEVANCE"}) {
    auto ids = walk(fmt::format("sortKey: {}", key), 7);
    EXPECT_EQ(walk(fmt::format("sortKey: {}", key), 250), ids) << key;
    std::ranges::sort(ids);
    EXPECT_EQ(ids, all) << key;
  }
}

TEST_F(ReadingDemo, AWalkSurvivesTheDeletionOfItsCursorAndMeetsNothingTwice) {
  const auto page =
      data("{ products(first: 5, sortKey: UPDATED_AT) { nodes { id } pageInfo { endCursor } } }").at("products");
  const auto last = json::string_or(page.at("nodes").at(4), "id");
  const auto rest =
      walk(fmt::format("sortKey: UPDATED_AT, after: \"{}\"", json::string_or(page.at("pageInfo"), "endCursor")), 250);
  control(Method::del, "/products/" + percent_encode(last.substr(last.rfind('/') + 1)));
  EXPECT_EQ(
      walk(fmt::format("sortKey: UPDATED_AT, after: \"{}\"", json::string_or(page.at("pageInfo"), "endCursor")), 250),
      rest);
}

TEST_F(ReadingDemo, WrongPagingIsRefused) {
  EXPECT_EQ(first_error("{ products { nodes { id } } }"), "BAD_REQUEST: you must provide one of first or last");
  EXPECT_TRUE(first_error("{ products(first: 251) { nodes { id } } }").starts_with("BAD_REQUEST"));
  EXPECT_TRUE(
      first_error("{ products(first: 1, after: \"x\") { nodes { id } } }").starts_with("BAD_REQUEST: Invalid cursor"));
  EXPECT_TRUE(ask("{ products { nodes { id } } }").at("data").is_null()) << "products may not be null: data is";
}

TEST_F(Rehearsal, ListsEndAtTheCap) {
  open({.list_max = 10});
  add("capped:seed=25");
  const auto page = data("{ products(first: 250) { nodes { id } pageInfo { hasNextPage } } }").at("products");
  EXPECT_EQ(page.at("nodes").as_array().size(), 10u);
  EXPECT_FALSE(page.at("pageInfo").at("hasNextPage").as_bool());
  const auto next =
      data(fmt::format("{{ products(first: 250, query: \"id:>{}\") {{ nodes {{ id }} }} productsCount {{ count }} }}",
                       parse_gid(json::string_or(page.at("nodes").at(9), "id"))->id));
  EXPECT_EQ(next.at("products").at("nodes").as_array().size(), 10u);
  EXPECT_EQ(next.at("productsCount").at("count"), 25);
}

TEST_F(ReadingDemo, SearchFindsWhatItSaysAndNothingElse) {
  const auto nodes =
      data("{ products(first: 250) { nodes { id handle status vendor tags updatedAt } } }").at("products").at("nodes");
  const auto& fifth = nodes.at(4);
  const auto id = parse_gid(json::string_or(fifth, "id"))->id;
  const auto updated = json::string_or(fifth, "updatedAt");
  const auto count_if = [&](auto&& wanted) { return std::ranges::count_if(nodes.as_array(), wanted); };
  const auto found = [&](const std::string& query) {
    return std::ssize(data("query ($q: String) { products(first: 250, query: $q) { nodes { id } } }", {{"q", query}})
                          .at("products")
                          .at("nodes")
                          .as_array());
  };
  const auto is = [](std::string_view member, std::string_view wanted) {
    return [=](const json::Value& p) { return json::string_or(p, member) == wanted; };
  };
  EXPECT_EQ(found(fmt::format("id:{}", id)), 1);
  EXPECT_EQ(found(fmt::format("id:>{}", id)), 55);
  EXPECT_EQ(found(fmt::format("id:<={} ", id)), 5);
  EXPECT_EQ(found(fmt::format("-id:<={}", id)), 55);
  EXPECT_EQ(found(fmt::format("updated_at:>='{}'", updated)),
            count_if([&](const auto& p) { return json::string_or(p, "updatedAt") >= updated; }));
  EXPECT_EQ(found(fmt::format("updated_at:<\"{}\"", updated)),
            count_if([&](const auto& p) { return json::string_or(p, "updatedAt") < updated; }));
  EXPECT_EQ(found("status:draft"), count_if(is("status", "DRAFT")));
  EXPECT_EQ(found("status:draft,archived"), count_if(is("status", "DRAFT")) + count_if(is("status", "ARCHIVED")));
  EXPECT_EQ(found("vendor:'東京商店'"), count_if(is("vendor", "東京商店")));
  EXPECT_EQ(found("NOT status:active"), 60 - count_if(is("status", "ACTIVE")));
  EXPECT_EQ(found("(status:draft OR status:archived) AND vendor:plain"), count_if([&](const auto& p) {
              return is("vendor", "plain")(p) && !is("status", "ACTIVE")(p) && !is("status", "UNLISTED")(p);
            }));
  EXPECT_EQ(found("status:draft OR status:archived vendor:plain"), count_if([&](const auto& p) {
              return is("status", "DRAFT")(p) || (is("status", "ARCHIVED")(p) && is("vendor", "plain")(p));
            }))
      << "AND binds tighter";
  EXPECT_EQ(found(fmt::format("handle:{}", json::string_or(fifth, "handle"))), 1);
  EXPECT_EQ(found("tag:sale"), count_if([](const auto& p) {
              return std::ranges::find(p.at("tags").as_array(), "sale") != p.at("tags").as_array().end();
            }));
  EXPECT_EQ(found("((("), 60);
}

TEST_F(ReadingDemo, AnUnknownFilterReturnsEverythingAndWarns) {
  const auto answer =
      ask("{ all: products(first: 250, query: \"updatedat:>2026 status:active\") { nodes { status } } }");
  const auto& warned = answer.at("extensions").at("search").at(0);
  EXPECT_EQ(warned.at("path").at(0), "all");
  EXPECT_EQ(warned.at("warnings").at(0).at("code"), "invalid_field");
  EXPECT_EQ(warned.at("warnings").at(0).at("field"), "updatedat");
  EXPECT_FALSE(ask("{ products(first: 1, query: \"status:active\") { nodes { id } } }")
                   .at("extensions")
                   .as_object()
                   .contains("search"));
}

TEST_F(ReadingDemo, UnknownIdsAreNullAndForeignIdsAreErrors) {
  EXPECT_TRUE(data("{ product(id: \"gid://shopify/Product/1\") { id } }").at("product").is_null());
  EXPECT_EQ(first_error("{ product(id: \"gid://shopify/Collection/1\") { id } }"),
            "RESOURCE_NOT_FOUND: Invalid id: gid://shopify/Collection/1");
  EXPECT_EQ(first_error("query ($id: ID!) { product(id: $id) { id } }", {{"id", "5"}}),
            "INVALID_VARIABLE: Variable $id of type ID! was provided invalid value");
  EXPECT_EQ(first_error("query ($id: ID!) { product(id: $id) { id } }"),
            "INVALID_VARIABLE: Variable $id of type ID! was provided invalid value");
  const auto nodes = data("{ nodes(ids: [\"gid://shopify/Product/1\", \"gid://shopify/Nope/2\"]) { id } }").at("nodes");
  EXPECT_EQ(json::write(nodes), "[null,null]");
}

TEST_F(ReadingDemo, LookUpsByHandleIdAndNodeAgree) {
  const auto product =
      data("{ products(first: 1) { nodes { id handle variants(first: 1) { nodes { id inventoryItem { id } } } } } }")
          .at("products")
          .at("nodes")
          .at(0);
  const auto variant = product.at("variants").at("nodes").at(0);
  const auto answer = data(
      R"(query ($p: ID!, $h: String!, $v: ID!, $i: ID!) { product(id: $p) { handle } productByIdentifier(identifier: {handle: $h}) { id }
      productVariant(id: $v) { product { id } } inventoryItem(id: $i) { tracked } nodes(ids: [$v, $i, $p]) { __typename id } })",
      {{"p", product.at("id")},
       {"h", product.at("handle")},
       {"v", variant.at("id")},
       {"i", variant.at("inventoryItem").at("id")}});
  EXPECT_EQ(answer.at("product").at("handle"), product.at("handle"));
  EXPECT_EQ(answer.at("productByIdentifier").at("id"), product.at("id"));
  EXPECT_EQ(answer.at("productVariant").at("product").at("id"), product.at("id"));
  EXPECT_EQ(texts(answer.at("nodes"), "__typename"),
            (std::vector<std::string>{"ProductVariant", "InventoryItem", "Product"}));
}

TEST_F(ReadingDemo, CollectionMembersKeepTheirOwnOrder) {
  const auto truth = control(Method::get, "/collections").at("collections").at(0);
  const auto answer =
      data(
          "query ($id: ID!) { collection(id: $id) { productsCount { count precision } ruleSet { rules { column } } "
          "products(first: 250) { nodes { id } } byId: products(first: 250, sortKey: ID) { nodes { id } } } }",
          {{"id", truth.at("id")}})
          .at("collection");
  json::Array ids;
  for (const auto& node : answer.at("products").at("nodes").as_array()) ids.push_back(node.at("id"));
  EXPECT_EQ(ids, truth.at("products").as_array());
  EXPECT_EQ(answer.at("productsCount").at("count"), 60);
  EXPECT_TRUE(answer.at("ruleSet").is_null());
  EXPECT_TRUE(std::ranges::is_sorted(texts(answer.at("byId").at("nodes"), "id")));
  EXPECT_NE(texts(answer.at("byId").at("nodes"), "id"), texts(answer.at("products").at("nodes"), "id"));
}

// The figures of reference/shopify.md B.2 and D.1.
constexpr std::string_view kPage = R"(query P($first: Int!, $media: Int = 20, $mf: Int = 20, $variants: Int = 10) {
  products(first: $first) { pageInfo { hasNextPage endCursor } nodes { id title seo { title } category { id } featuredMedia { id }
    options { id linkedMetafield { key } optionValues { id swatch { color } } }
    priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount } } compareAtPriceRange { minVariantCompareAtPrice { amount } }
    variantsCount { count } mediaCount { count }
    media(first: $media) { nodes { id preview { image { url } } ... on MediaImage { image { url } } ... on Video { sources { url } } ... on Model3d { sources { url } } } pageInfo { hasNextPage } }
    metafields(first: $mf) { nodes { id } pageInfo { hasNextPage } }
    variants(first: $variants) { nodes { id selectedOptions { name } unitPrice { amount } product { id } inventoryItem { id measurement { weight { unit } } } media(first: 1) { nodes { id } } } pageInfo { hasNextPage } } } } })";

TEST_F(ReadingDemo, RequestedCostFollowsTheFormula) {
  const auto cost = [&](std::string_view query, json::Object variables = {}) {
    return ask(query, std::move(variables)).at("extensions").at("cost").at("requestedQueryCost").to_number<int>();
  };
  EXPECT_EQ(cost("{ products(first: 250) { pageInfo { hasNextPage } nodes { id updatedAt } } }"), 13);
  EXPECT_EQ(cost("{ products(first: 250) { edges { node { id } } nodes { id } } }"), 24)
      << "nodes and edges count twice";
  EXPECT_EQ(cost("{ productsCount { count } }"), 10);
  EXPECT_EQ(cost("{ currentAppInstallation { accessScopes { handle } } }"), 2);
  for (const auto& [first, wanted] : {std::pair(25, 476), {100, 713}, {250, 871}})
    EXPECT_EQ(cost(kPage, {{"first", first}}), wanted) << first;
  const auto answer = ask(kPage, {{"first", 250}}).at("extensions").at("cost");
  EXPECT_LT(answer.at("actualQueryCost").to_number<int>(), 871) << "60 products are not 250";
}

TEST_F(ReadingDemo, TooDearAQueryIsRefused) {
  EXPECT_TRUE(first_error(kPage, {{"first", 250}, {"variants", 250}, {"mf", 250}}).starts_with("MAX_COST_EXCEEDED"));
}

TEST_F(Rehearsal, TheBucketEmptiesAndFillsWithTime) {
  add("poor:seed=60,points=1000,restore=50");
  refill = false;
  const auto available = [&](const json::Value& answer) {
    return answer.at("extensions").at("cost").at("throttleStatus").at("currentlyAvailable").to_number<int>();
  };
  const auto first = ask(kPage, {{"first", 250}});
  const int actual = first.at("extensions").at("cost").at("actualQueryCost").to_number<int>();
  EXPECT_EQ(available(first), 1000 - actual);
  const auto second = ask(kPage, {{"first", 250}});
  EXPECT_EQ(second.at("errors").at(0).at("extensions").at("code"), "THROTTLED");
  EXPECT_FALSE(second.as_object().contains("data"));
  EXPECT_EQ(available(second), 1000 - actual) << "what does not run costs nothing";
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(available(ask(kPage, {{"first", 250}})), 1000 - actual + 100);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(available(ask("{ shop { id } }")), 999);
  EXPECT_EQ(shop->stats().at("throttled"), 2u);
}

TEST_F(Rehearsal, AMissingScopeNullsItsFieldAndLeavesTheRest) {
  add("scoped:seed=5,scopes=read_content");
  const auto answer = ask("{ shop { name } product(id: \"gid://shopify/Product/1\") { id } productsCount { count } }");
  EXPECT_EQ(answer.at("data").at("shop").at("name"), "scoped");
  EXPECT_TRUE(answer.at("data").at("product").is_null());
  EXPECT_TRUE(answer.at("data").at("productsCount").is_null());
  EXPECT_EQ(answer.at("errors").at(0).at("extensions").at("code"), "ACCESS_DENIED");
  EXPECT_EQ(json::write(answer.at("errors").at(1).at("path")), R"(["productsCount"])");
  EXPECT_TRUE(ask("{ products(first: 1) { nodes { id } } }").at("data").is_null()) << "non-null: the null moves up";
  EXPECT_TRUE(first_error(fmt::format("{{ node(id: \"{}\") {{ id }} }}",
                                      json::string_or(control(Method::get, "/products").at("products").at(0), "id")))
                  .starts_with("ACCESS_DENIED"));
}

TEST_F(Rehearsal, SeedsRepeatAndHoldTheirTraps) {
  add("one:seed=120,number=7,variants=2048");
  const auto everything =
      "{ products(first: 120) { nodes { title descriptionHtml status publishedAt tags totalInventory variantsCount { "
      "count } variants(first: 3) { nodes { price sku } } } } }";
  const auto first = data(everything);
  open({});
  add("one:seed=120,number=7,variants=2048");
  EXPECT_EQ(json::write(first), json::write(data(everything)));
  const auto text = json::write(first);
  for (const auto wanted : {"\U0001F634", "<script>", "\u00a0XL", "2099-01-01T00:00:00Z", "DRAFT", "ARCHIVED",
                            "UNLISTED", "\"25\"", "\"25.00\"", "\"1.0\"", "\"0.00\"", "\"count\":2048"})
    EXPECT_TRUE(text.contains(wanted)) << wanted;
  EXPECT_GT(parse_gid(json::string_or(data("{ shop { id } }").at("shop"), "id"))->id, 1ll << 53);
  const auto drained =
      data("{ products(first: 20) { nodes { metafields(first: 20) { nodes { id } pageInfo { hasNextPage } } } } }");
  EXPECT_TRUE(std::ranges::any_of(drained.at("products").at("nodes").as_array(), [](const auto& p) {
    return p.at("metafields").at("pageInfo").at("hasNextPage").as_bool();
  }));
}

TEST_F(Rehearsal, TheLoneProductPagesItsVariantsBy2048) {
  add("big:seed=1,variants=2048");
  const auto id = control(Method::get, "/products").at("products").at(0).at("id");
  const auto query =
      "query ($id: ID!) { product(id: $id) { variants(first: 2048) { nodes { id position } pageInfo { hasNextPage } } "
      "} }";
  EXPECT_EQ(data(query, {{"id", id}}).at("product").at("variants").at("nodes").as_array().size(), 2048u);
  EXPECT_TRUE(
      first_error("query ($id: ID!) { product(id: $id) { variants(first: 2048) { nodes { id } } } shop { id } }",
                  {{"id", id}})
          .starts_with("BAD_REQUEST"));
}

TEST_F(Rehearsal, ZeroDecimalCurrenciesHaveNoFractions) {
  add("tokyo:seed=30,currency=JPY");
  const auto answer =
      data("{ shop { currencyCode } products(first: 30) { nodes { variants(first: 5) { nodes { price } } } } }");
  EXPECT_EQ(answer.at("shop").at("currencyCode"), "JPY");
  for (const auto& p : answer.at("products").at("nodes").as_array())
    for (const auto& price : texts(p.at("variants").at("nodes"), "price")) EXPECT_FALSE(price.contains('.')) << price;
}

TEST_F(Rehearsal, RestFilesBecomeTheSameProductsInGraphqlShape) {
  const testing::TempDir folder;
  std::ofstream(folder.path() / "p.json")
      << R"({"products":[{"id":9007199254740995,"title":"T\u00a0<b>","body_html":"<p>\r\n</p>","handle":"t","vendor":"V","product_type":"",
    "tags":"b, a,  c d","status":"draft","published_at":null,"created_at":"2025-08-26T08:14:56+01:00","updated_at":"2025-09-15T18:20:05+01:00","template_suffix":null,
    "options":[{"id":5,"name":"Color","position":1,"values":["Red"]},{"id":6,"name":"Size","position":2,"values":["S"]}],
    "images":[{"id":7,"src":"https://cdn.shopify.com/x.png?v=1","alt":null,"width":3,"height":4,"variant_ids":[]}],
    "variants":[{"id":8,"title":"Red","option1":"Red","option2":null,"option3":null,"price":"49.99","compare_at_price":null,"sku":"s","barcode":null,"inventory_item_id":9,
      "inventory_quantity":20000,"inventory_policy":"deny","inventory_management":"shopify","weight":570.0,"weight_unit":"g","image_id":7,"position":1,"taxable":true,"requires_shipping":true,
      "created_at":"2025-08-26T08:14:56+01:00","updated_at":"2025-08-26T08:14:56+01:00"}]}]})";
  std::ofstream(folder.path() / "c.json")
      << R"({"collections":[{"id":11,"handle":"c","title":"C","body_html":"","updated_at":"2025-09-15T18:20:07+01:00","published_at":null,"sort_order":"best-selling","disjunctive":true,"rules":[{"column":"tag","relation":"equals","condition":"a"}]}]})";
  std::ofstream(folder.path() / "m.json") << R"({"c":{"1":[9007199254740995],"2":[404]}})";
  add(fmt::format("rest:file={0}/p.json,collections={0}/c.json,membership={0}/m.json", folder.path().string()));
  const auto answer = data(
      "{ products(first: 1) { nodes { id title descriptionHtml tags status createdAt updatedAt publishedAt "
      "templateSuffix options { name } media(first: 5) { nodes { alt ... on MediaImage { mimeType image { width } } } "
      "} "
      "variants(first: 5) { nodes { title price compareAtPrice selectedOptions { name value } inventoryQuantity "
      "inventoryPolicy inventoryItem { measurement { weight { unit value } } } media(first: 1) { nodes { id } } } } } "
      "} "
      "collections(first: 1) { nodes { sortOrder productsCount { count } ruleSet { appliedDisjunctively rules { column "
      "relation condition } } } } }");
  EXPECT_EQ(
      json::write(answer),
      "{\"products\":{\"nodes\":[{\"id\":\"gid://shopify/Product/"
      "9007199254740995\",\"title\":\"T\u00a0<b>\",\"descriptionHtml\":\"<p>\\r\\n</p>\",\"tags\":[\"b\",\"a\",\"c "
      "d\"],\"status\":\"DRAFT\","
      "\"createdAt\":\"2025-08-26T07:14:56Z\",\"updatedAt\":\"2025-09-15T17:20:05Z\",\"publishedAt\":null,"
      "\"templateSuffix\":null,\"options\":[{\"name\":\"Color\"},{\"name\":\"Size\"}],"
      "\"media\":{\"nodes\":[{\"alt\":null,\"mimeType\":\"image/"
      "png\",\"image\":{\"width\":3}}]},\"variants\":{\"nodes\":[{\"title\":\"Red\",\"price\":\"49.99\","
      "\"compareAtPrice\":null,"
      "\"selectedOptions\":[{\"name\":\"Color\",\"value\":\"Red\"}],\"inventoryQuantity\":20000,\"inventoryPolicy\":"
      "\"DENY\",\"inventoryItem\":{\"measurement\":{\"weight\":{\"unit\":\"GRAMS\",\"value\":5.7E2}}},"
      "\"media\":{\"nodes\":[{\"id\":\"gid://shopify/MediaImage/"
      "7\"}]}}]}}]},\"collections\":{\"nodes\":[{\"sortOrder\":\"BEST_SELLING\",\"productsCount\":{\"count\":1},"
      "\"ruleSet\":{\"appliedDisjunctively\":true,\"rules\":[{\"column\":\"TAG\",\"relation\":\"EQUALS\",\"condition\":"
      "\"a\"}]}}]}}");
}

TEST_F(Rehearsal, TheRealCatalogueIsServedWhole) {
  const std::filesystem::path real = "/work/shared/data/spacire";
  if (!std::filesystem::exists(real)) GTEST_SKIP() << "no real data at " << real;
  add(fmt::format(
      "spacire:file={0}/products-union.json,collections={0}/collections.json,membership={0}/collection-membership.json",
      real.string()));
  const auto counts = data("{ productsCount { count } collectionsCount { count } }");
  EXPECT_EQ(counts.at("productsCount").at("count"), 507);
  EXPECT_EQ(counts.at("collectionsCount").at("count"), 94);
  std::size_t variants = shop->read([](const Catalog& catalog) { return catalog.variants().size(); });
  EXPECT_EQ(variants, 4805u);
}

}  // namespace
}  // namespace stoa::sandbox
