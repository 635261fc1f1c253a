// Speaks Admin GraphQL to one shop: sends documents within the shop's cost budget, tells data from errors. Facts:
// shared/reference/shopify.md, sections B, D, E.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/result.h"
#include "http/client.h"

namespace stoa::shopify {

// Where and as whom to call: https://{shop}.myshopify.com, or a rehearsal base such as http://127.0.0.1:9292/s/mystore.
struct Endpoint {
  std::string base_url;  // no final '/'
  Secret token;          // X-Shopify-Access-Token
  std::string api_version = "2026-10";
  bool private_addresses = false;  // true for an extra host
};

// throttleStatus as last seen (docs/api/usage/limits).
struct Budget {
  double maximum_available = 0, currently_available = 0,
         restore_rate = 0;  // points; points per second. 0: not known yet
  Tick seen{};
  std::optional<Time> throttled_until;
};

// Reasons (Error::reason) of call(): each is one line of the error taxonomy.
//   throttled          THROTTLED or 429, or the budget says to wait first: retry_after set; never burns an attempt
//   auth-failed        401            scope-missing   403 or ACCESS_DENIED (Error::what names the field's scope when
//   Shopify does) shop-frozen        402            shop-locked     423 shop-not-found     404 security-rejection 430
//   cost-exceeded      MAX_COST_EXCEEDED: ask for a smaller page
//   graphql-error      200 with `errors` of another kind        search-warning  extensions.search[].warnings (rule S8)
//   shop-unavailable   5xx, 520, 530, 540, INTERNAL_SERVER_ERROR, HTML or other non-JSON, timeout, reset, cut body
//   response-too-large
struct Call {
  std::string_view operation;  // name of the operation in the document: for logs and the cost estimate
  std::string_view document;   // GraphQL text, fragments included
  json::Object variables;
  std::chrono::milliseconds timeout{30'000};
};

struct Answer {
  std::string body;                          // the whole response; `data` is a view into it
  std::size_t data_begin = 0, data_end = 0;  // the raw text of `data` within body: an object
  double requested_cost = 0, actual_cost = 0;
  std::string request_id;         // Shopify's X-Request-Id
  std::string api_version;        // X-Shopify-API-Version as answered
  bool version_mismatch = false;  // rule S10: may add, must not delete
  std::string_view data() const { return std::string_view(body).substr(data_begin, data_end - data_begin); }
};

// The seam (tests put a FaultyTransport here). Thread-safe; call() blocks on the network, never on the budget.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<Answer> call(const Call& call) = 0;
  virtual Budget budget() const = 0;
  // Shopify's request id of the last answer, good or bad: for error reports.
  virtual std::string last_request_id() const = 0;
};

// One per shop, kept for the shop's lifetime: it remembers the bucket and what each operation costs. `client` must
// outlive it.
std::unique_ptr<Transport> make_transport(Endpoint endpoint, http::Client& client, const Clock& clock);

}  // namespace stoa::shopify
