// The trio that existing callers use for themes: POST /api/theme/sync and GET /api/theme/status; GET /api/theme/data is
// a read (routes_themes.cc). `clientKey` or `shopDomain` names the store, or both, which must agree: in the query, or
// in the body of a POST.
#include "api/operator_body.h"
#include "api/operator_views.h"
#include "base/text.h"

namespace stoa::api {
namespace {

using model::Kind;

storage::StoreRef ref_in(const json::Object& body, std::vector<tenant::Fault>& faults) {
  storage::StoreRef ref;
  for (const auto& [name, value] : body) {
    auto* into = name == "clientKey" ? &ref.client_key : name == "shopDomain" ? &ref.shop_domain : nullptr;
    if (into == nullptr)
      faults.push_back({tenant::pointer_to(name), "unknown field: clientKey and shopDomain are known"});
    else if (!value.is_string() || value.get_string().empty())
      faults.push_back({tenant::pointer_to(name), "want a string that is not empty"});
    else
      *into = ascii_lower(std::string_view(value.get_string()));
  }
  if (faults.empty() && ref.client_key.empty() && ref.shop_domain.empty())
    faults.push_back({"/clientKey", "no store is named: give clientKey or shopDomain"});
  return ref;
}

http::Response sync_themes(const OperatorDeps& deps, const Auth& auth, const Context& context) {
  const auto body = json_body(context.request, true);
  if (!body) return problem_answer(body.error(), context);
  ParamReader params(context.request.query);
  std::vector<tenant::Fault> faults;
  const auto ref = context.request.body.empty() ? params.store_ref() : ref_in(*body, faults);
  if (const auto problem = params.problem()) return problem_answer(*problem, context);
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  const auto store = auth.store(context.principal, ref);
  if (!store) return error_answer(store.error(), context);
  return queue_sync(deps, context, **store, {.kinds = {Kind::themes}});
}

// Themes as the store's health has them; a read key does not learn how many documents there are and what failed.
http::Response show_status(const OperatorDeps& deps, const Auth& auth, const Context& context) {
  ParamReader params(context.request.query);
  const auto ref = params.store_ref();
  if (const auto problem = params.problem()) return problem_answer(*problem, context);
  const auto store = auth.store(context.principal, ref);
  if (!store) return error_answer(store.error(), context);
  auto health = health_view(**store, deps);
  if (!health) return error_answer(health.error(), context);
  json::Object themes = health->at("kinds").at(model::to_string(Kind::themes)).as_object();
  if (!context.principal.is_operator()) {
    themes.erase("count");
    themes.erase("error");
  }
  auto response = json_answer(200, themes);
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_theme_trio_routes(Service& service, const OperatorDeps& deps) {
  const auto& auth = service.auth();
  service.add_operator(http::Method::post, "/api/theme/sync",
                       [&deps, &auth](const Context& context) { return sync_themes(deps, auth, context); },
                       {.parameters = true});
  service.add_operator(http::Method::get, "/api/theme/status",
                       [&deps, &auth](const Context& context) { return show_status(deps, auth, context); },
                       {.read_keys = true, .parameters = true});
}

}  // namespace stoa::api
