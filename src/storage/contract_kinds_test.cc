// The kinds that a configuration switches on: what a store has of them, and when.
#include "storage/contract_test.h"

namespace stoa::storage {
namespace {

using model::Kind;

class KindContract : public StorageContract {
 protected:
  model::Document page(std::int64_t number, std::string handle) const {
    auto one = document(Kind::pages, gid(number, "Page"), at(1), fmt::format(R"({{"id":"{}"}})", gid(number, "Page")));
    set(one, "handle", std::move(handle));
    return one;
  }
  std::vector<Stored> pages_of(const std::string& handle) {
    return must(store().query({.kind = Kind::pages, .all = {{.field = "handle", .values = {handle}}}, .limit = 5}))
        .documents;
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, KindContract, ::testing::ValuesIn(engines_under_test()), engine_name);

TEST_P(KindContract, ARegistryMirrorsWhatItWasOpenedFor) {
  EXPECT_TRUE(std::ranges::equal(registry_->mirrored(), model::standard_kinds()));
  mirror_everything();
  EXPECT_TRUE(std::ranges::equal(registry_->mirrored(), model::all_kinds()));
}

TEST_P(KindContract, AStoreThatIsThereAlreadyGetsAFurtherKindWhenItIsSwitchedOn) {
  apply({product(1, 1, "kept")});
  reopen();
  EXPECT_EQ(text(1), "kept");
  mirror_everything();
  EXPECT_EQ(text(1), "kept");
  EXPECT_EQ(must(store().kinds()).at(static_cast<std::size_t>(Kind::pages)).state, "never");
  apply({page(1, "about"), page(2, "contact")});
  EXPECT_EQ(count(Kind::pages), 2);
  ASSERT_EQ(pages_of("contact").size(), 1u);
  EXPECT_EQ(pages_of("contact")[0].id, gid(2, "Page"));
  must(store().set_kind_status({.kind = Kind::pages, .complete = true, .as_of = at(9), .state = "current"}));

  reopen();  // a second time there is nothing to add
  EXPECT_EQ(count(Kind::pages), 2);
  EXPECT_EQ(must(store().kinds()).at(static_cast<std::size_t>(Kind::pages)).state, "current");
  const auto id = gid(1, "Page");
  EXPECT_EQ(must(store().erase(Kind::pages, std::span(&id, 1), at(5), std::nullopt)), 1);
  EXPECT_TRUE(pages_of("about").empty());
  EXPECT_TRUE(must(store().tombstone(id)));
}

TEST_P(KindContract, WhatAKindHeldStaysWhileItIsSwitchedOff) {
  mirror_everything();
  apply({page(1, "about")});
  deployment_->kinds.assign(model::standard_kinds().begin(), model::standard_kinds().end());
  reopen();
  apply({product(1, 1, "served")});
  EXPECT_EQ(text(1), "served");
  mirror_everything();
  EXPECT_EQ(pages_of("about").size(), 1u);
}

TEST_P(KindContract, AStoreMadeWhileItIsOnHasItFromTheStart) {
  mirror_everything();
  const auto made = create("later", "later.myshopify.com");
  EXPECT_EQ(must(made->boundary(Kind::pages, "publishedAt", at(9))).next, std::nullopt);
  EXPECT_TRUE(must(made->query({.kind = Kind::pages, .limit = 5})).documents.empty());
}

}  // namespace
}  // namespace stoa::storage
