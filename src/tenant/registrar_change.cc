// What can be done to a registered store: change, pause, remove.
#include "tenant/registrar.h"
#include "tenant/settings.h"
#include "tenant/shop_record.h"

namespace stoa::tenant {
namespace {

using Given = std::map<std::string, std::optional<std::string>>;

bool gives_credentials(const Given& given) {
  return given.contains("adminShopToken") || given.contains("clientId") || given.contains("clientSecret") ||
         given.contains("refreshToken");
}

}  // namespace

// New credentials are checked as at registration, and must be this shop's. Nothing, and a fault, when they are not
// whole.
Outcome<std::optional<ShopAnswer>> Registrar::ask_with(const Given& given, const storage::StoreEntry& entry,
                                                       std::vector<Fault>& faults) const {
  auto credentials = stored_credentials(deps_.vault, entry.client);
  if (!credentials) return storage_refusal(credentials.error());
  const auto take = [&](const char* name, Secret& into) {
    if (const auto found = given.find(name); found != given.end()) into = Secret(found->second.value_or(""));
  };
  take("adminShopToken", credentials->admin_token);
  take("clientSecret", credentials->client_secret);
  take("refreshToken", credentials->refresh_token);
  if (const auto found = given.find("clientId"); found != given.end())
    credentials->client_id = found->second.value_or("");
  check_credentials(*credentials, faults);
  if (!faults.empty()) return std::nullopt;
  const auto admin_url = entry.client.field("adminApiBaseUrl");
  auto url = parse_base_url(admin_url.empty() ? entry.client.field("apiBaseUrl") : admin_url, options_.extra_hosts);
  if (!url) return refuse(422, "base-url-not-allowed", url.error().what);
  const ShopQuestion question{.url = *url, .credentials = *credentials, .api_version = options_.api_version};
  auto asked = ask_shop(question, deps_.client, deps_.clock, options_.answer_within);
  if (!asked) return std::unexpected(from_shop(asked.error(), question, "adminApiBaseUrl"));
  if (asked->shop.myshopify_domain != entry.shop.domain.str())
    return refuse(422, "another-shop", fmt::format("these credentials belong to {}", asked->shop.myshopify_domain),
                  {{credential_pointer(*credentials), "belongs to another shop"}});
  return std::move(*asked);
}

Outcome<std::shared_ptr<storage::StoreHandle>> Registrar::change(const ClientKey& key, const json::Object& body) {
  auto store = deps_.registry.resolve({.client_key = key.str()});
  if (!store) return storage_refusal(store.error());
  std::vector<Fault> faults;
  auto given = read_fields(body, faults);
  for (auto it = given.begin(); it != given.end();) {
    const bool keep = it->second && is_masked(*it->second);
    if (!field_rule(it->first)->changeable)
      faults.push_back({"/" + it->first, it->first == "clientKey"
                                             ? "clientKey cannot be changed"
                                             : "cannot be changed here: POST /api/config/sync with the new URL"});
    it = keep ? given.erase(it) : std::next(it);
  }
  const auto entry = (*store)->entry();
  auto settings = entry->client.settings;
  const auto* changes = body.if_contains("settings");
  const bool clears = changes != nullptr && changes->is_null();
  if (changes != nullptr && !clears) merge_settings(settings, *changes, faults);

  std::optional<ShopAnswer> answered;
  if (faults.empty() && gives_credentials(given)) {
    auto asked = ask_with(given, *entry, faults);
    if (!asked) return std::unexpected(std::move(asked).error());
    answered = std::move(*asked);
  }
  if (!faults.empty()) return refuse_fields(std::move(faults));

  const auto now = deps_.clock.wall();
  auto written = deps_.registry.update_client(key, [&](storage::ClientRecord& client) -> Result<> {
    for (const auto& [name, value] : given) {
      if (!value)
        client.fields.erase(name);
      else
        client.fields[name] = field_rule(name)->secret ? deps_.vault.seal(key, name, Secret(*value)) : *value;
    }
    if (!client.fields.contains("environment")) client.fields["environment"] = "production";
    // Judged above; merged into what is stored now, so that a pause in between is kept.
    std::vector<Fault> none;
    if (clears) client.settings.clear();
    if (changes != nullptr && !clears) merge_settings(client.settings, *changes, none);
    settings = client.settings;
    client.updated_at = now;
    return {};
  });
  if (written) {
    written = deps_.registry.update_shop(key, [&](storage::ShopRecord& shop) -> Result<> {
      using State = storage::StoreState;
      if (answered) {
        write_shop(*answered, now, shop);
        if (answered->granted) keep_grant(deps_.vault, *answered->granted, shop);
        if (shop.state == State::auth_failed || shop.state == State::suspended) set_state(shop, State::active, now);
      }
      if (paused(settings) && shop.state == State::active) set_state(shop, State::paused, now);
      if (!paused(settings) && shop.state == State::paused) set_state(shop, State::active, now);
      return {};
    });
  }
  if (!written) return storage_refusal(written.error());
  deps_.wake_sync();
  return *store;
}

Result<> Registrar::set_paused(const ClientKey& key, bool value) {
  STOA_TRY(deps_.registry.update_client(key, [&](storage::ClientRecord& client) -> Result<> {
    if (value)
      client.settings["paused"] = true;
    else
      client.settings.erase("paused");
    client.updated_at = deps_.clock.wall();
    return {};
  }));
  STOA_TRY(deps_.registry.update_shop(key, [&](storage::ShopRecord& shop) -> Result<> {
    using State = storage::StoreState;
    if (value && shop.state == State::active) set_state(shop, State::paused, deps_.clock.wall());
    if (!value && shop.state == State::paused) set_state(shop, State::active, deps_.clock.wall());
    return {};
  }));
  deps_.wake_sync();
  return {};
}

Outcome<storage::JobRecord> Registrar::remove(const ClientKey& key) {
  auto marked = deps_.registry.update_shop(key, [&](storage::ShopRecord& shop) -> Result<> {
    set_state(shop, storage::StoreState::deleting, deps_.clock.wall());
    return {};
  });
  if (!marked) return storage_refusal(marked.error());
  auto queued = deps_.registry.enqueue(remove_job(key, deps_.clock, deps_.random));
  if (!queued) return storage_refusal(queued.error());
  deps_.wake_sync();
  return std::move(queued->job);
}

}  // namespace stoa::tenant
