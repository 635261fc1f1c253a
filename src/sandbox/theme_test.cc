// Themes of a stand-in shop: what can be asked of them, and how they are changed.
#include "sandbox/sandbox_fixture.h"

namespace stoa::sandbox {
namespace {

using Method = http::Method;

class Themes : public Rehearsal {
 protected:
  Themes() { add("demo:seed=20"); }
  std::string main_id() {
    return std::string(json::string_or(
        data("{ themes(first: 1, roles: [MAIN]) { nodes { id } } }").at("themes").at("nodes").at(0), "id"));
  }
  json::Value files(std::string_view arguments, std::string_view selected) {
    return data(fmt::format("query($id: ID!) {{ theme(id: $id) {{ files({}) {{ nodes {{ {} }} pageInfo {{ hasNextPage "
                            "endCursor }} userErrors {{ code filename }} }} }} }}",
                            arguments, selected),
                {{"id", main_id()}})
        .at("theme")
        .at("files");
  }
};

TEST_F(Themes, AreListedByRole) {
  const auto all = data("{ themes(first: 10) { nodes { id name role processing prefix themeStoreId updatedAt } } }");
  EXPECT_EQ(texts(all.at("themes").at("nodes"), "role"),
            (std::vector<std::string>{"MAIN", "UNPUBLISHED", "DEVELOPMENT"}));
  EXPECT_EQ(data("{ theme(id: \"gid://shopify/OnlineStoreTheme/1\") { id } }").at("theme"), json::Value());
}

TEST_F(Themes, FilesArePagedByNameAndNamedOnesThatAreMissingAreToldApart) {
  const auto first = files("first: 3", "filename checksumMd5 size");
  EXPECT_EQ(first.at("nodes").as_array().size(), 3u);
  EXPECT_TRUE(first.at("pageInfo").at("hasNextPage").as_bool());
  const auto next =
      files(fmt::format("first: 250, after: \"{}\"", json::string_or(first.at("pageInfo"), "endCursor")), "filename");
  EXPECT_FALSE(next.at("pageInfo").at("hasNextPage").as_bool());
  EXPECT_GT(next.at("nodes").as_array().size(), 20u);
  const auto named = files(R"(filenames: ["templates/*.json", "no.json"])", "filename");
  EXPECT_EQ(named.at("nodes").as_array().size(), 7u);
  EXPECT_EQ(named.at("userErrors").at(0).at("code"), "NOT_FOUND");
}

TEST_F(Themes, BodiesComeInThreeKinds) {
  const auto all =
      files(R"(filenames: ["blocks/button.liquid", "locales/fr.json", "templates/product.json"])",
            "filename body { __typename ... on OnlineStoreThemeFileBodyText { content } ... on "
            "OnlineStoreThemeFileBodyBase64 { contentBase64 } ... on OnlineStoreThemeFileBodyUrl { url } }");
  EXPECT_EQ(all.at("nodes").at(0).at("body").at("__typename"), "OnlineStoreThemeFileBodyBase64");
  EXPECT_TRUE(base64_decode(json::string_or(all.at("nodes").at(0).at("body"), "contentBase64"))->contains("schema"));
  const std::string url(json::string_or(all.at("nodes").at(1).at("body"), "url"));
  const auto path = url.substr(url.find("/s/"));
  const auto content = call(Method::get, path.substr(0, path.find('?')));
  EXPECT_TRUE(content.body->contains("Rechercher")) << url;
  EXPECT_TRUE(json::string_or(all.at("nodes").at(2).at("body"), "content").contains("main-product"));
}

TEST_F(Themes, ATooLongPageOfBodiesIsCutShort) {
  const auto id = main_id();
  for (const auto* file : {"a", "b", "c"})
    control(Method::put, fmt::format("/themes/{}/files/locales/{}.json", percent_encode(id), file),
            json::write(json::Object{{"content", "\"" + std::string(150'000, 'x') + "\""}}));
  const auto page = files(R"(filenames: ["locales/a.json", "locales/b.json", "locales/c.json"])", "filename");
  EXPECT_EQ(page.at("nodes").as_array().size(), 2u);
  EXPECT_TRUE(page.at("pageInfo").at("hasNextPage").as_bool());
}

TEST_F(Themes, ChangeUnderControl) {
  const auto before = control(Method::get, "/themes").at("themes");
  const auto old_main = before.at(0), vintage = before.at(1);
  const auto path = [](const json::Value& theme) { return "/themes/" + percent_encode(json::string_or(theme, "id")); };
  control(Method::patch, path(vintage), R"({"role":"MAIN"})");
  EXPECT_EQ(main_id(), json::string_or(vintage, "id"));
  control(Method::put, path(old_main) + "/files/templates/new.json", R"({"content":"{}"})");
  control(Method::del, path(old_main) + "/files/templates/index.json");
  control(Method::del, path(old_main) + "/files/templates/index.json", "", 404);
  control(Method::post, "/themes", R"({"name":"Fresh","files":{"templates/index.json":"{}"}})", 201);
  control(Method::del, path(old_main));
  EXPECT_EQ(texts(control(Method::get, "/themes").at("themes"), "name"),
            (std::vector<std::string>{"Agora (vintage) <b>", "Development", "Fresh"}));
}

TEST_F(Themes, NeedTheirScope) {
  add("narrow:seed=1,scopes=read_products");
  EXPECT_TRUE(first_error("{ themes(first: 1) { nodes { id } } }").starts_with("ACCESS_DENIED"));
}

TEST_F(Themes, AMainThemeOfManyTemplates) {
  add("large:seed=1,templates=1000");
  EXPECT_EQ(control(Method::get, "/themes").at("themes").at(0).at("files").as_array().size(), 1030u);
}

}  // namespace
}  // namespace stoa::sandbox
