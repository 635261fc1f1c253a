// Who may call which route, and what is counted of it; once over a real socket.
#include <gmock/gmock.h>

#include "api/api_fixture.h"
#include "api/envelope.h"
#include "http/client.h"

namespace stoa::api {
namespace {
using http::Method;
using ::testing::HasSubstr;

class Routes : public ApiFixture {
 protected:
  void SetUp() override {
    const auto say_who = [](const Context& context) {
      return http::json_response(
          200, context.principal.is_operator() ? "\"operator\"" : "\"" + context.principal.key->id + "\"");
    };
    service_->add_operator(Method::post, "/api/config/sync", say_who, {.body_bytes_max = 64 * 1024});
    service_->add_operator(Method::get, "/api/theme/status", say_who, {.read_keys = true});
  }
  http::Service::Admission admit(Method method, std::string_view path, std::string_view authorization) {
    http::Request head;
    head.method = method;
    head.path = path;
    if (!authorization.empty()) head.headers.emplace_back("authorization", authorization);
    return service_->admit(head, 1'000'000);
  }
};

TEST_F(Routes, TheOperatorTokenOpensOperatorRoutes) {
  EXPECT_EQ(ask(Method::post, "/api/config/sync", kOperator).body, "\"operator\"");
  const auto none = ask(Method::post, "/api/config/sync", "");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(ask(Method::post, "/api/config/sync", "operator-token-of-the-testz").status, 401);
  EXPECT_EQ(ask(Method::post, "/api/config/sync", kKey).status, 403);
  EXPECT_EQ(ask(Method::get, "/api/theme/status", kKey).body, "\"key_tees\"");
  EXPECT_EQ(ask(Method::get, "/api/theme/status", "").status, 401);
  const auto wrong = ask(Method::get, "/api/config/sync", kOperator);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST");
}

TEST_F(Routes, TheSchemeIsBearerInAnyCase) {
  EXPECT_EQ(ask(Method::get, "/api/theme/status", "", {{"authorization", "bEARER   read-key-of-tees "}}).status, 200);
  for (const auto* value : {"Basic read-key-of-tees", "Bearer", "Bearer ", "read-key-of-tees"})
    EXPECT_EQ(ask(Method::get, "/api/theme/status", "", {{"Authorization", value}}).status, 401) << value;
}

TEST_F(Routes, BodiesAreJudgedByTheirRouteBeforeTheyAreRead) {
  EXPECT_EQ(admit(Method::post, "/api/config/sync", "Bearer operator-token-of-the-tests").body_bytes_max, 64u * 1024);
  EXPECT_FALSE(admit(Method::post, "/api/config/sync", "Bearer operator-token-of-the-tests").refusal);
  EXPECT_EQ(admit(Method::post, "/api/config/sync", "").refusal->status, 401);
  EXPECT_EQ(admit(Method::post, "/nowhere", "").refusal->status, 404);
  EXPECT_EQ(admit(Method::get, "/livez", "").body_bytes_max, 1'000'000u);
}

TEST_F(Routes, AnEmptyOperatorTokenAdmitsNobody) {
  const Auth auth(*registry_, Secret(""));
  http::Request request;
  for (const auto* value : {"Bearer ", "Bearer", ""}) {
    request.headers = {{"Authorization", value}};
    EXPECT_FALSE(auth.identify(request)) << value;
  }
}

TEST_F(Routes, RequestsAreCountedByRouteAndStatus) {
  const auto count = [&](const std::string& url, int status) {
    http::Request request;
    request.path = url;
    http::Response response;
    response.status = status;
    service_->finished(request, response, 0);
  };
  count("/v1/stores/tees/products/1", 200);
  count("/v1/stores/hats/products/2", 200);
  count("/nowhere", 404);
  const auto text = get("/metrics", "").body;
  EXPECT_THAT(text, HasSubstr(R"(code="200",route="/v1/stores/{store}/products/{id}"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(code="404",route="none"} 1)"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("tees"))) << "no tenant's data (rule O4)";
}

TEST_F(Routes, ReadinessTellsOfDrainingAndOfWhatCannotBeWritten) {
  service_ = std::make_unique<Service>(Dependencies{.registry = *registry_,
                                                    .clock = clock_,
                                                    .metrics = metrics_,
                                                    .operator_token = Secret("x"),
                                                    .degraded = [] { return std::vector<std::string>{"storage"}; }},
                                       ServiceOptions{});
  EXPECT_EQ(get("/readyz", "").status, 200);
  EXPECT_THAT(get("/readyz", "").body, HasSubstr(R"("degraded":["storage"])"));
  service_->set_draining();
  EXPECT_EQ(get("/readyz", "").status, 503);
  EXPECT_EQ(get("/livez", "").status, 200);
}

TEST_F(Routes, OptionsAreJudged) {
  EXPECT_TRUE(ServiceOptions{}.validate());
  const ServiceOptions wrong{.reads = {.rate_limit = {.per_minute = -1}}};
  EXPECT_THAT(wrong.validate().error().what, HasSubstr("api.key_requests_per_minute"));
}

TEST(Envelope, ListsHaveOneShape) {
  EXPECT_EQ(list_body({.items = "1,2", .next = "abc", .limit = 2, .reason = ""}),
            R"({"data":[1,2],"page":{"next":"abc","limit":2},"complete":true})");
  EXPECT_EQ(list_body({.items = "", .next = {}, .limit = 50, .reason = "syncing"}),
            R"({"data":[],"page":{"next":null,"limit":50},"complete":false,"reason":"syncing"})");
}

TEST_F(Routes, ARealSocketServesAReadAHeadAndA304) {
  put(model::Kind::products, {product_json({.number = 1})});
  complete(model::Kind::products);
  const SystemClock clock;
  const auto server = http::Server::start({.listen = "127.0.0.1:0", .threads = 1}, *service_, clock, random_);
  ASSERT_TRUE(server.has_value()) << server.error().what;
  const auto client = http::Client::make({});
  http::ClientRequest request;
  request.private_addresses = true;
  request.url = fmt::format("http://{}/v1/stores/tees/products", (*server)->address());
  request.headers = {{"Authorization", "Bearer read-key-of-tees"}};
  const auto first = client->send(request);
  ASSERT_TRUE(first.has_value()) << first.error().what;
  EXPECT_EQ(first->status, 200);
  EXPECT_THAT(first->body, HasSubstr("gid://shopify/Product/1"));
  EXPECT_FALSE(first->header("x-request-id").empty());
  request.headers.emplace_back("If-None-Match", std::string(first->header("etag")));
  EXPECT_EQ(client->send(request)->status, 304);
  request.headers.pop_back();
  request.method = "HEAD";
  const auto head = client->send(request);
  ASSERT_TRUE(head.has_value()) << head.error().what;
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->header("content-length"), std::to_string(first->body.size()));
  (*server)->drain();
}

}  // namespace
}  // namespace stoa::api
