#include "api/api_fixture.h"

#include "base/ids.h"
#include "base/json_text.h"

namespace stoa::api {

std::string gid(std::string_view type, std::int64_t number) { return make_gid(type, number); }

std::string product_json(const ProductShape& shape) {
  const auto quoted = [](const std::string& text) { return json::quoted(text); };
  const auto handle = shape.handle.empty() ? fmt::format("p{}", shape.number) : shape.handle;
  std::string tags;
  for (const auto& tag : shape.tags) tags += (tags.empty() ? "" : ",") + quoted(tag);
  return fmt::format(
      R"({{"id":"{0}","title":{1},"handle":{2},"descriptionHtml":"<p>\"quoted\" </p><script>1</script>","vendor":{3},"productType":{4},)"
      R"("tags":[{5}],"status":"{6}","totalInventory":7,"createdAt":"2025-12-01T00:00:00Z","updatedAt":"{7}","publishedAt":{8},)"
      R"("variants":[{{"id":"gid://shopify/ProductVariant/{9}1","price":"{10}","compareAtPrice":null,"availableForSale":{11},)"
      R"("inventoryQuantity":3,"sellableOnlineQuantity":3,"inventoryItem":{{"id":"gid://shopify/InventoryItem/{9}","tracked":true,"inventoryLevels":[5]}},)"
      R"("media":[{{"id":"gid://shopify/MediaImage/{9}"}}]}}],)"
      R"("metafields":[{{"namespace":"custom","key":"care","type":"json","value":"{{}}"}},{{"namespace":"secret","key":"margin","value":"1"}}],)"
      R"("brandNew":{{"emoji":"😀","none":null}}}})",
      gid("Product", shape.number), quoted(shape.title), quoted(handle), quoted(shape.vendor),
      quoted(shape.product_type), tags, shape.status, shape.updated_at,
      shape.published_at.empty() ? "null" : quoted(shape.published_at), shape.number, shape.price, shape.available);
}

std::string collection_json(std::int64_t number, const std::string& handle, const std::vector<std::int64_t>& products) {
  std::string ids;
  for (const auto product : products) ids += (ids.empty() ? "" : ",") + json::quoted(gid("Product", product));
  return fmt::format(
      R"({{"id":"{}","title":"Collection {}","handle":"{}","updatedAt":"2026-01-02T00:00:00Z","productsCount":{{"count":9}},)"
      R"("productIds":[{}],"metafields":[]}})",
      gid("Collection", number), number, handle, ids);
}

std::string Answer::header(std::string_view name) const {
  for (auto line : split(head, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > name.size() + 2 && ascii_iequals(line.substr(0, name.size()), name) && line[name.size()] == ':')
      return std::string(line.substr(name.size() + 2));
  }
  return "";
}

ApiFixture::ApiFixture(std::span<const model::Kind> kinds) {
  crypto_init();
  auto opened =
      storage::open_embedded({.folder = folder_.path(), .kinds = {kinds.begin(), kinds.end()}}, clock_, random_);
  STOA_CHECK(opened.has_value(), "the embedded engine opens");
  registry_ = std::move(*opened);
  make_store("tees", "tees.myshopify.com", kKey);
  make_store("hats", "hats.myshopify.com", kOtherKey);
  serve({});
}

void ApiFixture::serve(const ServiceOptions& options) {
  service_ = std::make_unique<Service>(Dependencies{.registry = *registry_,
                                                    .clock = clock_,
                                                    .metrics = metrics_,
                                                    .operator_token = Secret(std::string(kOperator))},
                                       options);
}

void ApiFixture::make_store(const std::string& client_key, const std::string& domain, std::string_view key) {
  storage::ClientRecord client{.key = ClientKey(client_key)};
  storage::ShopRecord shop{.domain = ShopDomain(domain), .client_key = client.key};
  shop.info = {{"name", "The " + client_key},
               {"currencyCode", "GBP"},
               {"primaryDomain", {{"host", client_key + ".example"}}},
               {"shopLocales", json::Array{{{"locale", "fr"}, {"primary", false}, {"published", true}},
                                           {{"locale", "en"}, {"primary", true}, {"published", true}},
                                           {{"locale", "de"}, {"primary", false}, {"published", false}}}}};
  const storage::KeyRecord record{.id = "key_" + client_key, .client_key = client.key, .hash = to_hex(sha256(key))};
  const storage::JobRecord job{.id = "job_" + client_key, .store = client.key, .type = "sync", .work = "full"};
  const auto made = registry_->create(client, shop, record, job);
  STOA_CHECK(made.has_value(), "a store is made");
}

struct ApiFixture::Call {
  Call(http::Method method, const std::string& url_, std::string_view token, const Headers& headers) : url(url_) {
    request.method = method;
    request.target = url;
    const auto mark = url.find('?');
    request.path = std::string_view(url).substr(0, mark);
    if (mark != std::string::npos) request.query = std::string_view(url).substr(mark + 1);
    request.headers.assign(headers.begin(), headers.end());
    if (!token.empty()) request.headers.emplace_back("Authorization", authorization = "Bearer " + std::string(token));
    request.request_id = "req-1";
  }
  std::string url, authorization;
  http::Request request;
};

namespace {
Answer plain(const http::Response& response) {
  return {response.status, response.head, response.body ? *response.body : ""};
}
}  // namespace

Answer ApiFixture::ask(http::Method method, const std::string& url, std::string_view token, const Headers& headers) {
  const Call call(method, url, token, headers);
  if (auto now = service_->answer_now(call.request)) return plain(*now);
  return plain(service_->answer(call.request));
}

std::optional<Answer> ApiFixture::get_now(const std::string& url, std::string_view token, const Headers& headers) {
  const Call call(http::Method::get, url, token, headers);
  auto now = service_->answer_now(call.request);
  if (!now) return std::nullopt;
  return plain(*now);
}

storage::StoreHandle& ApiFixture::store(const std::string& client_key) {
  return **registry_->resolve({.client_key = client_key});
}

void ApiFixture::put(model::Kind kind, std::vector<std::string> bodies, const std::string& client_key) {
  auto& into = store(client_key);
  const auto stamp = into.fetch_clock().begin();
  storage::Batch batch;
  for (auto& body : bodies) {
    auto document = model::make_document(kind, std::move(body));
    ASSERT_TRUE(document.has_value());
    document->fetched_at = stamp.time();
    batch.documents.push_back(std::move(*document));
  }
  const auto applied = into.apply(batch);
  ASSERT_TRUE(applied.has_value()) << applied.error().what;
}

void ApiFixture::erase(model::Kind kind, const std::string& id) {
  const auto stamp = store().fetch_clock().begin();
  const auto erased = store().erase(kind, {&id, 1}, stamp.time(), {});
  ASSERT_TRUE(erased.has_value() && *erased == 1);
}

void ApiFixture::complete(model::Kind kind, const std::string& client_key) {
  const auto done =
      store(client_key).set_kind_status({.kind = kind, .complete = true, .as_of = clock_.wall(), .state = "current"});
  ASSERT_TRUE(done.has_value());
}

void ApiFixture::change_settings(const std::string& json) {
  const auto changed = registry_->update_client(ClientKey("tees"), [&](storage::ClientRecord& client) -> Result<> {
    client.settings = json::parse(json)->as_object();
    return {};
  });
  ASSERT_TRUE(changed.has_value());
}

}  // namespace stoa::api
