#include "media/source_url.h"

#include <gtest/gtest.h>

namespace stoa::media {
namespace {

const Options kOptions{.extra_hosts = {"127.0.0.1:9292", "rehearsal.test"}};

std::string verdict(std::string_view url) {
  const auto parsed = parse_source_url(url, kOptions);
  return parsed ? (parsed->extra_host ? "extra" : "ok") : parsed.error().reason;
}

TEST(SourceUrl, OnlyListedHostsOverHttps) {
  EXPECT_EQ(verdict("https://cdn.shopify.com/s/files/1/a.png?v=1"), "ok");
  EXPECT_EQ(verdict("HTTPS://CDN.Shopify.com:443/a"), "ok");
  EXPECT_EQ(verdict("http://cdn.shopify.com/a"), "host-not-allowed");
  EXPECT_EQ(verdict("https://cdn.shopify.com:8443/a"), "host-not-allowed");
  EXPECT_EQ(verdict("https://cdn.shopify.com.evil.test/a"), "host-not-allowed");
  EXPECT_EQ(verdict("https://evil.test/cdn.shopify.com"), "host-not-allowed");
  EXPECT_EQ(verdict("https://evil.test?@cdn.shopify.com"), "host-not-allowed");
  EXPECT_EQ(verdict("https://cdn.shopify.com"), "ok");
}

TEST(SourceUrl, ExtraHostsMayBePlainHttp) {
  EXPECT_EQ(verdict("http://127.0.0.1:9292/s/x/a.png"), "extra");
  EXPECT_EQ(verdict("http://rehearsal.test:1/a"), "extra");
  EXPECT_EQ(verdict("http://127.0.0.1:9293/a"), "host-not-allowed");
  EXPECT_EQ(verdict("http://127.0.0.1/a"), "host-not-allowed");
}

// Spellings that parsers read differently, and addresses in disguise.
TEST(SourceUrl, AmbiguousSpellingsAreRefused) {
  for (const auto* url : {"ftp://cdn.shopify.com/a",
                          "file:///etc/passwd",
                          "//cdn.shopify.com/a",
                          "cdn.shopify.com/a",
                          "",
                          "https://cdn.shopify.com@evil.test/a",
                          "https://user:pw@cdn.shopify.com/a",
                          "https://evil.test\\@cdn.shopify.com/",
                          "https://cdn.shopify.com\n.evil.test/",
                          "https://cdn.shopify.com\t/a",
                          "https://[::1]/a",
                          "https://[::ffff:127.0.0.1]/a",
                          "https://cdn%2eshopify.com/a",
                          "https://cdn.shopify.com:/a",
                          "https://cdn.shopify.com:99999/",
                          "https://cdn.shopify.com:-443/",
                          "https://cdn.shopify.com\xE3\x80\x82"
                          "evil/",
                          "https:///cdn.shopify.com/a",
                          "gopher://127.0.0.1:6379/_x",
                          "dict://127.0.0.1:11211/stat"})
    EXPECT_EQ(verdict(url), "bad-url") << url;
  for (const auto* url : {"https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
                          "https://169.254.169.254/latest/meta-data/", "https://localhost/", "https://10.0.0.1/"})
    EXPECT_EQ(verdict(url), "host-not-allowed") << url;
}

TEST(SourceUrl, RedirectsAreJudgedLikeUrls) {
  const auto from = parse_source_url("https://cdn.shopify.com/a", kOptions).value();
  EXPECT_EQ(parse_redirect(from, "/b?v=2", kOptions)->text, "https://cdn.shopify.com/b?v=2");
  EXPECT_EQ(parse_redirect(from, "https://evil.test/", kOptions).error().reason, "host-not-allowed");
  EXPECT_EQ(parse_redirect(from, "//evil.test/", kOptions).error().reason, "bad-url");
  EXPECT_EQ(parse_redirect(from, "b.png", kOptions).error().reason, "bad-url");
  EXPECT_EQ(parse_redirect(from, "", kOptions).error().reason, "bad-url");
}

TEST(SourceUrl, TheIdOfAnImageWithoutGidIsItsUrlWithoutQuery) {
  EXPECT_EQ(without_query("https://cdn.shopify.com/a.png?v=1#x"), "https://cdn.shopify.com/a.png");
  EXPECT_EQ(without_query("https://cdn.shopify.com/a.png"), "https://cdn.shopify.com/a.png");
}

}  // namespace
}  // namespace stoa::media
