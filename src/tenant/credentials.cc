#include "tenant/credentials.h"

#include "shopify/themes.h"
#include "storage/registry.h"

namespace stoa::tenant {

Grant grant_of(const Credentials& credentials) {
  if (!credentials.admin_token.empty()) return Grant::fixed;
  return credentials.refresh_token.empty() ? Grant::client_credentials : Grant::refresh;
}

void check_credentials(const Credentials& credentials, std::vector<Fault>& faults) {
  if (!credentials.admin_token.empty()) return;
  const bool id = !credentials.client_id.empty(), secret = !credentials.client_secret.empty();
  if (id && secret) return;
  if (!credentials.refresh_token.empty() || id) {
    if (!id) faults.push_back({"/clientId", "required with refreshToken"});
    if (!secret) faults.push_back({"/clientSecret", "required with clientId"});
    return;
  }
  faults.push_back(
      {"/adminShopToken", "required: give adminShopToken, or clientId and clientSecret, or refreshToken with them"});
}

Result<shopify::TokenGrant> obtain(const Credentials& credentials, const shopify::Endpoint& endpoint,
                                   http::Client& client, const Clock& clock, std::chrono::milliseconds timeout) {
  switch (grant_of(credentials)) {
    case Grant::fixed: return shopify::TokenGrant{.access_token = credentials.admin_token};
    case Grant::client_credentials:
      return shopify::client_credentials(endpoint, credentials.client_id, credentials.client_secret, client, clock,
                                         timeout);
    case Grant::refresh:
      return shopify::refresh(endpoint, credentials.client_id, credentials.client_secret, credentials.refresh_token,
                              client, clock, timeout);
  }
  return fail(Code::bug, "credentials: unknown grant");
}

Result<Credentials> stored_credentials(const Vault& vault, const storage::ClientRecord& client) {
  Credentials out;
  STOA_TRY_ASSIGN(out.admin_token, vault.open(client, "adminShopToken"));
  STOA_TRY_ASSIGN(out.client_secret, vault.open(client, "clientSecret"));
  STOA_TRY_ASSIGN(out.refresh_token, vault.open(client, "refreshToken"));
  out.client_id = client.field("clientId");
  return out;
}

void keep_grant(const Vault& vault, const shopify::TokenGrant& grant, storage::ShopRecord& shop) {
  shop.access_token = vault.seal(shop.client_key, kAccessToken, grant.access_token);
  shop.access_expires_at = grant.access_expires_at;
  shop.refresh_token = vault.seal(shop.client_key, kRefreshToken, grant.refresh_token);
  shop.refresh_expires_at = grant.refresh_expires_at;
}

namespace {

// Counts what became of every call, by the names the contract fixes.
class CountingTransport final : public shopify::Transport {
 public:
  CountingTransport(std::unique_ptr<shopify::Transport> inner, Metrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  Result<shopify::Answer> call(const shopify::Call& call) override {
    auto answer = inner_->call(call);
    const std::string_view outcome = answer                          ? "ok"
                                     : answer.error().reason.empty() ? "error"
                                                                     : std::string_view(answer.error().reason);
    metrics_.count("stoa_shopify_requests_total", "Calls to shops by what became of them.", {{"outcome", outcome}});
    if (!answer && answer.error().reason == "throttled")
      metrics_.count(
          "stoa_shopify_throttled_seconds_total", "Seconds that shops' budgets made us wait.", {},
          std::chrono::duration<double>(answer.error().retry_after.value_or(std::chrono::milliseconds(0))).count());
    return answer;
  }
  shopify::Budget budget() const override { return inner_->budget(); }
  std::string last_request_id() const override { return inner_->last_request_id(); }

 private:
  std::unique_ptr<shopify::Transport> inner_;
  Metrics& metrics_;
};

}  // namespace

Connections::Connections(storage::Registry& registry, const Vault& vault, http::Client& client, const Clock& clock,
                         Metrics& metrics, Options options)
    : registry_(registry),
      vault_(vault),
      client_(client),
      clock_(clock),
      metrics_(metrics),
      options_(std::move(options)) {}

std::shared_ptr<Connections::Line> Connections::line(const ClientKey& key) {
  const std::lock_guard lock(mutex_);
  auto& found = lines_[key];
  if (found == nullptr) found = std::make_shared<Line>(options_.renew_before);
  return found;
}

Result<std::shared_ptr<shopify::Transport>> Connections::transport(storage::StoreHandle& store) {
  const auto own = line(store.key());
  const std::lock_guard lock(own->mutex);
  const auto entry = store.entry();
  const auto expires = entry->shop.access_expires_at;
  const bool expiring = expires != Time{} && clock_.wall() + own->margin >= expires;
  if (own->transport != nullptr && own->generation == entry->generation && !own->renew && !expiring)
    return own->transport;
  STOA_TRY_ASSIGN(auto made, endpoint(store, own->renew || expiring));
  own->transport =
      std::make_shared<CountingTransport>(shopify::make_transport(std::move(made), client_, clock_), metrics_);
  const auto now = store.entry();
  if (const auto renewed = now->shop.access_expires_at; renewed != expires && renewed != Time{})
    own->margin = std::min<std::chrono::microseconds>(options_.renew_before, (renewed - clock_.wall()) / 10);
  own->generation = now->generation;
  own->renew = false;
  return own->transport;
}

Result<shopify::Endpoint> Connections::endpoint(storage::StoreHandle& store, bool renew) {
  const auto entry = store.entry();
  const auto admin_url = entry->client.field("adminApiBaseUrl");
  shopify::Endpoint out{.base_url = admin_url.empty() ? entry->client.field("apiBaseUrl") : admin_url,
                        .api_version = options_.api_version};
  // Normalised when it was registered: only an extra host is anything but https://<shop>.myshopify.com.
  out.private_addresses =
      !parse_shop_domain(out.base_url.substr(std::min(out.base_url.size(), std::string_view("https://").size())));
  STOA_TRY_ASSIGN(auto credentials, stored_credentials(vault_, entry->client));
  if (grant_of(credentials) == Grant::fixed) {
    out.token = credentials.admin_token;
    return out;
  }
  if (!renew && !entry->shop.access_token.empty()) {
    STOA_TRY_ASSIGN(out.token, vault_.open(store.key(), kAccessToken, entry->shop.access_token));
    return out;
  }
  // The refresh token now in use is the shop's; the configured one is only the first of the chain.
  if (!entry->shop.refresh_token.empty()) {
    STOA_TRY_ASSIGN(credentials.refresh_token, vault_.open(store.key(), kRefreshToken, entry->shop.refresh_token));
  }
  STOA_TRY_ASSIGN(const auto grant, obtain(credentials, out, client_, clock_, options_.grant_timeout));
  STOA_TRY(registry_.update_shop(store.key(), [&](storage::ShopRecord& shop) -> Result<> {
    keep_grant(vault_, grant, shop);
    return {};
  }));
  out.token = grant.access_token;
  return out;
}

bool Connections::token_refused(storage::StoreHandle& store) {
  const auto credentials = stored_credentials(vault_, store.entry()->client);
  if (!credentials || grant_of(*credentials) == Grant::fixed) return false;
  const auto own = line(store.key());
  const std::lock_guard lock(own->mutex);
  own->renew = true;
  return true;
}

shopify::Budget Connections::budget(const ClientKey& key) const {
  std::shared_ptr<Line> own;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(key);
    if (found == lines_.end()) return {};
    own = found->second;
  }
  const std::lock_guard lock(own->mutex);
  return own->transport == nullptr ? shopify::Budget{} : own->transport->budget();
}

Result<std::string> Connections::download_theme_file(const std::string& url, std::chrono::milliseconds timeout) {
  return shopify::download_theme_file(client_, url, options_.extra_hosts, timeout);
}

void Connections::forget(const ClientKey& key) {
  const std::lock_guard lock(mutex_);
  lines_.erase(key);
}

}  // namespace stoa::tenant
