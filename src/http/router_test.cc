#include "http/router.h"

#include <gmock/gmock.h>

namespace stoa::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Handler named(std::string name) {
  return [name](const Request&, const Params&) { return text_response(200, "text/plain", name); };
}

Router make_router() {
  Router router;
  router.add(Method::get, "/", named("home"));
  router.add(Method::get, "/v1/stores/{store}", named("store"));
  router.add(Method::get, "/v1/stores/{store}/products", named("products"));
  router.add(Method::get, "/v1/stores/{store}/products/{id}", named("product"));
  router.add(Method::get, "/v1/stores/{key}/products/by-handle/{handle}", named("by-handle"));
  router.add(Method::get, "/v1/stores/{store}/products/count", named("count"));
  router.add(Method::post, "/v1/stores/{store}/products", named("create"));
  router.add(Method::del, "/v1/stores/{store}/products/{id}", named("delete"));
  router.add(Method::post, "/v1/stores/{store}/products/count", named("recount"));
  router.add(Method::get, "/themes/{id}/templates/{name...}", named("template"));
  return router;
}

TEST(Router, PathsAndMethodsFindTheirRoutes) {
  const auto router = make_router();
  struct Case {
    Method method;
    std::string path;
    std::string pattern;  // of the route; empty: none
    std::string allow;
  };
  const std::vector<Case> cases{
      {Method::get, "/", "/", ""},
      {Method::get, "/v1/stores/a", "/v1/stores/{store}", ""},
      {Method::head, "/v1/stores/a", "/v1/stores/{store}", ""},
      {Method::get, "/v1/stores/a/products", "/v1/stores/{store}/products", ""},
      {Method::get, "/v1/stores/a/products/7", "/v1/stores/{store}/products/{id}", ""},
      {Method::get, "/v1/stores/a/products/count", "/v1/stores/{store}/products/count", ""},
      {Method::del, "/v1/stores/a/products/count", "/v1/stores/{store}/products/{id}", ""},
      {Method::get, "/v1/stores/a/products/by-handle/x", "/v1/stores/{key}/products/by-handle/{handle}", ""},
      {Method::get, "/v1/stores/a/products/by-handle", "/v1/stores/{store}/products/{id}", ""},
      {Method::get, "/themes/1/templates/customers/login", "/themes/{id}/templates/{name...}", ""},
      {Method::get, "/themes/1/templates", "", ""},
      {Method::get, "/themes/1/templates/", "", ""},
      {Method::get, "/v1/stores", "", ""},
      {Method::get, "/v1/stores/", "", ""},
      {Method::get, "/v1/stores/a/", "", ""},
      {Method::get, "//v1/stores/a", "", ""},
      {Method::get, "/V1/stores/a", "", ""},
      {Method::get, "", "", ""},
      {Method::get, "v1", "", ""},
      {Method::post, "/v1/stores/a", "", "GET, HEAD"},
      {Method::put, "/v1/stores/a/products", "", "GET, HEAD, POST"},
      {Method::other, "/v1/stores/a/products/7", "", "GET, HEAD, DELETE"},
      {Method::post, "/nowhere", "", ""},
  };
  for (const auto& [method, path, pattern, allow] : cases) {
    const auto match = router.match(method, path);
    EXPECT_EQ(match.route ? match.route->pattern : "", pattern) << path;
    EXPECT_EQ(match.allow, allow) << path;
    EXPECT_FALSE(match.bad_path) << path;
  }
}

TEST(Router, ParametersAreDecodedSegmentBySegmentUnderTheNamesOfTheirOwnPattern) {
  const auto router = make_router();
  auto match = router.match(Method::get, "/v1/stores/a%20b/products/gid%3A%2F%2Fshopify%2FProduct%2F1");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.params["store"], "a b");
  EXPECT_EQ(match.params["id"], "gid://shopify/Product/1");
  match = router.match(Method::get, "/v1/stores/k/products/by-handle/caf%C3%A9+x");
  EXPECT_EQ(match.params["key"], "k");
  EXPECT_EQ(match.params["handle"], "café+x");
  match = router.match(Method::get, "/themes/main/templates/customers/login%2Fx");
  EXPECT_EQ(match.params["name"], "customers/login/x");
}

TEST(Router, BrokenEscapesAndForeignBytesAreABadPath) {
  const auto router = make_router();
  for (const auto* path :
       {"/v1/stores/%", "/v1/stores/%4", "/v1/stores/%zz", "/v1/stores/%00", "/v1/stores/%ff", "/x%c0%af"}) {
    const auto match = router.match(Method::get, path);
    EXPECT_TRUE(match.bad_path) << path;
    EXPECT_EQ(match.route, nullptr) << path;
  }
}

TEST(RouterDeathTest, TwoHandlersForOneMethodAndPathAreAProgrammersError) {
  auto router = make_router();
  EXPECT_DEATH(router.add(Method::get, "/v1/stores/{other}", named("again")), "one handler");
  EXPECT_DEATH((void)router.match(Method::get, "/").params["store"], "does not have");
}

TEST(Query, ParametersComeInOrderDecoded) {
  EXPECT_THAT(parse_query("a=1&b=x+y%26&a=%C3%A9&flag&empty=&&=v").value(),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("a", "é"), Pair("flag", ""), Pair("empty", ""),
                          Pair("", "v")));
  EXPECT_TRUE(parse_query("").value().empty());
  for (const auto* bad : {"a=%", "a=%zz", "%ff=1", "a=%00"}) EXPECT_FALSE(parse_query(bad).has_value()) << bad;
}

}  // namespace
}  // namespace stoa::http
