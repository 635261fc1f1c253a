// The contract of a store's blob space.
#include <filesystem>
#include <fstream>

#include "base/crypto.h"
#include "base/text.h"
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

class BlobContract : public StorageContract {
 protected:
  static std::string name_of(const std::string& bytes) { return to_hex(sha256(bytes)); }
  // Puts the bytes as a download would; answers their name.
  std::string put(StoreHandle& store, const std::string& bytes) {
    const auto file = must(store.spool()) / "download.part";
    std::ofstream(file, std::ios::binary) << bytes;
    must(store.put_blob(name_of(bytes), file));
    EXPECT_FALSE(std::filesystem::exists(file));
    return name_of(bytes);
  }
  std::string read(StoreHandle& store, const std::string& name) { return must(store.read_blob(name, 0, 1u << 20)); }
};

INSTANTIATE_TEST_SUITE_P(Engines, BlobContract, ::testing::ValuesIn(engines_under_test()), engine_name);

TEST_P(BlobContract, BytesComeBackAsTheyWere) {
  const std::string bytes("\0\xFF image \r\n", 12);
  const auto name = put(store(), bytes);
  EXPECT_EQ(read(store(), name), bytes);
  EXPECT_EQ(must(store().blob(name))->size, std::int64_t(bytes.size()));
  reopen();
  EXPECT_EQ(read(store(), name), bytes);
}

TEST_P(BlobContract, PartsAreReadAlone) {
  const auto name = put(store(), "0123456789");
  EXPECT_EQ(must(store().read_blob(name, 2, 3)), "234");
  EXPECT_EQ(must(store().read_blob(name, 8, 9)), "89");
  EXPECT_EQ(must(store().read_blob(name, 10, 1)), "");
  EXPECT_EQ(must(store().read_blob(name, 99, 1)), "");
}

TEST_P(BlobContract, LargeOnesTooByParts) {
  std::string bytes(3'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 1'000) bytes[i] = char('a' + i / 1'000 % 26);
  const auto name = put(store(), bytes);
  std::string seen;
  for (;;) {
    const auto part = must(store().read_blob(name, std::int64_t(seen.size()), 700'001));
    if (part.empty()) break;
    seen += part;
  }
  EXPECT_EQ(name_of(seen), name);
}

TEST_P(BlobContract, TheSameBytesLieThereOnce) {
  EXPECT_EQ(put(store(), "same"), put(store(), "same"));
  EXPECT_EQ(must(store().blobs("", 10)).size(), 1u);
  EXPECT_EQ(read(store(), name_of("same")), "same");
}

TEST_P(BlobContract, EmptyBytesAreABlobToo) {
  const auto name = put(store(), "");
  EXPECT_EQ(must(store().blob(name))->size, 0);
  EXPECT_EQ(read(store(), name), "");
}

TEST_P(BlobContract, WhatIsNotThereIsNotFound) {
  for (const auto& name : {name_of("never"), std::string("../../../etc/passwd"), std::string(), std::string(64, 'G')}) {
    EXPECT_EQ(must(store().blob(name)), std::nullopt) << name;
    EXPECT_EQ(refusal(store().read_blob(name, 0, 1)), "not-found/blob-not-found") << name;
  }
  EXPECT_TRUE(store().erase_blob(name_of("never")));
}

TEST_P(BlobContract, ThoseThatAreLostAreTold) {
  EXPECT_TRUE(must(store().lost_blobs({})).empty());
  const auto kept = put(store(), "kept"), gone = put(store(), "gone");
  must(store().erase_blob(gone));
  std::vector<std::string> lost{gone, name_of("never")};
  std::ranges::sort(lost);
  EXPECT_EQ(must(store().lost_blobs(std::vector{name_of("never"), kept, gone, gone})), lost);
}

TEST_P(BlobContract, WholeOnesOutliveTheForgettingOfCutUploads) {
  must(store().forget_cut_uploads(at(0)));
  const auto name = put(store(), std::string(600'000, 'w'));
  must(store().forget_cut_uploads(Time(std::chrono::days(365 * 100))));
  EXPECT_EQ(read(store(), name).size(), 600'000u);
}

TEST_P(BlobContract, AWalkSeesEachOnceInOrder) {
  std::vector<std::string> put_names;
  for (int i = 0; i < 25; ++i) put_names.push_back(put(store(), fmt::format("blob {}", i)));
  std::ranges::sort(put_names);
  std::vector<std::string> seen;
  for (std::string after;;) {
    const auto page = must(store().blobs(after, 7));
    if (page.empty()) break;
    for (const auto& blob : page) seen.push_back(blob.sha256);
    after = seen.back();
  }
  EXPECT_EQ(seen, put_names);
}

TEST_P(BlobContract, AnErasedOneIsGone) {
  const auto name = put(store(), "gone");
  must(store().erase_blob(name));
  EXPECT_EQ(must(store().blob(name)), std::nullopt);
  EXPECT_EQ(put(store(), "gone"), name);
}

// Rule T4, and no store sees another's.
TEST_P(BlobContract, SpacesAreTheStoresOwnAndGoWithThem) {
  const auto other = create("other", "other.myshopify.com");
  const auto mine = put(store(), "mine"), theirs = put(*other, "theirs");
  std::ofstream(must(other->spool()) / "half") << "under way";
  EXPECT_EQ(must(store().blob(theirs)), std::nullopt);
  const auto before = deployment_->databases();
  must(registry_->remove(ClientKey("other"), ""));
  EXPECT_LT(deployment_->databases().size(), before.size());
  for (const auto& name : deployment_->databases()) EXPECT_THAT(name, ::testing::Not(::testing::HasSubstr("other")));
  EXPECT_EQ(read(store(), mine), "mine");
  EXPECT_EQ(refusal(other->read_blob(theirs, 0, 1)), "not-found/store-not-found");
  EXPECT_EQ(refusal(other->spool()), "not-found/store-not-found");
  const auto again = create("other", "other.myshopify.com");
  EXPECT_TRUE(must(again->blobs("", 10)).empty());
}

}  // namespace
}  // namespace stoa::storage
