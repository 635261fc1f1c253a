#include "sandbox/shop.h"

#include "base/crypto.h"
#include "base/json_text.h"
#include "base/text.h"
#include "sandbox/graphql/parser.h"
#include "sandbox/graphql/validate.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox {

using graphql::fault;

namespace {

constexpr int kCostMax = 1'000;  // of a single query, on any plan

// Shops of different names have different ids, all above 2^53, where a double would lose them.
std::int64_t first_id(std::string_view name) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return 9'007'199'254'740'993ll + static_cast<std::int64_t>(hash % 100'000) * 1'000'000'000ll;
}

http::Response refusal(int status, std::string_view text) {
  return http::json_response(status, fmt::format(R"({{"errors":{}}})", json::quoted(text)));
}

const graphql::Operation* choose(const graphql::Document& document, std::string_view name) {
  if (name.empty()) return document.operations.size() == 1 ? &document.operations.front() : nullptr;
  const auto found = std::ranges::find(document.operations, name, &graphql::Operation::name);
  return found == document.operations.end() ? nullptr : &*found;
}

http::Response faults_only(const std::vector<graphql::Fault>& faults) {
  return http::json_response(200, fmt::format(R"({{"errors":{}}})", graphql::to_json(faults)));
}

}  // namespace

// A request, read.
struct Shop::Asked {
  json::Object variables;
  Result<graphql::Document> document = fail(Code::invalid, "");
  const graphql::Operation* operation = nullptr;
  std::string name;  // of the operation
  std::string base_url;
};

bool Patience::wait(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, delay, [&] { return stopped_; });
}

void Patience::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  wake_.notify_all();
}

