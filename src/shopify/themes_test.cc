// Themes and their files: from answers to files, and the way to a body that lies elsewhere.
#include "shopify/themes.h"

#include <gtest/gtest.h>

#include "shopify/client_fixture.h"

namespace stoa::shopify {
namespace {

Answer answer(std::string data) {
  Answer result;
  result.data_end = data.size();
  result.body = std::move(data);
  return result;
}

Answer files(std::string_view nodes, std::string_view errors = "",
             std::string_view info = R"("hasNextPage":false,"endCursor":null)") {
  return answer(fmt::format(R"({{"theme":{{"files":{{"nodes":[{}],"pageInfo":{{{}}},"userErrors":[{}]}}}}}})", nodes,
                            info, errors));
}

std::string body(std::string_view name, std::string_view inside) {
  return fmt::format(
      R"({{"filename":"{}","checksumMd5":"abc","size":"12","contentType":"application/json","updatedAt":"2026-01-01T00:00:00Z","body":{{"__typename":"OnlineStoreThemeFileBody{}}}}})",
      name, inside);
}

TEST(ThemeFiles, AllThreeKindsOfBodyAreRead) {
  const auto page = decode_theme_files(files(body("a", R"(Text","content":"{\"x\": \"é\\n\"}")") + "," +
                                             body("b", R"(Base64","contentBase64":"eyJhIjoxfQ==")") + "," +
                                             body("c", R"(Url","url":"https://cdn.example/c?sig=1")")));
  ASSERT_TRUE(page) << page.error().what;
  ASSERT_EQ(page->files.size(), 3u);
  EXPECT_EQ(page->files[0].content, "{\"x\": \"é\\n\"}");
  EXPECT_EQ(page->files[1].content, R"({"a":1})");
  EXPECT_EQ(page->files[2].url, "https://cdn.example/c?sig=1");
  EXPECT_EQ(page->files[0].checksum_md5, "abc");
  EXPECT_EQ(page->files[0].size, 12);
  EXPECT_EQ(
      page->files[0].entry,
      R"({"filename":"a","checksumMd5":"abc","size":"12","contentType":"application/json","updatedAt":"2026-01-01T00:00:00Z"})");
}

TEST(ThemeFiles, AnIndexPageNamesFilesAndWhatWentWrong) {
  const auto page = decode_theme_files(files(R"({"filename":"x.json","checksumMd5":null,"size":"0"})",
                                             R"({"code":"NOT_FOUND","filename":"y.json"})",
                                             R"("hasNextPage":true,"endCursor":"next")"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->files.at(0).checksum_md5, "");
  EXPECT_EQ(page->files.at(0).content, "");
  EXPECT_EQ(page->errors.at(0), (std::pair<std::string, std::string>("y.json", "NOT_FOUND")));
  EXPECT_TRUE(page->has_next);
  EXPECT_EQ(page->end_cursor, "next");
}

TEST(ThemeFiles, WhatCannotBeReadIsAnError) {
  EXPECT_EQ(decode_theme_files(answer(R"({"theme":null})")).error().code, Code::not_found);
  EXPECT_EQ(decode_theme_files(answer(R"({"theme":{"files":null}})")).error().code, Code::corrupt);
  EXPECT_EQ(decode_theme_files(answer("{}")).error().code, Code::corrupt);
  EXPECT_FALSE(decode_theme_files(files(body("a", R"(Text","content":null)"))));
  EXPECT_FALSE(decode_theme_files(files(body("a", R"(Base64","contentBase64":"***")"))));
  EXPECT_FALSE(decode_theme_files(files(body("a", R"(New","data":"x")"))));
  EXPECT_FALSE(decode_theme_files(files(R"({"checksumMd5":"x"})")));
  EXPECT_FALSE(decode_theme_files(answer(R"({"theme":{"files":{"nodes":[]}}})"))) << "nothing says that this is all";
}

TEST(Themes, AreReadOneByOneAndInPages) {
  const auto one = decode_theme(answer(R"({"theme":{"id":"gid://shopify/OnlineStoreTheme/1","role":"MAIN"}})"));
  EXPECT_EQ(one->body, R"({"id":"gid://shopify/OnlineStoreTheme/1","role":"MAIN"})");
  EXPECT_EQ(decode_theme(answer(R"({"theme":null})")).error().code, Code::not_found);
  const auto page = decode_page(
      model::Kind::themes,
      answer(
          R"({"themes":{"nodes":[{"id":"gid://shopify/OnlineStoreTheme/1","name":"Dawn"}],"pageInfo":{"hasNextPage":false,"endCursor":null}}})"));
  EXPECT_EQ(page->nodes.at(0).id, "gid://shopify/OnlineStoreTheme/1");
  EXPECT_EQ(json::write(themes_page_call("").variables), R"({"first":50,"after":null})");
  EXPECT_EQ(json::write(theme_bodies_call("gid", {"a", "b"}, "c").variables),
            R"({"id":"gid","filenames":["a","b"],"after":"c"})");
}

struct Downloaded {
  Result<std::string> content = fail(Code::bug, "");
  std::vector<http::ClientRequest> requests;
};
Downloaded download(const std::string& url, int status = 200) {
  FakeClient client;
  client.answers.push_back(response(status, "{}"));
  Downloaded out;
  out.content = download_theme_file(client, url, {"127.0.0.1:9292", "rehearsal.test"}, std::chrono::seconds(1));
  out.requests = client.requests;
  return out;
}

TEST(ThemeFileDownload, GoesWithoutCredentialsToPublicAddresses) {
  const auto plain = download("https://storage.example/theme/x.json?signature=secret");
  EXPECT_EQ(*plain.content, "{}");
  ASSERT_EQ(plain.requests.size(), 1u);
  EXPECT_TRUE(plain.requests[0].headers.empty());
  EXPECT_FALSE(plain.requests[0].private_addresses) << "a public address is what the client then insists on";
}

TEST(ThemeFileDownload, HttpAndPrivateAddressesAreForExtraHostsAlone) {
  EXPECT_TRUE(download("http://127.0.0.1:9292/s/x/y.json").requests.at(0).private_addresses);
  EXPECT_TRUE(download("http://rehearsal.test:81/y.json").content);
  for (const auto* url : {"http://storage.example/x", "http://127.0.0.1:9293/x", "ftp://storage.example/x",
                          "/etc/passwd", "file:///etc/passwd", "https://", "https://user@127.0.0.1:9292/x"}) {
    const auto refused = download(url);
    EXPECT_EQ(refused.content.error().code, Code::denied) << url;
    EXPECT_TRUE(refused.requests.empty()) << url;
  }
}

TEST(ThemeFileDownload, AnotherStatusIsNoFile) {
  const auto gone = download("https://storage.example/x?signature=secret", 404);
  EXPECT_EQ(gone.content.error().code, Code::unavailable);
  EXPECT_EQ(gone.content.error().what.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace stoa::shopify
