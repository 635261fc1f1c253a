#include "api/store_reader.h"

#include "api/discount_status.h"
#include "api/list_params.h"
#include "api/projection.h"
#include "base/json.h"
#include "base/text.h"

namespace stoa::api {
namespace {
constexpr std::chrono::seconds kNotSyncedRetry{10};

// "product" of products: what an error calls one.
std::string singular(model::Kind kind) {
  std::string name(model::to_string(kind));
  if (name.ends_with('s')) name.pop_back();
  return name;
}

json::Object freshness(const storage::KindStatus& status, Audience audience, Time now) {
  json::Object out;
  out["state"] = status.state;
  out["complete"] = status.complete;
  out["asOf"] = status.as_of ? json::Value(iso_seconds(*status.as_of)) : json::Value();
  out["lagSeconds"] = status.as_of
                          ? json::Value(std::chrono::duration_cast<std::chrono::seconds>(now - *status.as_of).count())
                          : json::Value();
  if (audience == Audience::operators) out["count"] = status.count;  // it counts what a read key may not see
  return out;
}

json::Value member(const json::Value& from, std::string_view name) {
  const auto* value = json::find(from, name);
  return value == nullptr ? json::Value() : *value;
}

// The published ones of Shopify's `shopLocales`, the primary first; null when the app may not read them.
json::Value locales(const json::Value& shop_locales) {
  if (!shop_locales.is_array()) return {};
  json::Array out;
  for (const auto& each : shop_locales.get_array()) {
    const auto locale = member(each, "locale");
    if (json::bool_or(each, "primary"))
      out.insert(out.begin(), locale);
    else if (json::bool_or(each, "published"))
      out.push_back(locale);
  }
  return out;
}
}  // namespace

StoreReader::StoreReader(std::shared_ptr<storage::StoreHandle> store, Audience audience,
                         std::shared_ptr<const StoreFacts> facts, Time now)
    : store_(std::move(store)), audience_(audience), facts_(std::move(facts)), now_(now) {}

std::unexpected<Error> StoreReader::missing(model::Kind kind) const {
  const auto name = singular(kind);
  if (!facts_->kind(kind).complete)
    return fail(
        error(Code::unavailable, "the {} of this store are not all here yet: ask again later", model::to_string(kind))
            .because("not-synced-yet")
            .after(kNotSyncedRetry));
  return fail(error(Code::not_found, "there is no such {}", name).because(name + "-not-found"));
}

Result<> StoreReader::mirrors(model::Kind kind) const {
  if (std::ranges::find(facts_->mirrored, kind) != facts_->mirrored.end()) return {};
  return fail(error(Code::not_found, "{0} are not mirrored here: name {0} in sync.further_kinds of the server",
                    model::to_string(kind))
                  .because("kind-not-mirrored"));
}

Result<Object> StoreReader::object(model::Kind kind, const std::optional<storage::Stored>& found,
                                   const Fields& fields) const {
  if (!found || !visible(kind, audience_, facts_->policy, found->body, now_)) return missing(kind);
  return shown(kind, *found, fields);
}

Result<Object> StoreReader::shown(model::Kind kind, const storage::Stored& found, const Fields& fields) const {
  Object out{.json = {}, .newest = found.fetched_at};
  out.json.reserve(found.body.size());
  ContentUrls urls(*store_, kind, fields);
  STOA_TRY(urls.load({&found, 1}));
  std::string scratch;
  Projection(kind, audience_, facts_->policy, fields, now_).append(urls.with(found.body, scratch), out.json);
  return out;
}

Result<Object> StoreReader::by_id(model::Kind kind, std::string_view id, const Fields& fields) const {
  STOA_TRY(mirrors(kind));
  const auto gid = parse_object_id(kind, id);
  if (!gid) return missing(kind);
  STOA_TRY_ASSIGN(const auto found, store_->get(kind, *gid));
  return object(kind, found, fields);
}

// The one that this audience may see; the newest of several.
Result<std::optional<storage::Stored>> StoreReader::find_by_handle(model::Kind kind, const std::string& handle,
                                                                   std::vector<storage::Condition> more) const {
  storage::Query query;
  query.kind = kind;
  query.all = std::move(more);
  query.all.push_back({.field = "handle", .values = {handle}});
  query.limit = 8;  // one, but while objects swap handles at Shopify
  STOA_TRY_ASSIGN(auto page, store_->query(query));
  std::optional<storage::Stored> newest;
  for (auto& document : page.documents)
    if (visible(kind, audience_, facts_->policy, document.body, now_) &&
        (!newest || newest->fetched_at < document.fetched_at))
      newest = std::move(document);
  return newest;
}

Result<Object> StoreReader::by_handle(model::Kind kind, const std::string& handle, const Fields& fields) const {
  STOA_TRY(mirrors(kind));
  STOA_TRY_ASSIGN(const auto found, find_by_handle(kind, handle));
  return object(kind, found, fields);
}

Result<Object> StoreReader::metaobject_by_handle(const std::string& type, const std::string& handle,
                                                 const Fields& fields) const {
  STOA_TRY(mirrors(model::Kind::metaobjects));
  STOA_TRY_ASSIGN(const auto found,
                  find_by_handle(model::Kind::metaobjects, handle, {{.field = "type", .values = {type}}}));
  return object(model::Kind::metaobjects, found, fields);
}

Result<Object> StoreReader::article_by_handle(std::string_view blog, const std::string& handle,
                                              const Fields& fields) const {
  const auto gid = parse_object_id(model::Kind::blogs, blog);
  if (!gid) return missing(model::Kind::blogs);
  STOA_TRY_ASSIGN(const auto found,
                  find_by_handle(model::Kind::articles, handle, {{.field = "blogId", .values = {*gid}}}));
  if (!found) {
    STOA_TRY_ASSIGN(const auto owner, store_->get(model::Kind::blogs, *gid));
    if (!owner) return missing(model::Kind::blogs);
  }
  return object(model::Kind::articles, found, fields);
}

Result<Object> StoreReader::discount_by_code(std::string_view code, const Fields& fields) const {
  const std::string_view status = audience_ == Audience::operators ? "any" : "ACTIVE";
  storage::Query query;
  query.kind = model::Kind::discounts;
  query.all = status_conditions(status, now_);
  query.all.push_back({.field = "codesFold", .op = storage::Condition::Op::has, .values = {fold(code)}});
  query.limit = 8;  // one, but while a code moves at Shopify
  STOA_TRY_ASSIGN(const auto page, store_->query(query));
  const auto newest = std::ranges::max_element(page.documents, {}, &storage::Stored::fetched_at);
  if (newest != page.documents.end()) {
    STOA_TRY_ASSIGN(auto found, shown(query.kind, *newest, fields));
    found.code = find_code(newest->body, code);
    return found;
  }
  query.all.back() = {.field = "codesCounted", .values = {true}};
  query.limit = 1;
  STOA_TRY_ASSIGN(const auto counted, store_->query(query));
  if (facts_->kind(query.kind).complete && !counted.documents.empty())
    return fail(error(Code::not_found,
                      "not among the codes that are mirrored: a discount has more of them than discounts.codes_max, "
                      "ask Shopify for this one")
                    .because("codes-not-mirrored"));
  return missing(query.kind);
}

// By gid or number, or by handle: a handle may look like a number.
Result<std::optional<storage::Stored>> StoreReader::find_collection(const std::string& name) const {
  if (const auto gid = parse_object_id(model::Kind::collections, name)) {
    STOA_TRY_ASSIGN(auto found, store_->get(model::Kind::collections, *gid));
    if (found) return found;
  }
  return find_by_handle(model::Kind::collections, name);
}

Result<Object> StoreReader::store() const {
  const auto entry = store_->entry();
  json::Object out;
  out["clientKey"] = entry->client.key.str();
  out["shopDomain"] = entry->shop.domain.str();
  const json::Value shop = entry->shop.info, domain = member(shop, "primaryDomain");
  out["name"] = member(shop, "name");
  out["primaryDomain"] = member(domain, "host");
  out["url"] = member(domain, "url");
  out["currencyCode"] = member(shop, "currencyCode");
  out["locales"] = locales(member(shop, "shopLocales"));
  out["version"] = facts_->version.number;
  json::Object kinds;
  for (const auto kind : facts_->mirrored)
    kinds[model::to_string(kind)] = freshness(facts_->kind(kind), audience_, now_);
  out["kinds"] = std::move(kinds);
  return Object{.json = json::write(out)};
}

}  // namespace stoa::api
