// A sandbox to ask in tests, without sockets, on a clock of the test's own.
#pragma once

#include <gtest/gtest.h>

#include "base/text.h"
#include "sandbox/sandbox.h"
#include "testing/fakes.h"

namespace stoa::sandbox {

class Rehearsal : public ::testing::Test {
 protected:
  Rehearsal() { open({}); }

  void open(const SandboxOptions& options) {
    auto made = Sandbox::make(options, clock, random);
    STOA_CHECK(made, "sandbox");
    sandbox = std::move(*made);
  }
  Shop& add(std::string_view spec) {
    const auto parsed = parse_shop_spec(spec);
    STOA_CHECK(parsed, parsed ? "" : parsed.error().what.c_str());
    auto added = sandbox->add_shop(*parsed);
    STOA_CHECK(added, added ? "" : added.error().what.c_str());
    shop = *added;
    name = parsed->name;
    token = parsed->admin_token;
    return *shop;
  }

  http::Response call(http::Method method, const std::string& path, const std::string& body = {}) {
    http::Request request;
    request.method = method;
    request.target = request.path = path;
    request.headers = {{"X-Shopify-Access-Token", token}, {"Content-Type", "application/json"}};
    request.body = body;
    return sandbox->answer(request);
  }
  http::Response post_query(std::string_view query, json::Object variables = {}, std::string_view version = "2026-10") {
    const json::Object body{{"query", query}, {"variables", std::move(variables)}};
    return call(http::Method::post, fmt::format("/s/{}/admin/api/{}/graphql.json", name, version), json::write(body));
  }
  // The whole answer. Points come back first: only tests of the budget may run out of them.
  json::Value ask(std::string_view query, json::Object variables = {}) {
    if (refill) shop->budget().set(1e9);
    const auto response = post_query(query, std::move(variables));
    EXPECT_EQ(response.status, 200) << query;
    auto parsed = json::parse(*response.body);
    EXPECT_TRUE(parsed) << *response.body;
    return parsed ? *parsed : json::Value();
  }
  // Its data; no errors allowed.
  json::Value data(std::string_view query, json::Object variables = {}) {
    auto answer = ask(query, std::move(variables));
    EXPECT_EQ(json::find(answer, "errors"), nullptr) << json::write(answer);
    return answer.at("data");
  }
  // "code: message" of the first error.
  std::string first_error(std::string_view query, json::Object variables = {}) {
    const auto answer = ask(query, std::move(variables));
    const auto* errors = json::find(answer, "errors");
    if (!errors) return "none: " + json::write(answer);
    const auto& first = errors->at(0);
    return fmt::format("{}: {}", std::string_view(first.at("extensions").at("code").as_string()),
                       json::string_or(first, "message"));
  }
  json::Value control(http::Method method, const std::string& below, const std::string& body = {}, int status = 200) {
    const auto response = call(method, "/control/shops/" + name + below, body);
    EXPECT_EQ(response.status, status) << *response.body;
    return json::parse(*response.body).value_or(json::Value());
  }

  testing::ManualClock clock;
  testing::SeededRandom random{1};
  std::unique_ptr<Sandbox> sandbox;
  Shop* shop = nullptr;
  std::string name, token;
  bool refill = true;
};

// The texts of one member of each element.
inline std::vector<std::string> texts(const json::Value& list, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& item : list.as_array()) out.emplace_back(json::string_or(item, member));
  return out;
}

}  // namespace stoa::sandbox