Shop::Shop(ShopSpec spec, World& world, ShopInfo info, std::int64_t first)
    : spec_(std::move(spec)),
      world_(world),
      catalog_(std::move(info), first + 1'000),
      scopes_(spec_.scopes),
      tokens_({.admin_token = spec_.admin_token,
               .client_id = spec_.client_id,
               .client_secret = spec_.client_secret,
               .refresh_token = spec_.refresh_token,
               .credentials_life = std::chrono::seconds(spec_.token_seconds ? spec_.token_seconds : 86'400),
               .offline_life = std::chrono::seconds(spec_.token_seconds ? spec_.token_seconds : 3'600)},
              fmt::format("{}", fmt::join(spec_.scopes, ",")), world.clock, world.random),
      budget_(spec_.maximum_available, spec_.restore_rate, world.clock) {}

Result<std::unique_ptr<Shop>> Shop::make(const ShopSpec& spec, World& world) {
  STOA_TRY(spec.validate());
  const std::int64_t first = first_id(spec.name);
  ShopInfo info{.name = spec.name, .domain = spec.name + ".myshopify.com", .currency = spec.currency};
  seed_shop(info, first);
  std::unique_ptr<Shop> shop(new Shop(spec, world, std::move(info), first));
  if (spec.files.products.empty()) {
    seed(shop->catalog_, spec.seed);
  } else {
    STOA_TRY(load_files(shop->catalog_, spec.files, world.clock.wall()));
  }
  STOA_TRY(seed_themes(shop->catalog_, spec.themes, world.clock.wall()));
  return shop;
}

http::Response Shop::graphql(const http::Request& request, std::string_view version) {
  const bool known = std::ranges::find(world_.versions, version) != world_.versions.end();
  const std::string served = known ? std::string(version) : world_.versions.front();  // falls forward to the oldest
  const auto finish = [&](http::Response response) {
    if (!response.head.contains("X-Shopify-API-Version")) response.header("X-Shopify-API-Version", served);
    return response;
  };
  if (!tokens_.valid(request.header("X-Shopify-Access-Token"))) {
    const std::lock_guard lock(stats_mutex_);
    ++stats_.refused;
    return finish(refusal(401, "[API] Invalid API key or access token (unrecognized login or wrong password)"));
  }
  if (!request.header("Content-Type").starts_with("application/json"))
    return finish(refusal(400, "Required content type is application/json"));
  const auto body = json::parse(request.body);
  if (!body || !body->is_object() || json::string_or(*body, "query").empty())
    return finish(refusal(400, "Required parameter missing or invalid: query"));

  Asked asked;
  asked.base_url = fmt::format("http://{}/s/{}", request.header("Host"), spec_.name);
  if (const auto* variables = json::find(*body, "variables"); variables && variables->is_object())
    asked.variables = variables->get_object();
  asked.document = graphql::parse_document(json::string_or(*body, "query"));
  if (asked.document) asked.operation = choose(*asked.document, json::string_or(*body, "operationName"));
  if (asked.operation) asked.name = asked.operation->name;
  count(asked);
  http::Response response = finish(answer(asked));
  const std::lock_guard lock(stats_mutex_);
  --stats_.running;
  return response;
}

http::Response Shop::answer(const Asked& asked) {
  const auto fault = faults_.meet(asked.name);
  if (!fault) return execute(asked, nullptr);
  {
    const std::lock_guard lock(stats_mutex_);
    ++stats_.faulted;
  }
  if (fault->mode == FaultMode::slow || fault->mode == FaultMode::hang) world_.patience.wait(fault->delay);
  if (auto response = fault_response(*fault, budget_.status())) return std::move(*response);
  return damaged(execute(asked, &*fault), *fault);
}

http::Response Shop::execute(const Asked& asked, const FaultSpec* injected) {
  if (!asked.document) return faults_only({fault(asked.document.error().what, {}, "parseError")});
  if (!asked.operation) return faults_only({fault("An operation name is required", {}, "BAD_REQUEST")});
  const auto& schema = admin_schema();
  auto faults = graphql::validate(schema, *asked.document);
  if (!faults.empty()) return faults_only(faults);
  const auto variables = graphql::coerce_variables(schema, *asked.operation, asked.variables, faults);
  if (!faults.empty()) return faults_only(faults);
  const auto plan = graphql::make_plan(schema, *asked.document, *asked.operation, variables, faults);
  if (!faults.empty()) return faults_only(faults);

  const int requested = graphql::requested_cost(schema, plan);
  const auto refused = [&](std::string message, std::string_view code) {
    return http::json_response(
        200,
        fmt::format(
            R"({{"errors":{},"extensions":{{"cost":{{"requestedQueryCost":{},"actualQueryCost":null,"throttleStatus":{}}}}}}})",
            graphql::to_json({fault(std::move(message), {}, code)}), requested, budget_.status()));
  };
  if (requested > kCostMax)
    return refused(
        fmt::format("Query cost is {}, which exceeds the single query max cost limit ({}).", requested, kCostMax),
        "MAX_COST_EXCEEDED");
  if (!budget_.take(requested)) {
    const std::lock_guard lock(stats_mutex_);
    ++stats_.throttled;
    return refused("Throttled", "THROTTLED");
  }

  const std::shared_lock lock(mutex_);
  Reading reading{.catalog = catalog_,
                  .schema = schema,
                  .scopes = scopes_,
                  .versions = world_.versions,
                  .now = world_.clock.wall(),
                  .list_max = world_.list_max};
  reading.base_url = asked.base_url;
  reading.lone_product =
      asked.operation->selections.size() == 1 && asked.operation->selections.front().name == "product";
  const auto granted = [&](std::string_view any_of) {
    return std::ranges::any_of(
        split(any_of, ' '), [&](std::string_view scope) { return std::ranges::find(scopes_, scope) != scopes_.end(); });
  };
  graphql::Answer result = graphql::Executor(granted, &reading).run(plan, {&schema.query(), &reading});
  const int actual = std::min(result.cost, requested);
  budget_.give_back(requested - actual);
  {
    const std::lock_guard stats_lock(stats_mutex_);
    stats_.points += actual;
  }
  if (injected && injected->mode == FaultMode::partial) {
    auto made = fault("Internal error. Looks like something went wrong on our end.",
                      asked.operation->selections.front().at, "INTERNAL_SERVER_ERROR");
    made.path = fmt::format("[{}]", json::quoted(asked.operation->selections.front().key()));
    result.faults.push_back(std::move(made));
  }
  if (injected && injected->mode == FaultMode::search_warning)
    reading.search.push_back(
        R"({"path":["products"],"query":"","parsed":{},"warnings":[{"field":"updated_at","message":"Invalid search field for this query.","code":"invalid_field"}]})");
  std::string body = result.faults.empty() ? "{" : fmt::format(R"({{"errors":{},)", graphql::to_json(result.faults));
  body.reserve(body.size() + result.data.size() + 512);
  body.append("\"data\":").append(result.data);
  body += fmt::format(R"(,"extensions":{{"cost":{{"requestedQueryCost":{},"actualQueryCost":{},"throttleStatus":{}}})",
                      requested, actual, budget_.status());
  if (!reading.search.empty()) body += fmt::format(R"(,"search":[{}])", fmt::join(reading.search, ","));
  body += "}}";
  return http::json_response(200, std::move(body));
}

// A real answer, spoilt on its way.
http::Response Shop::damaged(http::Response response, const FaultSpec& fault) {
  const std::string& whole = *response.body;
  switch (fault.mode) {
    case FaultMode::cut: response.cut = http::Cut{.bytes = 200 + whole.size() / 2}; break;
    case FaultMode::reset: response.cut = http::Cut{.bytes = 200 + whole.size() / 2, .reset = true}; break;
    case FaultMode::hang: response.cut = http::Cut{}; break;
    case FaultMode::wrong_version: response.header("X-Shopify-API-Version", "2026-04"); break;
    case FaultMode::bad_json: return http::json_response(200, whole.substr(0, whole.size() / 2));
    case FaultMode::drip: {
      auto at = std::make_shared<std::size_t>(0);
      response.stream = http::Stream{.next = [body = response.body, at]() -> std::optional<std::string> {
                                       if (*at >= body->size()) return std::nullopt;
                                       return body->substr((*at)++, 1);
                                     },
                                     .interval = fault.delay};
      break;
    }
    default: break;
  }
  return response;
}

void Shop::count(const Asked& asked) {
  const std::lock_guard lock(stats_mutex_);
  ++stats_.requests;
  stats_.running_max = std::max(stats_.running_max, ++stats_.running);
  ++stats_.operations[asked.name];
  stats_.last_variables[asked.name] = asked.variables;
}

void Shop::count_download() {
  const std::lock_guard lock(stats_mutex_);
  ++stats_.downloads;
}

json::Object Shop::stats() const {
  const std::lock_guard lock(stats_mutex_);
  json::Object operations;
  for (const auto& [name, count] : stats_.operations)
    operations[name] = json::Object{{"requests", count}, {"lastVariables", stats_.last_variables.at(name)}};
  return {
      {"requests", stats_.requests},         {"refused", stats_.refused},     {"throttled", stats_.throttled},
      {"faulted", stats_.faulted},           {"points", stats_.points},       {"concurrent", stats_.running},
      {"concurrentMax", stats_.running_max}, {"downloads", stats_.downloads}, {"operations", std::move(operations)}};
}

void Shop::reset_stats() {
  const std::lock_guard lock(stats_mutex_);
  const auto running = stats_.running;
  stats_ = {};
  stats_.running = stats_.running_max = running;
}

}  // namespace stoa::sandbox
