#include "tenant/registrar.h"

#include "base/text.h"
#include "shopify/kinds.h"
#include "tenant/read_key.h"
#include "tenant/settings.h"
#include "tenant/shop_record.h"

namespace stoa::tenant {
struct Registrar::Posted {
  ClientKey key;
  std::map<std::string, std::string> fields;  // given and not masked; URLs normalised
  std::optional<BaseUrl> api_url, admin_url;  // as they will be: stored ones on a repeat that leaves them out
  ShopQuestion question;
  const BaseUrl& call_url() const { return admin_url ? *admin_url : *api_url; }
  // The *.myshopify.com host that was posted, if any.
  std::string posted_domain() const {
    for (const auto* url : {&admin_url, &api_url})
      if (*url && !(*url)->shop_domain.empty()) return (*url)->shop_domain;
    return {};
  }
};

Registrar::Registrar(Deps deps, Options options) : deps_(std::move(deps)), options_(std::move(options)) {}

namespace {

// The two URLs name one shop when they are equal, or when one is a rehearsal host: then the shop's own domain decides
// (agrees()).
bool may_be_one_shop(const BaseUrl& one, const BaseUrl& other) {
  return one == other || one.extra_host != other.extra_host;
}

void check_urls(const std::optional<BaseUrl>& api, const std::optional<BaseUrl>& admin, std::vector<Fault>& faults) {
  if (!api || !admin || may_be_one_shop(*api, *admin)) return;
  for (const auto* pointer : {"/apiBaseUrl", "/adminApiBaseUrl"})
    faults.push_back(
        {pointer, fmt::format("apiBaseUrl ({}) and adminApiBaseUrl ({}) must name one shop", api->text, admin->text)});
}

}  // namespace

Outcome<Registrar::Posted> Registrar::read(const json::Object& body) const {
  std::vector<Fault> faults;
  Posted posted;
  const auto given = read_fields(body, faults);
  if (body.contains("settings"))
    faults.push_back({"/settings", "not a field of registration: PATCH /api/config/clients/{clientKey}"});
  for (const auto& [name, value] : given)
    if (value && !is_masked(*value)) posted.fields[name] = *value;
  const auto faulty = [&](std::string_view name) {
    return std::any_of(faults.begin(), faults.end(),
                       [&](const Fault& fault) { return fault.pointer.substr(1) == name; });
  };
  if (!posted.fields.contains("clientKey") && !faulty("clientKey")) faults.push_back({"/clientKey", "required"});
  for (auto [name, url] : {std::pair{"apiBaseUrl", &posted.api_url}, std::pair{"adminApiBaseUrl", &posted.admin_url}}) {
    const auto text = posted.fields.find(name);
    if (text == posted.fields.end()) continue;
    auto parsed = parse_base_url(text->second, options_.extra_hosts);
    if (!parsed) {
      faults.push_back({"/" + std::string(name), parsed.error().what});
      continue;
    }
    text->second = parsed->text;
    *url = std::move(*parsed);
  }
  if (!posted.api_url && !posted.admin_url && !faulty("apiBaseUrl") && !faulty("adminApiBaseUrl"))
    faults.push_back({"/adminApiBaseUrl", "required: give adminApiBaseUrl, apiBaseUrl, or both"});

  std::shared_ptr<storage::StoreHandle> existing;
  if (posted.fields.contains("clientKey")) {
    posted.key = ClientKey(posted.fields["clientKey"]);
    if (auto found = deps_.registry.resolve({.client_key = posted.key.str()})) existing = *found;
  }
  const auto secret = [&](const char* name) {
    const auto found = posted.fields.find(name);
    return found == posted.fields.end() ? Secret() : Secret(found->second);
  };
  posted.question.credentials = {.admin_token = secret("adminShopToken"),
                                 .client_secret = secret("clientSecret"),
                                 .refresh_token = secret("refreshToken"),
                                 .client_id = posted.fields.contains("clientId") ? posted.fields["clientId"] : ""};
  if (existing != nullptr && faults.empty()) {
    if (auto merged = merge_stored(posted, *existing->entry()); !merged)
      return std::unexpected(std::move(merged).error());
  }
  check_urls(posted.api_url, posted.admin_url, faults);
  if (existing == nullptr && !faulty("adminShopToken") && !faulty("clientId") && !faulty("clientSecret"))
    check_credentials(posted.question.credentials, faults);
  if (!faults.empty()) return refuse_fields(std::move(faults));
  posted.question.url = posted.call_url();
  posted.question.api_version = options_.api_version;
  return posted;
}

// What a repeat leaves out stays as it was.
Outcome<void> Registrar::merge_stored(Posted& posted, const storage::StoreEntry& stored) const {
  const auto domain = posted.posted_domain();
  if (!domain.empty() && domain != stored.shop.domain.str() && domain != stored.shop.posted_domain &&
      posted.call_url().shop_domain == domain)
    return refuse(409, "client-key-taken",
                  fmt::format("clientKey '{}' is bound to {}", posted.key.str(), stored.shop.domain.str()));
  for (auto [name, url] : {std::pair{"apiBaseUrl", &posted.api_url}, std::pair{"adminApiBaseUrl", &posted.admin_url}}) {
    if (*url || stored.client.field(name).empty()) continue;
    if (auto parsed = parse_base_url(stored.client.field(name), options_.extra_hosts)) *url = std::move(*parsed);
  }
  auto before = stored_credentials(deps_.vault, stored.client);
  if (!before) return storage_refusal(before.error());
  auto& now = posted.question.credentials;
  const bool unchanged_grant =
      now.admin_token.empty() && now.refresh_token.empty() && now.client_secret.empty() && now.client_id.empty();
  if (now.admin_token.empty()) now.admin_token = before->admin_token;
  if (now.client_secret.empty()) now.client_secret = before->client_secret;
  if (now.refresh_token.empty()) now.refresh_token = before->refresh_token;
  if (now.client_id.empty()) now.client_id = before->client_id;
  if (unchanged_grant && grant_of(now) != Grant::fixed) {
    // Nothing new: call with the token in use, and renew with the refresh token of the chain.
    auto access = deps_.vault.open(posted.key, kAccessToken, stored.shop.access_token);
    auto refresh = deps_.vault.open(posted.key, kRefreshToken, stored.shop.refresh_token);
    if (!access || !refresh) return storage_refusal(!access ? access.error() : refresh.error());
    const bool expired = stored.shop.access_expires_at != Time{} && stored.shop.access_expires_at <= deps_.clock.wall();
    if (!expired) posted.question.token_in_use = *access;
    if (!refresh->empty()) now.refresh_token = *refresh;
  }
  return {};
}

namespace {

std::vector<Warning> warnings_of(const ShopAnswer& answer, std::span<const model::Kind> mirrored) {
  std::vector<Warning> out;
  if (!answer.scopes_known)
    out.push_back(
        {"scopes-unknown", "",
         "the shop did not say which scopes are granted: a kind without its scope will be reported as notPermitted"});
  std::map<std::string_view, std::vector<std::string_view>> kinds_of_scope;
  for (const auto kind : mirrored)
    if (answer.scopes_known && !has_scope(answer.scopes, shopify::scope(kind)) &&
        !has_scope(answer.scopes, shopify::other_scope(kind)))
      kinds_of_scope[shopify::scope(kind)].push_back(to_string(kind));
  for (const auto kind : mirrored)
    if (const auto also = shopify::also_scope(kind);
        answer.scopes_known && !also.empty() && !has_scope(answer.scopes, also))
      kinds_of_scope[also].push_back(to_string(kind));
  for (const auto& [scope, kinds] : kinds_of_scope)
    out.push_back({"missing-scope", std::string(scope),
                   fmt::format("{} will not be mirrored: grant {} to the app", fmt::join(kinds, ", "), scope)});
  for (const auto scope : shopify::kInventoryScopes)
    if (answer.scopes_known && !has_scope(answer.scopes, scope))
      out.push_back({"optional-scope", std::string(scope),
                     fmt::format("inventory by location is left out of products: grant {} to the app", scope)});
  if (answer.version_mismatch)
    out.push_back({"api-version-mismatch", "",
                   "the shop answers with another API version than asked: syncs will add but not delete"});
  return out;
}

}  // namespace

std::optional<Refusal> Registrar::taken(const Posted& posted, const ShopAnswer& answered) const {
  const auto being_removed = [&](const storage::StoreEntry& entry) -> std::optional<Refusal> {
    if (entry.shop.state != storage::StoreState::deleting) return std::nullopt;
    Refusal refusal{
        .status = 409,
        .code = "store-deleting",
        .detail = fmt::format("'{}' is being removed, try again when its job has ended", entry.client.key.str())};
    const auto jobs = deps_.registry.jobs({.store = entry.client.key.str()});
    if (jobs)
      for (const auto& job : *jobs)
        if (job.type == "remove") refusal.job = job;
    return refusal;
  };
  const auto& domain = answered.shop.myshopify_domain;
  if (auto same_key = deps_.registry.resolve({.client_key = posted.key.str()})) {
    const auto entry = (*same_key)->entry();
    if (auto removing = being_removed(*entry)) return removing;
    if (entry->shop.domain.str() != domain)
      return Refusal{
          .status = 409,
          .code = "client-key-taken",
          .detail = fmt::format("clientKey '{}' is bound to {}", posted.key.str(), entry->shop.domain.str())};
  }
  if (auto same_shop = deps_.registry.resolve({.shop_domain = domain});
      same_shop && (*same_shop)->key() != posted.key) {
    const auto entry = (*same_shop)->entry();
    if (auto removing = being_removed(*entry)) return removing;
    return Refusal{.status = 409,
                   .code = "shop-taken",
                   .detail = fmt::format("{} is bound to clientKey '{}'", domain, entry->client.key.str())};
  }
  return std::nullopt;
}

Outcome<Registered> Registrar::sync(const json::Object& body) {
  auto posted = read(body);
  if (!posted) return std::unexpected(std::move(posted).error());
  const auto* url_field = posted->admin_url ? "adminApiBaseUrl" : "apiBaseUrl";
  auto answered = ask_shop(posted->question, deps_.client, deps_.clock, options_.answer_within);
  if (!answered) return std::unexpected(from_shop(answered.error(), posted->question, url_field));
  if (!parse_shop_domain(answered->shop.myshopify_domain))
    return refuse(422, "not-a-shop", "the answer names no *.myshopify.com domain",
                  {{std::string("/") + url_field, "what answers here is not a Shopify shop"}});
  // A rehearsal host beside a *.myshopify.com one: the shop itself says whether they are one.
  if (posted->call_url().extra_host && !posted->posted_domain().empty() &&
      posted->posted_domain() != answered->shop.myshopify_domain)
    return refuse(422, "another-shop", "the two URLs name different shops",
                  {{"/apiBaseUrl", "must name one shop with adminApiBaseUrl"},
                   {"/adminApiBaseUrl", fmt::format("answers as {}", answered->shop.myshopify_domain)}});
  if (auto refusal = taken(*posted, *answered)) return std::unexpected(std::move(*refusal));
  auto store = deps_.registry.resolve({.client_key = posted->key.str()});
  auto done = store ? update(*posted, *answered, **store) : create(*posted, *answered);
  if (!done && done.error().code == "client-key-taken") {
    // Two first registrations at once: whoever came second repeats the first.
    if (auto other = deps_.registry.resolve({.client_key = posted->key.str()});
        other && (*other)->entry()->shop.domain.str() == answered->shop.myshopify_domain)
      done = update(*posted, *answered, **other);
  }
  if (!done && done.error().code == "store-not-found")  // a removal came between: nothing of the repeat is kept
    return refuse(409, "store-deleting",
                  fmt::format("'{}' was removed meanwhile, register it again", posted->key.str()));
  if (!done) return done;
  done->warnings = warnings_of(*answered, deps_.registry.mirrored());
  deps_.wake_sync();
  return done;
}

void Registrar::write_fields(const Posted& posted, storage::ClientRecord& client) const {
  for (const auto& [name, value] : posted.fields)
    client.fields[name] = field_rule(name)->secret ? deps_.vault.seal(posted.key, name, Secret(value)) : value;
  if (!client.fields.contains("environment")) client.fields["environment"] = "production";
  client.updated_at = deps_.clock.wall();
}

Outcome<Registered> Registrar::create(const Posted& posted, const ShopAnswer& answered) {
  const auto now = deps_.clock.wall();
  storage::ClientRecord client{.key = posted.key, .created_at = now};
  write_fields(posted, client);
  storage::ShopRecord shop{.domain = ShopDomain(answered.shop.myshopify_domain), .client_key = posted.key};
  shop.database = posted.key.str();
  shop.incarnation = deps_.random.hex(8);
  shop.since = shop.created_at = now;
  write_shop(answered, now, shop);
  if (posted.posted_domain() != answered.shop.myshopify_domain) shop.posted_domain = posted.posted_domain();
  if (answered.granted) keep_grant(deps_.vault, *answered.granted, shop);
  auto key = make_read_key(posted.key, "first", deps_.clock, deps_.random);
  const auto mirrored = deps_.registry.mirrored();
  const auto job = sync_job(posted.key, {.kinds = {mirrored.begin(), mirrored.end()}}, deps_.clock, deps_.random);
  auto store = deps_.registry.create(client, shop, key.record, job);
  if (!store) return storage_refusal(store.error());
  return Registered{.client_key = posted.key,
                    .shop_domain = shop.domain,
                    .database = shop.database,
                    .created = true,
                    .job = job,
                    .read_key = std::move(key.text)};
}

Outcome<Registered> Registrar::update(const Posted& posted, const ShopAnswer& answered, storage::StoreHandle& store) {
  const auto now = deps_.clock.wall();
  auto written = deps_.registry.update_client(posted.key, [&](storage::ClientRecord& client) -> Result<> {
    write_fields(posted, client);
    return {};
  });
  if (written) {
    written = deps_.registry.update_shop(posted.key, [&](storage::ShopRecord& shop) -> Result<> {
      write_shop(answered, now, shop);
      if (answered.granted) keep_grant(deps_.vault, *answered.granted, shop);
      if (shop.state == storage::StoreState::auth_failed || shop.state == storage::StoreState::suspended)
        set_state(shop, storage::StoreState::active, now);
      return {};
    });
  }
  if (!written) return storage_refusal(written.error());
  auto job = full_sync(store);
  if (!job) return std::unexpected(std::move(job).error());
  const auto entry = store.entry();
  return Registered{.client_key = posted.key,
                    .shop_domain = entry->shop.domain,
                    .database = entry->shop.database,
                    .created = false,
                    .job = std::move(*job)};
}

Outcome<storage::JobRecord> Registrar::full_sync(storage::StoreHandle& store) {
  const SyncRequest request{.kinds = wanted_kinds(store.entry()->client.settings, deps_.registry.mirrored())};
  auto queued = deps_.registry.enqueue(sync_job(store.key(), request, deps_.clock, deps_.random));
  if (!queued) return storage_refusal(queued.error());
  return std::move(queued->job);
}

}  // namespace stoa::tenant
