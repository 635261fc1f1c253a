// The contract suite: what every storage engine must do, written against the interface only, run on each engine of
// contract_engines_test.cc.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/json_text.h"
#include "storage/registry.h"
#include "testing/fakes.h"

namespace stoa::storage {

// A place where an engine keeps its databases; empty when made, gone with everything when destroyed.
class Deployment {
 public:
  virtual ~Deployment() = default;
  virtual Result<std::unique_ptr<Registry>> open(const Clock& clock, Random& random) = 0;
  std::vector<model::Kind> kinds{model::standard_kinds().begin(),
                                 model::standard_kinds().end()};  // that open() mirrors
  // Names of all that lies there besides appconfig and locks: a removed store has left nothing.
  virtual std::vector<std::string> databases() = 0;
  // Makes a database of that name behind Stoa's back.
  virtual void make_foreign(const std::string& database) = 0;
};

struct Engine {
  std::string name;
  std::function<std::unique_ptr<Deployment>()> make;
};

inline void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }

// Each defined by its engine's tests.
Engine embedded_engine();
Engine mongo_engine();
std::vector<Engine> engines_under_test();
inline std::string engine_name(const ::testing::TestParamInfo<Engine>& info) { return info.param.name; }

// The value, or a failed test that says why there is none.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", to_string(result.error().code), result.error().what));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
// "code/reason" of a refusal, "ok" when there is none.
template <class T>
std::string refusal(const Result<T>& result) {
  return result ? "ok" : fmt::format("{}/{}", to_string(result.error().code), result.error().reason);
}

inline std::string gid(std::int64_t number, std::string_view type = "Product") { return make_gid(type, number); }

