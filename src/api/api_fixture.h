// A Service over a real embedded registry in a temporary folder, with two stores and whatever objects a test puts in
// them. For the tests of api/ only.
#pragma once

#include <gtest/gtest.h>

#include "api/service.h"
#include "base/text.h"
#include "storage/embedded/embedded.h"
#include "testing/fakes.h"

namespace stoa::api {

// One product; a test sets only what it is about.
struct ProductShape {
  std::int64_t number = 1;
  std::string title = "Tee", handle = "";  // handle: "p<number>" when empty
  std::string status = "ACTIVE";
  std::string published_at = "2026-01-01T00:00:00Z";  // empty: null
  std::string updated_at = "2026-01-02T00:00:00Z";
  std::string vendor = "Acme", product_type = "Shirt", price = "25.00";
  std::vector<std::string> tags = {};
  bool available = true;
};
std::string product_json(const ProductShape& shape);
// A collection whose members are those products, in that order.
std::string collection_json(std::int64_t number, const std::string& handle, const std::vector<std::int64_t>& products);
std::string gid(std::string_view type, std::int64_t number);

struct Answer {
  int status = 0;
  std::string head, body;
  // The value of a header line; empty when absent.
  std::string header(std::string_view name) const;
};

class ApiFixture : public ::testing::Test {
 protected:
  static constexpr std::string_view kOperator = "operator-token-of-the-tests";
  static constexpr std::string_view kKey = "read-key-of-tees", kOtherKey = "read-key-of-hats";

  // `kinds`: that are mirrored.
  explicit ApiFixture(std::span<const model::Kind> kinds = model::standard_kinds());
  // Restarts the Service, with other options.
  void serve(const ServiceOptions& options);

  using Headers = std::vector<std::pair<std::string_view, std::string_view>>;
  Answer ask(http::Method method, const std::string& url, std::string_view token, const Headers& headers = {});
  Answer get(const std::string& url, std::string_view token = kKey, const Headers& headers = {}) {
    return ask(http::Method::get, url, token, headers);
  }
  // Like get(), but on the event loop alone; nothing when a worker would be needed.
  std::optional<Answer> get_now(const std::string& url, std::string_view token = kKey, const Headers& headers = {});

  storage::StoreHandle& store(const std::string& client_key = "tees");
  void put(model::Kind kind, std::vector<std::string> bodies, const std::string& client_key = "tees");
  void put_product(const ProductShape& shape) { put(model::Kind::products, {product_json(shape)}); }
  void erase(model::Kind kind, const std::string& id);
  void complete(model::Kind kind, const std::string& client_key = "tees");
  void change_settings(const std::string& json);

  stoa::testing::TempDir folder_;
  stoa::testing::ManualClock clock_;
  stoa::testing::SeededRandom random_{1};
  Metrics metrics_;
  std::unique_ptr<storage::Registry> registry_;
  std::unique_ptr<Service> service_;

 private:
  void make_store(const std::string& client_key, const std::string& domain, std::string_view key);
  struct Call;
};

}  // namespace stoa::api
