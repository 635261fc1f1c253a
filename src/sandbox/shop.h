// One stand-in shop: its catalogue, who may read it, what that costs, and what goes wrong on request. Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <shared_mutex>

#include "sandbox/budget.h"
#include "sandbox/catalog.h"
#include "sandbox/faults.h"
#include "sandbox/rest.h"
#include "sandbox/seed.h"
#include "sandbox/theme.h"
#include "sandbox/tokens.h"

namespace stoa::sandbox {

struct ShopSpec {
  std::string name;  // [a-z0-9][a-z0-9-]*; the shop is <name>.myshopify.com
  SeedOptions seed;  // used when no file is given
  RestFiles files;
  ThemeSeed themes;
  std::string currency = "GBP";
  std::string admin_token;           // default shpat_<name>
  std::string client_id;             // default client-<name>
  std::string client_secret;         // default secret-<name>
  std::string refresh_token;         // default shprt_<name>
  std::vector<std::string> scopes;   // default: read_products read_inventory read_publications …
  double maximum_available = 2'000;  // the cost bucket
  double restore_rate = 100;         // points a second
  std::int64_t token_seconds = 0;    // life of tokens handed out; 0: Shopify's

  Result<void> validate() const;
};

// "demo:seed=200,currency=JPY,points=20000,restore=1000,…" (docs/formats/sandbox.md lists the keys).
Result<ShopSpec> parse_shop_spec(std::string_view text);
Result<ShopSpec> parse_shop_spec(const json::Object& json);  // of the control route: the same keys

// Lets requests wait, and ends the wait when the sandbox stops.
class Patience {
 public:
  // False: stopped early.
  bool wait(std::chrono::milliseconds delay);
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
};

// What all shops share.
struct World {
  const Clock& clock;
  Random& random;
  std::vector<std::string> versions;  // supported API versions, oldest first
  std::size_t list_max;
  Patience patience;
};

class Shop {
 public:
  // Fills the catalogue from the spec's file or seed.
  static Result<std::unique_ptr<Shop>> make(const ShopSpec& spec, World& world);

  // One Admin GraphQL request. `version` as in the path.
  http::Response graphql(const http::Request& request, std::string_view version);
  http::Response token(const http::Request& request) { return tokens_.exchange(request); }

  // For the control routes. A change is done alone, no request sees half of it.
  template <class F>
  auto change(F&& how) {
    const std::unique_lock lock(mutex_);
    return how(catalog_);
  }
  template <class F>
  auto read(F&& how) const {
    const std::shared_lock lock(mutex_);
    return how(std::as_const(catalog_));
  }
  // What the app may do from now on.
  void set_scopes(std::vector<std::string> scopes) {
    const std::unique_lock lock(mutex_);
    scopes_ = std::move(scopes);
  }
  Faults& faults() { return faults_; }
  Tokens& tokens() { return tokens_; }
  Budget& budget() { return budget_; }
  const ShopSpec& spec() const { return spec_; }
  void count_download();  // of the CDN
  json::Object stats() const;
  void reset_stats();

 private:
  struct Asked;
  struct Stats {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;    // no or wrong token
    std::uint64_t throttled = 0;  // by the bucket, not by a fault
    std::uint64_t faulted = 0;
    double points = 0;
    std::uint64_t running = 0;
    std::uint64_t running_max = 0;
    std::uint64_t downloads = 0;  // from the CDN
    std::map<std::string, std::uint64_t> operations;
    std::map<std::string, json::Object> last_variables;
  };

  Shop(ShopSpec spec, World& world, ShopInfo info, std::int64_t first_id);
  http::Response answer(const Asked& asked);
  http::Response execute(const Asked& asked, const FaultSpec* fault);
  http::Response damaged(http::Response response, const FaultSpec& fault);
  void count(const Asked& asked);

  const ShopSpec spec_;
  World& world_;
  mutable std::shared_mutex mutex_;  // of the catalogue and the scopes
  Catalog catalog_;
  std::vector<std::string> scopes_;
  Tokens tokens_;
  Budget budget_;
  Faults faults_;
  mutable std::mutex stats_mutex_;
  Stats stats_;
};

}  // namespace stoa::sandbox
