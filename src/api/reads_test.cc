// What the read routes answer: a table of requests, each a claim.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "base/json.h"
#include "base/json_text.h"

namespace stoa::api {
namespace {
using http::Method;
using model::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The numbers at the end of the listed objects' ids.
std::vector<std::int64_t> listed(const Answer& answer) {
  std::vector<std::int64_t> out;
  const auto body = json::parse(answer.body);
  EXPECT_TRUE(body.has_value()) << answer.body;
  for (const auto& object : body->at("data").as_array()) out.push_back(parse_gid(object.at("id").as_string())->number);
  return out;
}

std::string next_of(const Answer& answer) {
  const auto parsed = json::parse(answer.body);
  const auto& next = parsed->at("page").at("next");
  return next.is_null() ? "" : std::string(next.as_string());
}

class Reads : public ApiFixture {
 protected:
  Reads() {
    put(Kind::products,
        {product_json({.number = 1, .title = "Banana", .vendor = "Acme", .price = "25.00", .tags = {"a", "b"}}),
         product_json({.number = 2,
                       .title = "apple",
                       .updated_at = "2026-03-01T00:00:00Z",
                       .vendor = "Bob & Co",
                       .price = "5",
                       .tags = {"a"}}),
         product_json({.number = 3, .title = "Cherry", .product_type = "", .price = "100", .available = false}),
         product_json({.number = 4, .title = "draft", .status = "DRAFT"}),
         product_json({.number = 5, .title = "archived", .status = "ARCHIVED"}),
         product_json({.number = 6, .title = "unlisted", .status = "UNLISTED"}),
         product_json({.number = 7, .title = "unpublished", .published_at = ""}),
         product_json({.number = 8, .title = "future", .published_at = "2027-01-01T00:00:00Z"})});
    put(Kind::collections, {collection_json(10, "fruit", {3, 4, 1, 7, 2, 99}), collection_json(11, "empty", {})});
    put(Kind::products, {product_json({.number = 1, .title = "HAT", .handle = "hat"})}, "hats");
    for (const auto kind : {Kind::products, Kind::collections}) {
      complete(kind);
      complete(kind, "hats");
    }
  }
};

struct Scenario {
  std::string name;
  Method method;
  std::string url, key;
  int status;
  std::vector<std::string> has, lacks;
};

const std::string kRead = "read-key-of-tees", kOther = "read-key-of-hats", kAll = "operator-token-of-the-tests", kNone;

TEST_F(Reads, AnswerEachScenarioAsTheContractSays) {
  const std::string at = "/v1/stores/tees";
  const std::vector<Scenario> table{
      {"no key", Method::get, at + "/products", kNone, 401, {R"("code":"unauthorized")"}, {"tees"}},
      {"unknown key", Method::get, at + "/products", "nonsense", 401, {R"("requestId":"req-1")"}, {}},
      {"unknown key of an unknown store", Method::get, "/v1/stores/nobody/products", "nonsense", 401, {}, {"nobody"}},
      {"by client key",
       Method::get,
       at + "/products/1",
       kRead,
       200,
       {R"({"data":{"id":"gid://shopify/Product/1")"},
       {}},
      {"by shop domain, any case", Method::get, "/v1/stores/TEES.MyShopify.com/products/1", kRead, 200, {"Banana"}, {}},
      {"operator by domain", Method::get, "/v1/stores/hats.myshopify.com/products/1", kAll, 200, {"HAT"}, {}},
      {"operator, unknown store",
       Method::get,
       "/v1/stores/nobody/products/1",
       kAll,
       404,
       {R"("code":"store-not-found")"},
       {}},
      {"another store's key",
       Method::get,
       at + "/products/1",
       kOther,
       404,
       {R"("code":"store-not-found")"},
       {"Banana"}},
      {"by gid", Method::get, at + "/products/gid%3A%2F%2Fshopify%2FProduct%2F1", kRead, 200, {"Banana"}, {}},
      {"by another kind's gid",
       Method::get,
       at + "/products/gid%3A%2F%2Fshopify%2FCollection%2F10",
       kRead,
       404,
       {"product-not-found"},
       {}},
      {"by nonsense", Method::get, at + "/products/-1", kRead, 404, {"product-not-found"}, {}},
      {"unknown id", Method::get, at + "/products/99", kRead, 404, {"product-not-found"}, {}},
      {"by handle", Method::get, at + "/products/by-handle/p2", kRead, 200, {"apple"}, {}},
      {"unknown handle", Method::get, at + "/products/by-handle/zz", kRead, 404, {"product-not-found"}, {}},
      {"HEAD", Method::head, at + "/products", kRead, 200, {}, {}},
      {"POST", Method::post, at + "/products", kRead, 405, {"method-not-allowed"}, {}},
      {"unknown route", Method::get, at + "/nonsense", kRead, 404, {"route-not-found"}, {}},
      {"broken escape in the path", Method::get, at + "/products/%zz", kRead, 400, {"bad-path"}, {}},
      {"collection",
       Method::get,
       at + "/collections/10",
       kRead,
       200,
       {R"("handle":"fruit")", "productsCount"},
       {"productIds"}},
      {"collection, operator", Method::get, at + "/collections/10", kAll, 200, {"fruit"}, {"productIds"}},
      {"collection by handle", Method::get, at + "/collections/by-handle/fruit", kRead, 200, {"Collection 10"}, {}},
      {"unknown collection", Method::get, at + "/collections/12", kRead, 404, {"collection-not-found"}, {}},
      {"members of an unknown collection",
       Method::get,
       at + "/collections/12/products",
       kRead,
       404,
       {"collection-not-found"},
       {}},
      {"members by a handle",
       Method::get,
       at + "/collections/fruit/products",
       kRead,
       404,
       {"collection-not-found"},
       {}},
      {"empty collection",
       Method::get,
       at + "/collections/11/products",
       kRead,
       200,
       {R"({"data":[],"page":{"next":null,"limit":50},"complete":true})"},
       {}},
      {"the store",
       Method::get,
       at,
       kRead,
       200,
       {R"("clientKey":"tees")", R"("name":"The tees")", R"("currencyCode":"GBP")", R"("locales":["en","fr"])",
        R"("primaryDomain":"tees.example")", R"("version":)",
        R"("products":{"state":"current","complete":true,"asOf":"2026-11-22T12:00:00Z","lagSeconds":0})"},
       {"\"count\"", "incarnation"}},
      {"the store takes no parameters", Method::get, at + "?x=1", kRead, 400, {R"("parameter":"x")"}, {}},
      // parameters
      {"unknown",
       Method::get,
       at + "/products?vendour=x",
       kRead,
       400,
       {R"("parameter":"vendour")", "did you mean `vendor`"},
       {}},
      {"all faults at once",
       Method::get,
       at + "/products?limit=0&sort=size&ids=x&updatedSince=soon&available=yes&price.min=a&fields=id,nope",
       kRead,
       400,
       {R"("parameter":"limit")", R"("parameter":"sort")", R"("parameter":"ids")", R"("parameter":"updatedSince")",
        R"("parameter":"available")", R"("parameter":"price.min")", R"("parameter":"fields")"},
       {}},
      {"later issues' parameters",
       Method::get,
       at + "/products?q=x&count=true&facets=vendor&option.Size=M",
       kRead,
       400,
       {R"("parameter":"q")", R"("parameter":"count")", R"("parameter":"facets")", R"("parameter":"option.Size")"},
       {}},
      {"given twice", Method::get, at + "/products?limit=1&limit=2", kRead, 400, {"given 2 times"}, {}},
      {"limit too large", Method::get, at + "/products?limit=251", kRead, 400, {"1 to 250"}, {}},
      {"broken escape in the query", Method::get, at + "/products?vendor=%zz", kRead, 400, {"escape"}, {}},
      {"collection sort needs a collection",
       Method::get,
       at + "/products?sort=collection",
       kRead,
       400,
       {R"("parameter":"sort")"},
       {}},
      {"cursor of nobody", Method::get, at + "/products?after=abc", kRead, 400, {R"("code":"invalid-cursor")"}, {}},
      {"status is the operator's", Method::get, at + "/products?status=any", kRead, 403, {"operator-only"}, {}},
      {"status DRAFT too",
       Method::get,
       at + "/collections/10/products?status=DRAFT",
       kRead,
       403,
       {"operator-only"},
       {}},
      {"the default status is anyone's", Method::get, at + "/products?status=ACTIVE", kRead, 200, {}, {}},
      {"unknown status", Method::get, at + "/products?status=SOLD", kAll, 400, {R"("parameter":"status")"}, {}},
      {"fields of a collection",
       Method::get,
       at + "/collections?fields=handle",
       kRead,
       200,
       {R"({"id":"gid://shopify/Collection/10","handle":"fruit"})"},
       {"title"}},
      {"an object takes fields only",
       Method::get,
       at + "/products/1?limit=1",
       kRead,
       400,
       {R"("parameter":"limit")"},
       {}},
      // around the reads
      {"problem page", Method::get, "/problems/store-not-found", kNone, 200, {R"("cause":)", R"("fix":)"}, {}},
      {"unknown problem page", Method::get, "/problems/nope", kNone, 404, {}, {}},
      {"livez", Method::get, "/livez", kNone, 200, {"live"}, {}},
      {"readyz", Method::get, "/readyz", kNone, 200, {R"("status":"ready")", R"("degraded":[])"}, {}},
  };
  for (const auto& row : table) {
    const auto answer = ask(row.method, row.url, row.key);
    EXPECT_EQ(answer.status, row.status) << row.name << ": " << answer.body;
    for (const auto& text : row.has) EXPECT_THAT(answer.body, HasSubstr(text)) << row.name;
    for (const auto& text : row.lacks) EXPECT_THAT(answer.body, ::testing::Not(HasSubstr(text))) << row.name;
  }
}

TEST_F(Reads, FiltersAndSortsChooseAndOrder) {
  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> table{
      {"", {1, 2, 3}},
      {"sort=title", {2, 1, 3}},
      {"sort=-title", {3, 1, 2}},
      {"sort=price", {2, 1, 3}},
      {"sort=-price", {3, 1, 2}},
      {"sort=vendor", {1, 3, 2}},
      {"sort=-updatedAt", {2, 3, 1}},
      {"vendor=Bob+%26+Co", {2}},
      {"vendor=acme", {}},
      {"productType=", {3}},
      {"tag=a", {1, 2}},
      {"tag=a&tag=b", {1}},
      {"available=false", {3}},
      {"price.min=25", {1, 3}},
      {"price.max=25.00", {1, 2}},
      {"price.min=6&price.max=99", {1}},
      {"updatedSince=2026-02-01T00:00:00Z", {2}},
      {"ids=3,1,77", {3, 1}},
      {"ids=gid%3A%2F%2Fshopify%2FProduct%2F2,1,2", {2, 1}},
      {"ids=3,1&sort=id", {1, 3}},
      {"ids=3,1&vendor=Acme&limit=1", {3}},
      {"handle=p3,zz,p2", {3, 2}},
      {"handle=p3,p2&ids=2,3,1", {2, 3}},
      {"ids=6", {}},  // UNLISTED: by id and handle only
      {"collection=10", {3, 1, 2}},
      {"collection=fruit", {3, 1, 2}},
      {"collection=nope", {}},
      {"collection=fruit&sort=title", {2, 1, 3}},
      {"collection=fruit&ids=2,3", {2, 3}},
      {"collection=fruit&ids=2,3&sort=collection", {3, 2}},
      {"collection=fruit&handle=p2,p3", {2, 3}},
      {"collection=fruit&handle=p2,p1&sort=-title", {1, 2}},
      {"collection=empty&sort=title", {}},
  };
  for (const auto& [query, wanted] : table)
    EXPECT_EQ(listed(get("/v1/stores/tees/products?" + query)), wanted) << query;
  EXPECT_THAT(listed(get("/v1/stores/tees/collections/10/products")), ElementsAre(3, 1, 2));
  EXPECT_THAT(listed(get("/v1/stores/tees/collections/10/products?sort=price&tag=a")), ElementsAre(2, 1));
  EXPECT_THAT(listed(get("/v1/stores/tees/collections?sort=-title")), ElementsAre(11, 10));
  EXPECT_THAT(listed(get("/v1/stores/tees/collections?handle=empty,fruit")), ElementsAre(11, 10));
}

TEST_F(Reads, StatusReachesTheRestForOperators) {
  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> table{
      {"", {1, 2, 3, 7, 8}}, {"status=DRAFT", {4}}, {"status=UNLISTED", {6}}, {"status=any", {1, 2, 3, 4, 5, 6, 7, 8}}};
  for (const auto& [query, wanted] : table)
    EXPECT_EQ(listed(get("/v1/stores/tees/products?" + query, kOperator)), wanted) << query;
  EXPECT_THAT(listed(get("/v1/stores/tees/collections/10/products?status=any", kOperator)), ElementsAre(3, 4, 1, 7, 2));
}

// Who sees which product how: list, by id, by handle.
TEST_F(Reads, VisibilityMatrix) {
  struct Row {
    std::int64_t number;
    std::string what;
    bool key_lists, key_finds, operator_lists;
  };
  const std::vector<Row> table{{1, "active", true, true, true},        {4, "draft", false, false, false},
                               {5, "archived", false, false, false},   {6, "unlisted", false, true, false},
                               {7, "unpublished", false, false, true}, {8, "published later", false, false, true}};
  for (const auto& row : table) {
    const auto list = [&](std::string_view token) {
      const auto numbers = listed(get("/v1/stores/tees/products", token));
      return std::ranges::find(numbers, row.number) != numbers.end();
    };
    const auto finds = [&](const std::string& path, std::string_view token) {
      return get("/v1/stores/tees/products/" + path, token).status == 200;
    };
    const auto id = std::to_string(row.number), handle = "by-handle/p" + id;
    EXPECT_EQ(list(kKey), row.key_lists) << row.what;
    EXPECT_EQ(list(kOperator), row.operator_lists) << row.what;
    EXPECT_EQ(finds(id, kKey), row.key_finds) << row.what;
    EXPECT_EQ(finds(handle, kKey), row.key_finds) << row.what;
    EXPECT_TRUE(finds(id, kOperator)) << row.what;
    EXPECT_TRUE(finds(handle, kOperator)) << row.what;
  }
  erase(Kind::products, gid("Product", 1));
  for (const auto token : {kKey, kOperator}) {
    EXPECT_EQ(get("/v1/stores/tees/products/1", token).status, 404);
    EXPECT_EQ(get("/v1/stores/tees/products/by-handle/p1", token).status, 404);
  }
  serve({.reads = {.rate_limit = {.per_minute = 0}}});  // the share that is left would differ
  // A hidden product is told from an absent one by nothing.
  EXPECT_EQ(get("/v1/stores/tees/products/4").body, get("/v1/stores/tees/products/404").body);
  EXPECT_EQ(get("/v1/stores/tees/products/4").head, get("/v1/stores/tees/products/405").head);
}

TEST_F(Reads, ForeignAndUnknownStoresAreOneAnswer) {
  for (const auto* path : {"", "/products", "/products/1", "/collections/10/products"}) {
    const auto foreign = get(std::string("/v1/stores/tees") + path, kOtherKey),
               unknown = get(std::string("/v1/stores/nobody") + path, kOtherKey);
    EXPECT_EQ(foreign.status, 404) << path;
    EXPECT_EQ(foreign.body, unknown.body) << path;
    // The head may differ in the share that is left, and in nothing else.
    EXPECT_EQ(foreign.header("Content-Type"), unknown.header("Content-Type")) << path;
    const auto without_key = get(std::string("/v1/stores/tees") + path, ""),
               of_nobody = get(std::string("/v1/stores/nobody") + path, "");
    EXPECT_EQ(without_key.status, 401) << path;
    EXPECT_EQ(without_key.body, of_nobody.body) << path;
    EXPECT_EQ(without_key.head, of_nobody.head) << path;
    EXPECT_EQ(without_key.header("WWW-Authenticate"), "Bearer");
  }
}

TEST_F(Reads, ARevokedKeyIsAnUnknownOne) {
  EXPECT_EQ(get("/v1/stores/tees/products").status, 200);
  ASSERT_TRUE(registry_->revoke_key(ClientKey("tees"), "key_tees").has_value());
  EXPECT_EQ(get("/v1/stores/tees/products").status, 401);
}

TEST_F(Reads, AReadKeySeesNoQuantitiesAndOnlyListedMetafields) {
  const auto hidden = get("/v1/stores/tees/products/1").body;
  for (const auto* name :
       {"inventoryQuantity", "totalInventory", "sellableOnlineQuantity", "inventoryLevels", "secret", "care"})
    EXPECT_THAT(hidden, ::testing::Not(HasSubstr(name)));
  EXPECT_THAT(hidden, HasSubstr(R"("metafields":[])"));
  EXPECT_THAT(hidden, HasSubstr(R"("availableForSale":true)"));
  EXPECT_THAT(hidden, HasSubstr(R"("brandNew":{"emoji":"😀","none":null})"));  // rule P5
  EXPECT_EQ(get("/v1/stores/tees/products/1", kOperator).body,
            "{\"data\":" + product_json({.number = 1, .title = "Banana", .tags = {"a", "b"}}) + "}");

  change_settings(R"({"inventory":true,"metafields":["custom.care"]})");
  const auto shown = get("/v1/stores/tees/products/1").body;
  for (const auto* name :
       {"inventoryQuantity\":3", "totalInventory\":7", "inventoryLevels", R"("key":"care","type":"json","value":"{}")"})
    EXPECT_THAT(shown, HasSubstr(name));
  EXPECT_THAT(shown, ::testing::Not(HasSubstr("margin")));
  change_settings(R"({"metafields":["secret.*"]})");
  const auto other = get("/v1/stores/tees/products/1").body;
  EXPECT_THAT(other, HasSubstr("margin"));
  EXPECT_THAT(other, ::testing::Not(HasSubstr("care")));
}

TEST_F(Reads, FieldsPickMembersAtAnyDepth) {
  const auto at = [&](const std::string& fields, std::string_view token = kKey) {
    return get("/v1/stores/tees/products/1?fields=" + fields, token).body;
  };
  EXPECT_EQ(at("title"), R"({"data":{"id":"gid://shopify/Product/1","title":"Banana"}})");
  EXPECT_EQ(at("variants.price,handle"),
            R"({"data":{"id":"gid://shopify/Product/1","handle":"p1","variants":[{"price":"25.00"}]}})");
  EXPECT_EQ(at("totalInventory"), R"({"data":{"id":"gid://shopify/Product/1"}})");
  EXPECT_EQ(at("variants.inventoryQuantity", kOperator),
            R"({"data":{"id":"gid://shopify/Product/1","variants":[{"inventoryQuantity":3}]}})");
  EXPECT_EQ(at("metafields.key", kOperator),
            R"({"data":{"id":"gid://shopify/Product/1","metafields":[{"key":"care"},{"key":"margin"}]}})");
  EXPECT_EQ(at("metafields.key"), R"({"data":{"id":"gid://shopify/Product/1","metafields":[]}})");
  EXPECT_THAT(at("productIds"), HasSubstr("there is no field `productIds`"));
  EXPECT_THAT(at("variants.prise"), HasSubstr("did you mean `price`"));
}

TEST_F(Reads, PagesFollowEachOtherInEveryOrder) {
  for (const auto* order : {"", "&sort=title", "&sort=-title", "&sort=price", "&ids=3,1,2", "&handle=p2,p3,p1",
                            "&collection=fruit", "&tag=a"}) {
    const std::string base = std::string("/v1/stores/tees/products?limit=1") + order;
    const auto whole = listed(get(std::string("/v1/stores/tees/products?limit=250") + order));
    std::vector<std::int64_t> walked;
    std::string after;
    do {
      const auto page = get(after.empty() ? base : base + "&after=" + after);
      ASSERT_EQ(page.status, 200) << page.body;
      for (const auto number : listed(page)) walked.push_back(number);
      after = next_of(page);
      EXPECT_EQ(page.header("Link").empty(), after.empty()) << order;
      EXPECT_THAT(page.header("Link"), HasSubstr(after.empty() ? "" : "after=" + after + ">; rel=\"next\""));
      ASSERT_LE(walked.size(), whole.size()) << order;
    } while (!after.empty());
    EXPECT_EQ(walked, whole) << order;
  }
}

TEST_F(Reads, TheLinkHeaderCanBeFollowed) {
  auto page = get("/v1/stores/TEES.myshopify.com/products?limit=2&tag=a&fields=title&sort=title");
  const auto first = get("/v1/stores/tees/products?limit=1&vendor=Acme&fields=title&sort=-title");
  const auto link = first.header("Link");
  ASSERT_TRUE(link.starts_with("</v1/stores/tees/products?")) << link;
  EXPECT_EQ(listed(get(link.substr(1, link.find('>') - 1))), std::vector<std::int64_t>{1});
}

TEST_F(Reads, ACursorBelongsToItsStoreRouteFiltersAndSort) {
  const auto cursor = next_of(get("/v1/stores/tees/products?limit=1"));
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(get("/v1/stores/tees/products?sort=id&after=" + cursor).status, 200) << "the default, named";
  EXPECT_EQ(get("/v1/stores/tees/products?limit=2&fields=id&after=" + cursor).status, 200)
      << "limit and fields may change";
  auto damaged = cursor;
  damaged[3] = damaged[3] == 'A' ? 'B' : 'A';
  put(Kind::products, {product_json({.number = 2})}, "hats");
  for (const auto& [url, token] : std::vector<std::pair<std::string, std::string_view>>{
           {"/v1/stores/hats/products?after=" + cursor, kOtherKey},
           {"/v1/stores/tees/collections?after=" + cursor, kKey},
           {"/v1/stores/tees/collections/10/products?after=" + cursor, kKey},
           {"/v1/stores/tees/products?vendor=Acme&after=" + cursor, kKey},
           {"/v1/stores/tees/products?sort=title&after=" + cursor, kKey},
           {"/v1/stores/tees/products?status=any&after=" + cursor, kOperator},
           {"/v1/stores/tees/products?after=" + damaged, kKey}}) {
    const auto answer = get(url, token);
    EXPECT_EQ(answer.status, 400) << url;
    EXPECT_THAT(answer.body, HasSubstr(R"("code":"invalid-cursor")")) << url;
  }
}

TEST_F(Reads, AMemberThatMovesIsNeitherSkippedNorRepeated) {
  const std::string url = "/v1/stores/tees/collections/10/products?limit=1";
  const auto first = get(url);
  EXPECT_THAT(listed(first), ElementsAre(3));
  put(Kind::collections, {collection_json(10, "fruit", {1, 3, 2})});
  EXPECT_THAT(listed(get(url + "&after=" + next_of(first))), ElementsAre(2));
  put(Kind::collections, {collection_json(10, "fruit", {2, 1})});  // 3 is gone: go on where it stood
  EXPECT_THAT(listed(get(url + "&after=" + next_of(first))), ElementsAre(2));
}

TEST_F(Reads, APageEndsAtEightMebibytesButNeverBeforeOneObject) {
  const std::string large(5u << 20, 'x');
  put(Kind::products, {product_json({.number = 20, .title = large, .vendor = "Big"}),
                       product_json({.number = 21, .title = large, .vendor = "Big"})});
  put(Kind::collections, {collection_json(12, "big", {20, 21})});
  for (const auto* url : {"/v1/stores/tees/products?vendor=Big", "/v1/stores/tees/collections/12/products",
                          "/v1/stores/tees/products?ids=20,21"}) {
    const auto page = get(url);
    EXPECT_THAT(listed(page), ElementsAre(20)) << url;
    const std::string next =
        std::string(url) + (std::string_view(url).contains('?') ? "&" : "?") + "after=" + next_of(page);
    EXPECT_THAT(listed(get(next)), ElementsAre(21)) << url;
  }
}

class Syncing : public ApiFixture {};

TEST_F(Syncing, ListsSayThatTheyAreNotCompleteAndMissesThatTheyAreNotSynced) {
  put_product({.number = 1});
  const auto list = get("/v1/stores/tees/products");
  EXPECT_EQ(list.status, 200);
  EXPECT_THAT(list.body, HasSubstr(R"("complete":false,"reason":"syncing")"));
  EXPECT_EQ(list.header("Cache-Control"), "no-store");
  EXPECT_EQ(list.header("ETag"), "");
  EXPECT_EQ(get("/v1/stores/tees/products/1").status, 200);
  for (const auto* path : {"/products/2", "/products/by-handle/zz", "/collections/1", "/collections/1/products"}) {
    const auto miss = get(std::string("/v1/stores/tees") + path);
    EXPECT_EQ(miss.status, 503) << path;
    EXPECT_THAT(miss.body, HasSubstr(R"("code":"not-synced-yet")"));
    EXPECT_EQ(miss.header("Retry-After"), "10");
  }
  complete(Kind::products);
  EXPECT_THAT(get("/v1/stores/tees/products").body, HasSubstr(R"("complete":true})"))
      << "at once, not when some cache has aged";
  EXPECT_EQ(get("/v1/stores/tees/products/2").status, 404);
  EXPECT_THAT(get("/v1/stores/tees/products?collection=x").body, HasSubstr(R"("complete":false)"))
      << "collections are not here yet";
}

TEST_F(Syncing, AKindThatMayNotBeReadSaysSo) {
  ASSERT_TRUE(store().set_kind_status({.kind = Kind::collections, .state = "notPermitted"}).has_value());
  EXPECT_THAT(get("/v1/stores/tees/collections").body, HasSubstr(R"("reason":"notPermitted")"));
}

TEST_F(Reads, TheCatalogFindsAStoreByEitherName) {
  Catalog catalog(*registry_, clock_);
  const ProductQuery query{.sort = "title", .limit = 2, .fields = *parse_fields(Kind::products, "title")};
  const auto by_domain = catalog.products({.shop_domain = "tees.myshopify.com"}, query);
  const auto by_key = catalog.products({.client_key = "tees"}, query);
  ASSERT_TRUE(by_domain && by_key);
  EXPECT_EQ(by_domain->count, 2u);
  EXPECT_EQ(by_domain->items, by_key->items);
  EXPECT_EQ(catalog.products({.client_key = "tees", .shop_domain = "hats.myshopify.com"}, query).error().reason,
            "store-not-found");
  EXPECT_EQ(catalog.products({.client_key = "tees"}, {.sort = "size"}).error().code, Code::invalid);
  EXPECT_THAT(catalog.product({.client_key = "tees"}, "4")->json, HasSubstr("DRAFT"));
  EXPECT_EQ(catalog.collection_products({.client_key = "tees"}, {.collection = "10"})->count, 4u);
}

}  // namespace
}  // namespace stoa::api