// An index value as a body holds it: a time as ISO text, texts as an array.
inline json::Value body_value(model::FieldType type, const model::IndexValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return type == model::FieldType::time ? json::Value(iso_seconds(from_micros(*number))) : json::Value(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return json::Value(*text);
  if (const auto* yes = std::get_if<bool>(&value)) return *yes;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
    return json::Array(texts->begin(), texts->end());
  return nullptr;
}

// Sets an index field as if derived from the body: where the kind has a place for it, the body holds the value too.
// Times are whole seconds, as Shopify gives them.
inline void set(model::Document& document, std::string_view field, const model::IndexValue& value) {
  const auto position = model::index_position(document.kind, field).value();
  document.index.at(position) = value;
  const auto& row = model::spec(document.kind).index[position];
  if (row.place.empty()) return;
  auto body = json::parse(document.body).value();
  auto* object = &body.as_object();
  auto place = row.place;
  for (auto dot = place.find('.'); dot != place.npos; dot = place.find('.')) {
    auto& inner = (*object)[place.substr(0, dot)];
    object = inner.is_object() ? &inner.as_object() : &inner.emplace_object();
    place.remove_prefix(dot + 1);
  }
  (*object)[place] = body_value(row.type, value);
  document.body = json::write(body);
  document.hash = quick_hash({document.body});
}

// `body`: a canonical JSON object, and so are the bodies below.
inline model::Document document(model::Kind kind, std::string id, Time fetched_at, std::string body) {
  model::Document out{.kind = kind, .id = std::move(id), .body = std::move(body)};
  out.index.resize(model::spec(kind).index.size());
  out.hash = quick_hash({out.body});
  out.fetched_at = fetched_at;
  out.api_version = "2026-10";
  return out;
}

inline ClientRecord client_record(const std::string& key, Time at) {
  ClientRecord record{.key = ClientKey(key), .fields = {{"clientName", "Acme"}}};
  record.created_at = record.updated_at = at;
  return record;
}
inline ShopRecord shop_record(const std::string& key, const std::string& domain, Time at) {
  ShopRecord record{.domain = ShopDomain(domain), .client_key = ClientKey(key)};
  record.created_at = record.updated_at = record.since = at;
  return record;
}
inline KeyRecord key_record(const std::string& key, const std::string& id, Time at) {
  return {
      .id = id, .client_key = ClientKey(key), .name = "app", .hash = "hash-" + id, .last4 = "abcd", .created_at = at};
}
inline JobRecord job_record(const std::string& key, const std::string& id, Time at,
                            const std::string& work = "sync:full") {
  JobRecord job{.id = id, .store = ClientKey(key), .type = "sync"};
  job.created_at = at;
  job.work = work;
  return job;
}

class StorageContract : public ::testing::TestWithParam<Engine> {
 protected:
  StorageContract() : deployment_(GetParam().make()) { reopen(); }

  void reopen() {
    store_.reset();
    registry_.reset();
    registry_ = must(deployment_->open(clock_, random_));
    if (auto store = registry_->resolve({.client_key = "acme"})) store_ = *store;
  }
  // From now on the further kinds are mirrored too.
  void mirror_everything() {
    deployment_->kinds.assign(model::all_kinds().begin(), model::all_kinds().end());
    reopen();
  }
  // The store "acme", made when first asked for.
  StoreHandle& store() {
    if (!store_) store_ = create("acme", "acme.myshopify.com");
    return *store_;
  }
  std::shared_ptr<StoreHandle> create(const std::string& key, const std::string& domain) {
    return must(try_create(key, domain));
  }
  Result<std::shared_ptr<StoreHandle>> try_create(const std::string& key, const std::string& domain,
                                                  const std::string& posted = "") {
    auto shop = shop_record(key, domain, clock_.wall());
    shop.posted_domain = posted;
    return registry_->create(client_record(key, clock_.wall()), shop, key_record(key, "key_" + key, clock_.wall()),
                             job_record(key, "job_" + key, clock_.wall()));
  }

  Time at(std::int64_t seconds) const { return start_ + std::chrono::seconds(seconds); }
  // A product whose body is its id and a text: `{"id":"gid://shopify/Product/1","text":"a"}`.
  model::Document product(std::int64_t number, std::int64_t fetched, std::string_view text = "") const {
    return document(model::Kind::products, gid(number), at(fetched), text_body(number, text));
  }
  static std::string text_body(std::int64_t number, std::string_view text) {
    return fmt::format(R"({{"id":"{}","text":"{}"}})", gid(number), text);
  }
  // The same with a body of exactly so many bytes.
  model::Document product_of(std::int64_t number, std::int64_t fetched, std::size_t bytes) const {
    return product(number, fetched, std::string(bytes - text_body(number, "").size(), 'x'));
  }
  Applied apply(std::vector<model::Document> documents) {
    Batch batch;
    batch.documents = std::move(documents);
    return must(store().apply(batch));
  }
  std::optional<Stored> get(std::int64_t number) { return must(store().get(model::Kind::products, gid(number))); }
  std::string body(std::int64_t number) {
    const auto stored = get(number);
    return stored ? stored->body : "(none)";
  }
  // Of what product() made.
  static std::string text_of(const Stored& stored) {
    return json::find_string(stored.body, {"text"}).value_or("(no text) " + stored.body);
  }
  std::string text(std::int64_t number) {
    const auto stored = get(number);
    return stored ? text_of(*stored) : "(none)";
  }
  std::int64_t version() { return must(store().version()).number; }
  std::int64_t count(model::Kind kind = model::Kind::products) {
    return must(store().kinds()).at(static_cast<std::size_t>(kind)).count;
  }
  std::int64_t erase(std::vector<std::int64_t> numbers, std::int64_t fetched) {
    std::vector<std::string> ids;
    for (const auto number : numbers) ids.push_back(gid(number));
    return must(store().erase(model::Kind::products, ids, at(fetched), std::nullopt));
  }

  testing::ManualClock clock_;
  testing::SeededRandom random_{7};
  const Time start_ = clock_.wall();
  std::unique_ptr<Deployment> deployment_;
  std::unique_ptr<Registry> registry_;
  std::shared_ptr<StoreHandle> store_;
};

}  // namespace stoa::storage
