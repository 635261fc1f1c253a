// A shop for the tests of the walk: answers calls from memory, as badly as it is told to. And a store to walk into.
#pragma once

#include <map>
#include <set>

#include "base/json.h"
#include "shopify/transport.h"
#include "storage/embedded/embedded.h"
#include "sync/kind_walk.h"
#include "testing/fakes.h"

namespace stoa::sync {

// Products only, each with a title; paged by id as Shopify does it, no list longer than `cap`.
// A product as the shop answers it.
std::string product_node(std::int64_t id, const std::string& title);

class FakeShop final : public shopify::Transport {
 public:
  Result<shopify::Answer> call(const shopify::Call& call) override;
  shopify::Budget budget() const override { return {}; }
  std::string last_request_id() const override { return "shop-request"; }

  void add(std::int64_t from, std::int64_t to, const std::string& title = "t");

  std::map<std::int64_t, std::string> products;
  std::int64_t cap = 25'000;
  std::optional<std::int64_t> claims;  // what productsCount says; nothing: the truth
  std::set<std::int64_t> unlisted;     // counted, but missing from the pages: a walk that misses something
  std::string version = "2026-10";
  std::size_t too_dear_above = 250;   // a larger page is refused with cost-exceeded
  std::function<void()> before_page;  // runs before each page is made
  std::size_t pages = 0;

 private:
  std::string page(const json::Object& variables);
};

// One store on the embedded engine, and walks over it.
class WalkFixture {
 public:
  WalkFixture();

  // Walks products to the end in steps, as a new job unless `job` is given. CHECKs that every step succeeds.
  storage::JobRecord walk(FakeShop& shop, const storage::JobRecord& job);
  storage::JobRecord new_job(const std::string& mode = "full");
  std::int64_t count();
  storage::KindStatus status();
  storage::StoreHandle& store() { return *store_; }
  void use_store(std::shared_ptr<storage::StoreHandle> store) { store_ = std::move(store); }
  storage::Registry& registry() { return *registry_; }
  const SyncOptions options;

 private:
  testing::TempDir folder_;
  testing::ManualClock clock_;
  testing::SeededRandom random_{7};
  std::unique_ptr<storage::Registry> registry_;
  std::shared_ptr<storage::StoreHandle> store_;
  int jobs_ = 0;
};

}  // namespace stoa::sync
