#include "sync/walk_fixture.h"

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::sync {
namespace {

constexpr std::string_view kEmpty = R"({"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}})";

}  // namespace

std::string product_node(std::int64_t id, const std::string& title) {
  return fmt::format(R"({{"id":"{}","title":"{}","status":"ACTIVE","media":{},"metafields":{},"variants":{}}})",
                     make_gid("Product", id), title, kEmpty, kEmpty, kEmpty);
}

void FakeShop::add(std::int64_t from, std::int64_t to, const std::string& title) {
  for (auto id = from; id <= to; ++id) products[id] = title;
}

std::string FakeShop::page(const json::Object& variables) {
  const auto first = static_cast<std::size_t>(variables.at("first").to_number<std::int64_t>());
  const auto query = json::string_or(variables, "query"), after = json::string_or(variables, "after");
  const auto above = query.starts_with("id:>") ? *parse_int(query.substr(4)) : 0;
  // A cursor is "<ids walked in this list>:<last id>".
  std::int64_t walked = 0, last = above;
  if (!after.empty()) {
    walked = *parse_int(after.substr(0, after.find(':')));
    last = *parse_int(after.substr(after.find(':') + 1));
  }
  std::string nodes;
  std::size_t count = 0;
  auto next = products.upper_bound(last);
  for (; next != products.end() && count < first && walked < cap; ++next) {
    last = next->first;
    ++walked;
    ++count;
    if (unlisted.contains(next->first)) continue;
    nodes += (nodes.empty() ? "" : ",") + product_node(next->first, next->second);
  }
  const bool more = next != products.end() && walked < cap;
  return fmt::format(R"({{"products":{{"nodes":[{}],"pageInfo":{{"hasNextPage":{},"endCursor":"{}:{}"}}}}}})", nodes,
                     more, walked, last);
}

Result<shopify::Answer> FakeShop::call(const shopify::Call& call) {
  std::string data;
  if (call.operation == "ProductsCount") {
    data = fmt::format(R"({{"productsCount":{{"count":{},"precision":"EXACT"}}}})",
                       claims.value_or(static_cast<std::int64_t>(products.size())));
  } else if (call.operation == "ProductsPage") {
    if (before_page) before_page();
    if (static_cast<std::size_t>(call.variables.at("first").to_number<std::int64_t>()) > too_dear_above)
      return fail(error(Code::invalid, "shop: too dear").because("cost-exceeded"));
    ++pages;
    data = page(call.variables);
  } else {
    return fail(Code::bug, "the fake shop does not know {}", call.operation);
  }
  shopify::Answer answer{
      .body = std::move(data), .actual_cost = 1, .api_version = version, .version_mismatch = version != "2026-10"};
  answer.data_end = answer.body.size();
  return answer;
}

WalkFixture::WalkFixture() {
  crypto_init();
  registry_ = *storage::open_embedded({.folder = folder_.path()}, clock_, random_);
  const ClientKey key("walked");
  storage::ShopRecord shop{.domain = ShopDomain("walked.myshopify.com"), .client_key = key};
  shop.database = key.str();
  shop.incarnation = "one";
  store_ = *registry_->create({.key = key}, shop, {.id = "key_1", .client_key = key, .hash = "hash"},
                              {.id = "job_0", .store = key, .type = "sync", .work = "first"});
}

storage::JobRecord WalkFixture::new_job(const std::string& mode) {
  storage::JobRecord job{.id = fmt::format("job_{}", ++jobs_), .store = store_->key(), .type = "sync"};
  job.mode = mode;
  job.kinds.push_back({.kind = model::Kind::products});
  return job;
}

storage::JobRecord WalkFixture::walk(FakeShop& shop, const storage::JobRecord& asked) {
  auto job = asked;
  clock_.advance(std::chrono::minutes(1));
  KindWalk walk({.store = *store_, .job = job, .options = options}, model::Kind::products);
  for (bool done = false; !done;) {
    const auto step = walk.step(shop);
    STOA_CHECK(step.has_value(), step ? "" : step.error().what.c_str());
    done = *step;
  }
  return job;
}

storage::KindStatus WalkFixture::status() { return store_->kinds()->at(0); }
std::int64_t WalkFixture::count() { return status().count; }

}  // namespace stoa::sync
