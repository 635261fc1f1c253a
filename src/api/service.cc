#include "api/service.h"

#include "api/routes.h"
#include "base/json.h"
#include "base/log.h"
#include "http/problem.h"

namespace stoa::api {
namespace {
constexpr std::string_view kRequestsHelp = "HTTP requests answered, by route pattern and status";

http::Response problem(int status, std::string code, std::string detail, std::string_view request_id) {
  http::Problem out;
  out.status = status;
  out.code = std::move(code);
  out.detail = std::move(detail);
  return http::to_response(out, request_id);
}
}  // namespace

Result<> ServiceOptions::validate() const {
  static constexpr std::size_t kCacheBytesMax = 1u << 30;
  if (reads.page_cache_bytes > kCacheBytesMax)
    return fail(Code::invalid, "api.page_cache_bytes: too large: {}, 0 to {} wanted", reads.page_cache_bytes,
                kCacheBytesMax);
  if (reads.rate_limit.per_minute < 0 || reads.rate_limit.per_minute > 100'000'000)
    return fail(Code::invalid, "api.key_requests_per_minute: out of range: {}, 0 (no limit) to 100000000 wanted",
                reads.rate_limit.per_minute);
  if (reads.code_limit.per_minute < 0 || reads.code_limit.per_minute > 100'000'000)
    return fail(Code::invalid, "api.code_lookups_per_minute: out of range: {}, 0 (no limit) to 100000000 wanted",
                reads.code_limit.per_minute);
  return {};
}

Service::Service(Dependencies dependencies, const ServiceOptions& options)
    : dependencies_(std::move(dependencies)),
      options_(options),
      auth_(dependencies_.registry, dependencies_.operator_token),
      catalog_(dependencies_.registry, dependencies_.clock),
      reads_(options.reads, auth_, catalog_, dependencies_.clock) {
  add_health_routes();
  add_problem_routes(*this);
  add_store_routes(*this);
  add_product_routes(*this);
  add_collection_routes(*this);
  add_blog_routes(*this);
  add_article_routes(*this);
  add_media_routes(*this);
  add_discount_routes(*this);
  add_theme_routes(*this);
  add_page_routes(*this);
  add_menu_routes(*this);
  add_metaobject_routes(*this);
}

void Service::add(http::Method method, std::string pattern, Entry entry) {
  entries_[pattern][std::size_t(method)] = std::make_unique<Entry>(std::move(entry));
  router_.add(method, std::move(pattern), {});
}

const Service::Entry& Service::entry_of(const http::Route& route) const {
  return *entries_.at(route.pattern)[std::size_t(route.method)];
}

void Service::add_public(http::Method method, std::string pattern, http::Handler handler) {
  add(method, std::move(pattern), {.open = std::move(handler), .guarded = {}, .read = {}, .options = {}});
}

void Service::add_public_in_memory(http::Method method, std::string pattern, http::Handler handler) {
  add(method, std::move(pattern),
      {.open = std::move(handler), .in_memory = true, .guarded = {}, .read = {}, .options = {}});
}

void Service::add_operator(http::Method method, std::string pattern, Handler handler, RouteOptions options) {
  add(method, std::move(pattern), {.open = {}, .guarded = std::move(handler), .read = {}, .options = options});
}

void Service::add_read(std::string_view suffix, ParseRead parse) {
  add(http::Method::get, fmt::format("/v1/stores/{{store}}{}", suffix),
      {.open = {}, .guarded = {}, .read = std::move(parse), .options = {}});
}

void Service::add_named_read(std::string pattern, ParseRead parse) {
  add(http::Method::get, std::move(pattern),
      {.open = {}, .guarded = {}, .read = std::move(parse), .named = true, .options = {}});
}

std::optional<http::Response> Service::name_store(const http::Request& request, const Entry& entry,
                                                  http::Params& params) const {
  const auto principal = auth_.identify(request);
  if (!principal) return unauthorized(request.request_id);
  const auto ref = ParamReader(request.query).store_ref();
  if (ref.client_key.empty() && ref.shop_domain.empty())
    if (const auto read = entry.read(params, request.query); !read)
      return http::to_response(read.error(), request.request_id);
  const auto store = auth_.store(*principal, ref);
  if (!store) return http::error_response(store.error(), request.request_id);
  params.add("store", (*store)->key().str());
  return std::nullopt;
}

std::optional<http::Response> Service::refuse(const http::Request& request, const http::Router::Match& match) const {
  if (match.bad_path)
    return problem(400, "bad-path", "the path has a broken %-escape, a NUL or bytes that are not UTF-8",
                   request.request_id);
  if (match.route == nullptr && match.allow.empty())
    return problem(404, "route-not-found", "there is no such route", request.request_id);
  if (match.route == nullptr) {
    auto response = problem(405, "method-not-allowed", "this route answers " + match.allow, request.request_id);
    response.header("Allow", match.allow);
    return response;
  }
  const Entry& entry = entry_of(*match.route);
  if (!entry.guarded) return std::nullopt;
  const auto principal = auth_.identify(request);
  if (!principal) return unauthorized(request.request_id);
  if (!principal->is_operator() && !entry.options.read_keys) return operator_only(request.request_id);
  return std::nullopt;
}

std::optional<http::Response> Service::answer_now(const http::Request& request) {
  auto match = router_.match(request.method, request.path);
  if (auto refusal = refuse(request, match)) return refusal;
  const Entry& entry = entry_of(*match.route);
  if (entry.named)
    if (auto refusal = name_store(request, entry, match.params)) return refusal;
  if (entry.read) return reads_.serve_from_memory(request, match.params, entry.read);
  if (entry.in_memory) return entry.open(request, match.params);
  return std::nullopt;
}

http::Response Service::answer(const http::Request& request) {
  auto match = router_.match(request.method, request.path);
  if (auto refusal = refuse(request, match)) return std::move(*refusal);
  const Entry& entry = entry_of(*match.route);
  if (entry.named)
    if (auto refusal = name_store(request, entry, match.params)) return std::move(*refusal);
  if (entry.read) return reads_.serve(request, match.params, entry.read);
  if (entry.open) return entry.open(request, match.params);
  const auto principal = auth_.identify(request);
  if (!principal) return unauthorized(request.request_id);  // revoked since refuse() looked
  return reads_.within_share(*principal, request, [&] {
    if (!entry.options.parameters)
      if (const auto unknown = ParamReader(request.query).problem())
        return http::to_response(*unknown, request.request_id);
    return entry.guarded({request, match.params, *principal});
  });
}

Service::Admission Service::admit(const http::Request& head, std::size_t body_bytes_max) {
  const auto match = router_.match(head.method, head.path);
  if (auto refusal = refuse(head, match)) return {body_bytes_max, std::move(refusal)};
  const auto own = entry_of(*match.route).options.body_bytes_max;
  return {own == 0 ? body_bytes_max : own, std::nullopt};
}

void Service::finished(const http::Request& request, const http::Response& response, std::size_t body_bytes) {
  const auto match = router_.match(request.method, request.path);
  const std::string_view route = match.route == nullptr ? "none" : std::string_view(match.route->pattern);
  const std::string code = std::to_string(response.status);
  dependencies_.metrics.count("stoa_http_requests_total", kRequestsHelp, {{"route", route}, {"code", code}});
  if (!options_.access_log && response.status < 500) return;
  const auto spent =
      std::chrono::duration_cast<std::chrono::microseconds>(dependencies_.clock.mono() - request.received);
  log::write(response.status >= 500 ? log::Level::warn : log::Level::info, "request",
             {{"requestId", request.request_id},
              {"route", std::string(route)},
              {"path", std::string(request.path.substr(0, 200))},
              {"status", code},
              {"bytes", std::to_string(body_bytes)},
              {"micros", std::to_string(spent.count())}});
}

void Service::add_health_routes() {
  using enum http::Method;
  add_public_in_memory(get, "/livez",
                       [](const auto&, const auto&) { return http::json_response(200, R"({"status":"live"})"); });
  add_public(get, "/readyz", [this](const auto&, const auto&) { return ready(); });
  add_public(get, "/metrics", [this](const auto&, const auto&) {
    dependencies_.metrics.gauge("stoa_page_cache_bytes", "Bytes of ready answers kept in memory", {},
                                double(reads_.cache_bytes()));
    return http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", dependencies_.metrics.text());
  });
}

// 503 only when reads cannot be served, or soon will not be (rule O4).
http::Response Service::ready() const {
  json::Object body;
  const auto reachable = dependencies_.registry.ping();
  const bool draining = draining_;
  body["status"] = draining ? "draining" : reachable ? "ready" : "unavailable";
  json::Array degraded;
  if (dependencies_.degraded)
    for (const auto& what : dependencies_.degraded()) degraded.emplace_back(what);
  // A cell that is down takes only its stores down.
  for (const auto& cell : dependencies_.registry.cells(false))
    if (!cell.up && reachable) degraded.emplace_back("cell " + cell.name);
  body["degraded"] = std::move(degraded);
  auto response = http::json_response(reachable && !draining ? 200 : 503, json::write(body));
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace stoa::api
