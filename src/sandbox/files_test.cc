// The files library and the CDN.
#include "sandbox/cdn.h"
#include "sandbox/sandbox_fixture.h"

namespace stoa::sandbox {
namespace {

using http::Method;

class Files : public Rehearsal {
 protected:
  std::vector<std::string> ids(std::string_view arguments) {
    std::vector<std::string> out;
    const auto answer = data(fmt::format("{{ files({}) {{ nodes {{ id }} }} }}", arguments));
    for (const auto& node : answer.at("files").at("nodes").as_array()) out.emplace_back(node.at("id").as_string());
    return out;
  }
};

TEST_F(Files, AreTheMediaOfProductsAndTheLibrary) {
  add("demo:seed=10");
  const auto before = ids("first:250");
  EXPECT_GT(before.size(), 5u);
  EXPECT_TRUE(std::ranges::any_of(before, [](const auto& id) { return id.contains("GenericFile"); }));
  const auto made =
      call(Method::post, "/control/shops/demo/files", R"({"kind":"FILE","url":"https://cdn.shopify.com/x.pdf"})");
  EXPECT_EQ(made.status, 201) << *made.body;
  EXPECT_EQ(ids("first:250").size(), before.size() + 1);
  const auto id = json::parse(*made.body)->at("id").as_string();
  EXPECT_EQ(call(Method::del, "/control/shops/demo/files/" + percent_encode(std::string_view(id))).status, 200);
  EXPECT_EQ(ids("first:250"), before);
  EXPECT_EQ(ids(fmt::format("first:250, query:\"id:>{}\"", before[3].substr(before[3].rfind('/') + 1))).size(),
            before.size() - 4);
}

TEST_F(Files, SayWhatCameOfThem) {
  add("demo:seed=10");
  const auto answer = data(
      "{ files(first:250) { nodes { fileStatus fileErrors { code message } ... on MediaImage { image { url } } } } }");
  bool failed = false;
  for (const auto& node : answer.at("files").at("nodes").as_array())
    if (node.at("fileStatus").as_string() == "FAILED") {
      failed = true;
      EXPECT_EQ(node.at("fileErrors").as_array().size(), 1u);
      EXPECT_TRUE(node.at("image").is_null());
    }
  EXPECT_TRUE(failed);
}

TEST_F(Files, LieOnTheSandboxItself) {
  add("demo:seed=3");
  const auto answer = data("{ files(first:1) { nodes { ... on MediaImage { image { url } } } } }");
  const auto url = std::string(answer.at("files").at("nodes").at(0).at("image").at("url").as_string());
  const auto at = url.find("/s/demo/cdn/");
  ASSERT_NE(at, std::string::npos) << url;
  const auto path = url.substr(at, url.find('?') - at);
  const auto first = call(Method::get, path), again = call(Method::get, path), other = call(Method::get, path + "x");
  EXPECT_TRUE(first.body->starts_with("\x89PNG"));
  EXPECT_EQ(*first.body, *again.body);
  EXPECT_NE(*first.body, *other.body);
  EXPECT_EQ(shop->stats().at("downloads").as_uint64(), 3u);
  EXPECT_EQ(call(Method::get, "/s/demo/cdn/hostile/gone.png").status, 404);
  EXPECT_EQ(call(Method::get, "/s/demo/cdn/hostile/redirect.png").status, 302);
}

}  // namespace
}  // namespace stoa::sandbox
