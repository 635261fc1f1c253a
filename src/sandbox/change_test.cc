// What can be changed, and what can go wrong: control routes, tokens, versions, faults; the last over a real socket.
#include "http/client.h"
#include "sandbox/sandbox_fixture.h"

namespace stoa::sandbox {
namespace {

using Method = http::Method;

class Changing : public Rehearsal {
 protected:
  Changing() { add("demo:seed=10"); }
  json::Value products() { return control(Method::get, "/products").at("products"); }
  std::string path_of(const json::Value& object) {
    return "/products/" + std::to_string(parse_gid(json::string_or(object, "id"))->id);
  }
};

TEST_F(Changing, AChangeMovesUpdatedAtStrictlyEvenTwiceInASecond) {
  const auto before = products().at(3);
  const auto once = control(Method::patch, path_of(before), R"({"title":"New \ud83d\ude34"})");
  const auto twice = control(Method::patch, path_of(before), R"({"title":"Newer"})");
  EXPECT_LT(json::string_or(before, "updatedAt"), json::string_or(once, "updatedAt"));
  EXPECT_LT(json::string_or(once, "updatedAt"), json::string_or(twice, "updatedAt"));
  EXPECT_EQ(json::string_or(once, "updatedAt"), "2026-11-22T12:00:00Z");
  const auto read =
      data("query ($id: ID!) { product(id: $id) { title variantsCount { count } } }", {{"id", before.at("id")}});
  EXPECT_EQ(read.at("product").at("title"), "Newer");
  EXPECT_GE(read.at("product").at("variantsCount").at("count").to_number<int>(), 1)
      << "a patch leaves what it does not name";
}

TEST_F(Changing, ARefusedChangeChangesNothing) {
  const auto before = products();
  control(Method::patch, path_of(before.at(0)), R"({"title":"x","status":"nonsense"})", 400);
  control(Method::patch, path_of(before.at(0)), R"({"variants":[{"price":5}]})", 400);
  control(Method::patch, "/products/1", R"({"title":"x"})", 404);
  EXPECT_EQ(products(), before);
}

TEST_F(Changing, ProductsComeAndGoWithTheirMemberships) {
  const auto made = control(Method::post, "/products",
                            R"({"title":"Aurora made","vendor":"plain","variants":[{"price":"3","option1":"A"}]})", 201)
                        .at("products")
                        .at(0);
  control(Method::post, "/products", R"({"generate":3})", 201);
  EXPECT_EQ(products().as_array().size(), 14u);
  const auto smart =
      data("query ($id: ID!) { product(id: $id) { onlineStoreUrl collections(first: 50) { nodes { title } } } }",
           {{"id", made.at("id")}})
          .at("product");
  EXPECT_EQ(texts(smart.at("collections").at("nodes"), "title"),
            (std::vector<std::string>{"VENDOR: plain", "TITLE: Aurora"}))
      << "smart collections follow their rules";
  EXPECT_TRUE(smart.at("onlineStoreUrl").is_string());
  control(Method::del, path_of(made));
  control(Method::del, path_of(made), {}, 404);
  EXPECT_TRUE(data("query ($id: ID!) { product(id: $id) { id } }", {{"id", made.at("id")}}).at("product").is_null());
  const auto left = control(Method::get, "/collections").at("collections");
  for (const auto& collection : left.as_array())
    for (const auto& id : collection.at("products").as_array()) EXPECT_NE(id, made.at("id"));
}

TEST_F(Changing, MembershipIsSetInOrderLoudlyOrQuietly) {
  const auto collection = control(Method::get, "/collections").at("collections").at(0);
  const auto path = "/collections/" + std::to_string(parse_gid(json::string_or(collection, "id"))->id);
  auto order = collection.at("products").as_array();
  std::ranges::reverse(order);
  const auto quiet =
      control(Method::put, path + "/products", json::write(json::Object{{"products", order}, {"quiet", true}}));
  EXPECT_EQ(quiet.at("products").as_array(), order);
  EXPECT_EQ(quiet.at("updatedAt"), collection.at("updatedAt"));
  const auto loud = control(Method::put, path + "/products", R"({"products":[]})");
  EXPECT_LT(json::string_or(quiet, "updatedAt"), json::string_or(loud, "updatedAt"));
  control(Method::put, path + "/products", R"({"products":[1]})", 400);
  control(Method::patch, path, R"({"title":"Renamed"})");
  control(Method::del, path);
  EXPECT_TRUE(data("query ($id: ID!) { collection(id: $id) { id } }", {{"id", collection.at("id")}})
                  .at("collection")
                  .is_null());
}

TEST_F(Changing, ShopsAreAddedByName) {
  const auto made = call(Method::post, "/control/shops", R"({"name":"second","seed":3,"token":"shpat_x"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(json::parse(*made.body)->at("adminToken"), "shpat_x");
  EXPECT_EQ(call(Method::post, "/control/shops", R"({"name":"second"})").status, 409);
  EXPECT_EQ(call(Method::post, "/control/shops", R"({"name":"Bad Name"})").status, 400);
  EXPECT_EQ(call(Method::post, "/control/shops", R"({"name":"x","sed":1})").status, 400);
}

TEST_F(Changing, StatsCountOperationsAndRememberCursors) {
  ask("query Walk($c: String) { products(first: 1, after: $c) { nodes { id } } }");
  const std::string cursor(json::string_or(
      data("query Walk { products(first: 1) { pageInfo { endCursor } } }").at("products").at("pageInfo"), "endCursor"));
  ask("query Walk($c: String) { products(first: 1, after: $c) { nodes { id } } }", {{"c", cursor}});
  const auto stats = control(Method::get, "/stats");
  EXPECT_EQ(stats.at("operations").at("Walk").at("requests"), 3);
  EXPECT_EQ(json::string_or(stats.at("operations").at("Walk").at("lastVariables"), "c"), cursor);
  EXPECT_EQ(stats.at("concurrentMax"), 1);
  EXPECT_GT(stats.at("points").to_number<double>(), 0);
}

TEST_F(Changing, OnlyTheRightTokenReads) {
  token = "shpat_wrong";
  EXPECT_EQ(post_query("{ shop { id } }").status, 401);
  EXPECT_EQ(post_query("{ shop { id } }").head.contains("X-Shopify-API-Version"), true);
  token = "shpat_demo";
  EXPECT_EQ(post_query("{ shop { id } }").status, 200);
  control(Method::post, "/token", R"({"adminToken":"shpat_next"})");
  EXPECT_EQ(post_query("{ shop { id } }").status, 401);
  token = "shpat_next";
  EXPECT_EQ(post_query("{ shop { id } }").status, 200);
}

TEST_F(Changing, CredentialsAndRotatingRefreshTokensBuyTokensThatExpire) {
  const auto exchange = [&](std::string body) { return call(Method::post, "/s/demo/admin/oauth/access_token", body); };
  const auto credentials =
      exchange(R"({"grant_type":"client_credentials","client_id":"client-demo","client_secret":"secret-demo"})");
  ASSERT_EQ(credentials.status, 200);
  token = json::parse(*credentials.body)->at("access_token").as_string();
  EXPECT_EQ(post_query("{ shop { id } }").status, 200);
  clock.advance(std::chrono::hours(25));
  EXPECT_EQ(post_query("{ shop { id } }").status, 401);

  const auto refresh = [&](std::string_view with) {
    return exchange(fmt::format(
        R"({{"grant_type":"refresh_token","client_id":"client-demo","client_secret":"secret-demo","refresh_token":"{}"}})",
        with));
  };
  const auto second = std::string(json::parse(*refresh("shprt_demo").body)->at("refresh_token").as_string());
  EXPECT_EQ(refresh("shprt_demo").status, 200) << "the previous one works until the new one is used";
  EXPECT_EQ(refresh("shprt_never").status, 400);
  EXPECT_EQ(exchange(R"({"grant_type":"client_credentials","client_id":"client-demo","client_secret":"no"})").status,
            400);
  const auto latest = json::parse(*refresh("shprt_demo").body);
  EXPECT_EQ(refresh(json::string_or(*latest, "refresh_token")).status, 200);
  EXPECT_EQ(refresh("shprt_demo").status, 400) << "used up";
  EXPECT_EQ(refresh(second).status, 400);
}

TEST_F(Changing, UnsupportedVersionsFallForwardToTheOldest) {
  EXPECT_TRUE(post_query("{ shop { id } }", {}, "2026-10").head.contains("X-Shopify-API-Version: 2026-10\r\n"));
  EXPECT_TRUE(post_query("{ shop { id } }", {}, "2025-01").head.contains("X-Shopify-API-Version: 2026-07\r\n"));
  EXPECT_EQ(post_query("{ shop { id } }", {}, "v1").status, 404);
  name = "nobody";
  EXPECT_EQ(post_query("{ shop { id } }").status, 404);
}

// Every fault that is an answer of its own.
TEST_F(Changing, FaultsAnswerAsShopifyWould) {
  const std::vector<std::tuple<std::string_view, int, std::string_view>> cases = {
      {"throttled", 200, "THROTTLED"},
      {"429", 429, "Exceeded"},
      {"500", 500, "errors"},
      {"502", 502, "<html>"},
      {"503", 503, "<html>"},
      {"504", 504, "errors"},
      {"html", 200, "<html>"},
      {"frozen", 402, "Unavailable Shop"},
      {"locked", 423, "Locked"},
      {"unauthorized", 401, "Invalid API key"},
      {"forbidden", 403, "Forbidden"},
      {"notfound", 404, "Not Found"},
      {"security", 430, "Security"},
      {"graphql-error", 200, "INTERNAL_SERVER_ERROR"},
      {"partial", 200, "\"data\":{\"shop\""},
      {"max-cost", 200, "MAX_COST_EXCEEDED"},
      {"search-warning", 200, "invalid_field"},
      {"redirect", 302, ""},
      {"empty-body", 200, ""},
      {"bad-json", 200, "{\"data\""},
      {"wrong-version", 200, "\"data\""}};
  for (const auto& [mode, status, has] : cases) {
    control(Method::post, "/faults", fmt::format(R"({{"mode":"{}","retryAfter":7}})", mode), 201);
    const auto response = post_query("{ shop { id } }");
    EXPECT_EQ(response.status, status) << mode;
    EXPECT_TRUE(response.body->contains(has)) << mode << *response.body;
    if (mode == "429") {
      EXPECT_TRUE(response.head.contains("Retry-After: 7\r\n"));
    }
    if (mode == "redirect") {
      EXPECT_TRUE(response.head.contains("Location: https://elsewhere.example/"));
    }
    if (mode == "wrong-version") {
      EXPECT_TRUE(response.head.contains("X-Shopify-API-Version: 2026-04\r\n"));
    }
    if (mode == "bad-json") {
      EXPECT_FALSE(json::parse(*response.body));
    }
    EXPECT_TRUE(json::parse(*post_query("{ shop { id } }").body)) << mode << ": once is once";
  }
}

TEST_F(Changing, FaultsWaitForTheirOperationAndTheirTurn) {
  control(Method::post, "/faults", R"({"mode":500,"operation":"Walk","after":1,"times":2})", 201);
  const auto status = [&](std::string_view query) { return post_query(query).status; };
  EXPECT_EQ(status("query Other { shop { id } }"), 200);
  EXPECT_EQ(status("query Walk { shop { id } }"), 200);
  EXPECT_EQ(status("query Other { shop { id } }"), 200);
  EXPECT_EQ(status("query Walk { shop { id } }"), 500);
  EXPECT_EQ(status("query Walk { shop { id } }"), 500);
  EXPECT_EQ(status("query Walk { shop { id } }"), 200);
  control(Method::post, "/faults", R"({"mode":"500","times":-1})", 201);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status("{ shop { id } }"), 500);
  control(Method::del, "/faults");
  EXPECT_EQ(status("{ shop { id } }"), 200);
  control(Method::post, "/faults", R"({"mode":"nonsense"})", 400);
  control(Method::post, "/faults", R"({"mode":"500","tmes":1})", 400);
}

TEST(ShopSpec, SaysWhatIsWrong) {
  for (const auto text : {"", "Demo", "a b", "demo:seed", "demo:seed=x", "demo:seed=-1", "demo:seed=2000000",
                          "demo:nope=1", "demo:currency=QQQ", "demo:plan=gold", "demo:points=0", "demo:variants=2049"})
    EXPECT_FALSE(parse_shop_spec(text)) << text;
  const auto spec = parse_shop_spec("demo:plan=plus,file=/x=y.json");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->restore_rate, 1000);
  EXPECT_EQ(spec->files.products, "/x=y.json");
  EXPECT_EQ(spec->admin_token, "shpat_demo");
}

// What only a socket shows.
TEST(OverASocket, AnswersAreCutResetAndWithheld) {
  SystemClock clock;
  testing::SeededRandom random(1);
  auto sandbox = Sandbox::start({.listen = "127.0.0.1:0"}, clock, random);
  ASSERT_TRUE(sandbox) << sandbox.error().what;
  auto shop = (*sandbox)->add_shop(*parse_shop_spec("demo:seed=10"));
  ASSERT_TRUE(shop);
  const auto client = http::Client::make({});
  const auto ask = [&](std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
    return client->send({.method = "POST",
                         .url = (*sandbox)->base_url("demo") + "/admin/api/2026-10/graphql.json",
                         .headers = {{"Content-Type", "application/json"}, {"X-Shopify-Access-Token", "shpat_demo"}},
                         .body = R"({"query":"{ products(first: 10) { nodes { id title descriptionHtml } } }"})",
                         .timeout = timeout,
                         .private_addresses = true});
  };
  const auto reason = [&](FaultSpec fault) {
    (*shop)->faults().add(std::move(fault));
    const auto response = ask(std::chrono::milliseconds(400));
    return response ? fmt::format("{}", response->status) : response.error().reason;
  };
  const auto good = ask();
  ASSERT_TRUE(good) << good.error().what;
  EXPECT_EQ(good->status, 200);
  EXPECT_EQ(good->header("x-shopify-api-version"), "2026-10");
  EXPECT_TRUE(good->header("content-type").starts_with("application/json"));
  EXPECT_EQ(reason({.mode = FaultMode::cut}), "cut");
  EXPECT_EQ(reason({.mode = FaultMode::reset}), "reset");
  EXPECT_EQ(reason({.mode = FaultMode::hang, .delay = std::chrono::seconds(60)}), "timeout");
  EXPECT_EQ(reason({.mode = FaultMode::drip, .delay = std::chrono::milliseconds(50)}), "timeout");
  EXPECT_EQ(reason({.mode = FaultMode::slow, .delay = std::chrono::milliseconds(20)}), "200");
  EXPECT_EQ(ask()->body.substr(0, 40), good->body.substr(0, 40));
  (*sandbox)->drain();  // the hanging request does not hold it up
}

}  // namespace
}  // namespace stoa::sandbox
