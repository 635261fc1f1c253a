#include "tenant/base_url.h"

#include <gtest/gtest.h>

namespace stoa::tenant {
namespace {

TEST(BaseUrl, NormalisesTheFormsPeoplePaste) {
  for (const auto* text : {"https://mystore.myshopify.com", "https://MyStore.MyShopify.com/",
                           "HTTPS://mystore.myshopify.com:443/admin/api/2024-10?x=1#y"}) {
    const auto url = parse_base_url(text, {});
    ASSERT_TRUE(url) << text << ": " << url.error().what;
    EXPECT_EQ(url->text, "https://mystore.myshopify.com");
    EXPECT_EQ(url->shop_domain, "mystore.myshopify.com");
    EXPECT_FALSE(url->extra_host);
  }
}

TEST(BaseUrl, RefusesWhatRuleT3Forbids) {
  for (const auto* text : {"",
                           "mystore.myshopify.com",
                           "http://mystore.myshopify.com",
                           "ftp://mystore.myshopify.com",
                           "https://",
                           "https://user@mystore.myshopify.com",
                           "https://user:pass@mystore.myshopify.com",
                           "https://mystore.myshopify.com:8443",
                           "https://mystore.myshopify.com.evil.com",
                           "https://evil.com/mystore.myshopify.com",
                           "https://evil.com#.myshopify.com",
                           "https://evil.com?.myshopify.com",
                           "https://evil.com\\.myshopify.com",
                           "https://www.mybrand.com",
                           "https://127.0.0.1",
                           "https://2130706433",
                           "https://0x7f.1",
                           "https://[::1]",
                           "https://[::ffff:10.0.0.1]:443",
                           "https://localhost",
                           "http://127.0.0.1:9292/s/a",
                           "https://my store.myshopify.com"})
    EXPECT_FALSE(parse_base_url(text, {})) << text;
}

TEST(BaseUrl, AnExtraHostMayBeHttpAnAddressAndCarryAPrefix) {
  const std::vector<std::string> extra{"127.0.0.1:9292", "stand-in.test"};
  const auto url = parse_base_url("http://127.0.0.1:9292/s/MyStore/", extra);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text, "http://127.0.0.1:9292/s/MyStore");
  EXPECT_TRUE(url->extra_host);
  EXPECT_TRUE(parse_base_url("http://stand-in.test:1234", extra)) << "an entry without port allows every port";
  EXPECT_FALSE(parse_base_url("http://127.0.0.1:9293/s/a", extra)) << "another port of a listed host:port";
  EXPECT_FALSE(parse_base_url("http://user@127.0.0.1:9292/s/a", extra));
}

}  // namespace
}  // namespace stoa::tenant
