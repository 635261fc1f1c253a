#include "app/secret_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "storage/embedded/embedded.h"
#include "testing/fakes.h"

namespace stoa::app {
namespace {

class SecretFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    crypto_init();
    registry_ = *storage::open_embedded({.folder = folder_.path() / "data"}, clock_, random_);
  }
  // A store with one sealed value.
  void store_a_secret() {
    const ClientKey key("sealed");
    storage::ClientRecord client{.key = key};
    client.fields["adminShopToken"] =
        make_sealer(Secret(std::string(32, 'k')), random_)->seal(Secret("shpat_x"), "sealed/adminShopToken");
    storage::ShopRecord shop{.domain = ShopDomain("sealed.myshopify.com"), .client_key = key};
    ASSERT_TRUE(registry_->create(client, shop, {.id = "key_1", .client_key = key, .hash = "h"},
                                  {.id = "job_1", .store = key, .type = "sync", .work = "w"}));
  }
  std::filesystem::path file() const { return folder_.path() / "secret"; }

  stoa::testing::TempDir folder_;
  stoa::testing::ManualClock clock_;
  SystemRandom random_;
  std::unique_ptr<storage::Registry> registry_;
};

TEST_F(SecretFiles, AreMadeOnceWithMode0600AndKept) {
  const auto token = operator_token(file(), random_);
  ASSERT_TRUE(token);
  struct stat info{};
  ASSERT_EQ(stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(*operator_token(file(), random_), *token);
}

TEST_F(SecretFiles, OnesThatOthersMayReadAreRefused) {
  ASSERT_TRUE(operator_token(file(), random_));
  chmod(file().c_str(), 0644);
  EXPECT_FALSE(operator_token(file(), random_));
  EXPECT_FALSE(master_key(file(), *registry_, random_));
}

TEST_F(SecretFiles, AMissingMasterKeyIsMadeOnlyWhereNothingIsSealedYet) {  // rule K1
  const auto key = master_key(file(), *registry_, random_);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->reveal().size(), 32u);
  EXPECT_EQ(*master_key(file(), *registry_, random_), *key);
  store_a_secret();
  std::filesystem::remove(file());
  const auto refused = master_key(file(), *registry_, random_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "master-key-missing");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(SecretFiles, AKeyFileThatIsNotAKeyIsRefused) {
  std::ofstream(file()) << "short\n";
  chmod(file().c_str(), 0600);
  EXPECT_FALSE(master_key(file(), *registry_, random_));
}

}  // namespace
}  // namespace stoa::app
