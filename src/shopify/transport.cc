#include "shopify/transport.h"

#include "base/json_text.h"
#include "shopify/budget.h"
#include "shopify/classify.h"

namespace stoa::shopify {
namespace {

using std::chrono::milliseconds;

class HttpTransport final : public Transport {
 public:
  HttpTransport(Endpoint endpoint, http::Client& client, const Clock& clock)
      : endpoint_(std::move(endpoint)),
        url_(fmt::format("{}/admin/api/{}/graphql.json", endpoint_.base_url, endpoint_.api_version)),
        client_(client),
        clock_(clock) {}

  Result<Answer> call(const Call& call) override;
  Budget budget() const override { return bucket_.snapshot(clock_.mono()); }
  std::string last_request_id() const override {
    const std::lock_guard lock(mutex_);
    return last_request_id_;
  }

 private:
  Result<void> wait_turn(const Call& call);
  http::ClientRequest request(const Call& call) const;
  Error held(Error error, const CostReport& cost);

  const Endpoint endpoint_;
  const std::string url_;
  http::Client& client_;
  const Clock& clock_;
  CostBucket bucket_;
  mutable std::mutex mutex_;
  std::string last_request_id_;
};

// Rule S5: what would be throttled is not sent.
Result<void> HttpTransport::wait_turn(const Call& call) {
  const auto wait = bucket_.take(call, clock_.mono());
  if (!wait)
    return fail(Error{Code::invalid,
                      fmt::format("shopify: {} costs more than the shop's bucket ever holds", call.operation),
                      "cost-exceeded"});
  if (*wait == milliseconds(0)) return {};
  return fail(Error{Code::throttled,
                    fmt::format("shopify: {} waits for the shop's budget: {} ms", call.operation, wait->count()),
                    "throttled"}
                  .after(*wait));
}

http::ClientRequest HttpTransport::request(const Call& call) const {
  http::ClientRequest request;
  request.method = "POST";
  request.url = url_;
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"},
                     {"X-Shopify-Access-Token", endpoint_.token.reveal()}};
  request.body =
      fmt::format(R"({{"query":{},"variables":{}}})", json::quoted(call.document), json::write(call.variables));
  request.timeout = call.timeout;
  request.private_addresses = endpoint_.private_addresses;
  return request;
}

// A throttled call waits for the longer of what Shopify said and what the bucket needs; so do all others of this shop
// if Shopify said it of the shop (429, THROTTLED).
Error HttpTransport::held(Error error, const CostReport& cost) {
  const auto wait = std::max(error.retry_after.value_or(milliseconds(0)), wait_for(cost));
  bucket_.hold_until(clock_.mono() + wait, clock_.wall() + wait);
  error.retry_after = wait;
  return error;
}

Result<Answer> HttpTransport::call(const Call& call) {
  STOA_TRY(wait_turn(call));
  auto response = client_.send(request(call));
  if (!response) return fail(unanswered(std::move(response).error()));
  {
    const std::lock_guard lock(mutex_);
    last_request_id_ = response->header("x-request-id");
  }
  auto [cost, answer] = classify(*std::move(response), endpoint_.api_version);
  bucket_.learn(call, cost, clock_.mono());
  if (answer) return std::move(answer);
  auto error = without_secret(std::move(answer).error(), endpoint_.token);
  return fail(error.code == Code::throttled ? held(std::move(error), cost) : std::move(error));
}

}  // namespace

std::unique_ptr<Transport> make_transport(Endpoint endpoint, http::Client& client, const Clock& clock) {
  return std::make_unique<HttpTransport>(std::move(endpoint), client, clock);
}

}  // namespace stoa::shopify
