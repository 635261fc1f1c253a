// How a store gets its Admin access token: a static one, client credentials (24 h), or an expiring offline token with
// refresh (shopify.md, section E). Thread-safe. Calls block on the network.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/metrics.h"
#include "http/client.h"
#include "shopify/token.h"
#include "shopify/transport.h"
#include "storage/store_handle.h"
#include "tenant/fields.h"
#include "tenant/vault.h"

namespace stoa::storage {
class Registry;
}

namespace stoa::tenant {

// What an operator gave to call a shop with. Either the token, or client id and secret, or these and a refresh token.
struct Credentials {
  Secret admin_token, client_secret, refresh_token;
  std::string client_id;
  bool operator==(const Credentials&) const = default;
};
enum class Grant { fixed, client_credentials, refresh };
Grant grant_of(const Credentials& credentials);
// What is missing for any grant, as faults of the fields.
void check_credentials(const Credentials& credentials, std::vector<Fault>& faults);

// The token to call with now. For grants, asks the shop's token endpoint.
Result<shopify::TokenGrant> obtain(const Credentials& credentials, const shopify::Endpoint& endpoint,
                                   http::Client& client, const Clock& clock, std::chrono::milliseconds timeout);

// The way to each shop: one transport per store, kept (it remembers the shop's budget), with its token renewed before
// it expires.
class Connections {
 public:
  struct Options {
    std::string api_version = "2026-10";
    std::chrono::seconds renew_before{
        300};  // a token is renewed when it has less left, or a tenth of its life if that is shorter
    std::chrono::milliseconds grant_timeout{10'000};
    std::vector<std::string> extra_hosts = {};  // that theme files may be on, besides public ones over https
  };
  Connections(storage::Registry& registry, const Vault& vault, http::Client& client, const Clock& clock,
              Metrics& metrics, Options options);

  // auth-failed when a grant is refused; the transport's other errors.
  Result<std::shared_ptr<shopify::Transport>> transport(storage::StoreHandle& store);
  // Shopify refused the token in use: forget it. True when another can be had (a grant): try once more.
  bool token_refused(storage::StoreHandle& store);
  // The budget as last seen; all zero when the shop has not been called.
  shopify::Budget budget(const ClientKey& key) const;
  void forget(const ClientKey& key);
  // The content of a theme file that Shopify gave as a URL, fetched without any credential; see shopify/themes.h.
  Result<std::string> download_theme_file(const std::string& url, std::chrono::milliseconds timeout);
  // For the end of the process: calls under way end soon, with cancelled.
  void stop() { client_.stop(); }

 private:
  struct Line {  // shared by the map and whoever is calling through it
    explicit Line(std::chrono::microseconds least) : margin(least) {}
    std::mutex mutex;  // single flight: one renewal per store
    std::shared_ptr<shopify::Transport> transport;
    std::int64_t generation = -1;  // of the StoreEntry it was made from
    bool renew = false;
    std::chrono::microseconds margin;  // what a token must have left
  };
  std::shared_ptr<Line> line(const ClientKey& key);
  Result<shopify::Endpoint> endpoint(storage::StoreHandle& store, bool renew);

  storage::Registry& registry_;
  const Vault& vault_;
  http::Client& client_;
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
  mutable std::mutex mutex_;
  std::unordered_map<ClientKey, std::shared_ptr<Line>> lines_;
};

// Opens the stored credentials of a store.
Result<Credentials> stored_credentials(const Vault& vault, const storage::ClientRecord& client);
// Puts a granted token into the shop's record, sealed. A refresh token rotates: the pair is written together.
void keep_grant(const Vault& vault, const shopify::TokenGrant& grant, storage::ShopRecord& shop);

}  // namespace stoa::tenant
