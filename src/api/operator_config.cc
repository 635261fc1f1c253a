// POST /api/config/sync, and the stores' configurations: GET, PATCH, DELETE /api/config/clients.
#include "api/operator_body.h"
#include "api/operator_views.h"

namespace stoa::api {
namespace {

constexpr std::size_t kBodyMax = 64 * 1024;

json::Object registered_view(const tenant::Registered& done) {
  json::Array warnings;
  for (const auto& warning : done.warnings)
    warnings.push_back(
        {{"code", warning.code}, {"scope", json::null_if_empty(warning.scope)}, {"detail", warning.detail}});
  json::Object out{{"clientKey", done.client_key.str()}, {"shopDomain", done.shop_domain.str()},
                   {"database", done.database},          {"created", done.created},
                   {"job", job_link(done.job)},          {"warnings", std::move(warnings)}};
  if (done.created) out["readKey"] = done.read_key;
  return out;
}

http::Response sync_config(const OperatorDeps& deps, const Context& context) {
  const auto body = json_body(context.request);
  if (!body) return problem_answer(body.error(), context);
  const auto done = deps.registrar.sync(*body);
  if (!done) return problem_answer(problem_of(done.error()), context);
  auto response = json_answer(202, registered_view(*done));
  response.header("Location", "/api/jobs/" + done->job.id);
  return response;
}

http::Response list_clients(const OperatorDeps& deps, const Context& context) {
  ParamReader params(context.request.query);
  const auto limit = params.limit();
  const auto after = after_key(params);
  if (auto problem = params.problem()) return problem_answer(*problem, context);
  json::Array items;
  std::optional<std::string> last;
  for (const auto& store : deps.registry.stores()) {
    if (store->key().str() <= after) continue;
    if (items.size() == limit) {
      last = std::string(items.back().at("clientKey").as_string());
      break;
    }
    items.push_back(client_view(store->entry()->client, deps.vault));
  }
  return list_answer("/api/config/clients", fmt::format("limit={}", limit), items, limit, last);
}

// The store whose clientKey the path gives: a shop domain does not name a configuration.
Result<std::shared_ptr<storage::StoreHandle>> named_client(const OperatorDeps& deps, const Context& context) {
  return deps.registry.resolve({.client_key = context.params["clientKey"]});
}

http::Response get_client(const OperatorDeps& deps, const Context& context) {
  const auto store = named_client(deps, context);
  if (!store) return error_answer(store.error(), context);
  return json_answer(200, client_view((*store)->entry()->client, deps.vault));
}

http::Response patch_client(const OperatorDeps& deps, const Context& context) {
  const auto body = json_body(context.request);
  if (!body) return problem_answer(body.error(), context);
  const auto store = named_client(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto changed = deps.registrar.change((*store)->key(), *body);
  if (!changed) return problem_answer(problem_of(changed.error()), context);
  return json_answer(200, client_view((*changed)->entry()->client, deps.vault));
}

http::Response delete_client(const OperatorDeps& deps, const Context& context) {
  ParamReader params(context.request.query);
  const auto confirm = params.text("confirm");
  const auto store = named_client(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto& key = (*store)->key();
  if (confirm != key.str())
    params.fault("confirm", fmt::format("removing a store deletes its database: repeat with confirm={}", key.str()));
  if (auto problem = params.problem()) return problem_answer(*problem, context);
  const auto job = deps.registrar.remove(key);
  if (!job) return problem_answer(problem_of(job.error()), context);
  auto response = json_answer(202, json::Object{{"clientKey", key.str()}, {"job", job_link(*job)}});
  response.header("Location", "/api/jobs/" + job->id);
  return response;
}

}  // namespace

void add_config_routes(Service& service, const OperatorDeps& deps) {
  using enum http::Method;
  service.add_operator(post, "/api/config/sync", bound(deps, sync_config), {.body_bytes_max = kBodyMax});
  service.add_operator(get, "/api/config/clients", bound(deps, list_clients), {.parameters = true});
  service.add_operator(get, "/api/config/clients/{clientKey}", bound(deps, get_client));
  service.add_operator(patch, "/api/config/clients/{clientKey}", bound(deps, patch_client),
                       {.body_bytes_max = kBodyMax});
  service.add_operator(del, "/api/config/clients/{clientKey}", bound(deps, delete_client), {.parameters = true});
}

}  // namespace stoa::api
