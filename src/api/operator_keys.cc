// Read keys of a store: list, create, revoke. A key's text is shown once, when it is made (rule K3).
#include "api/operator_body.h"
#include "api/operator_views.h"
#include "tenant/read_key.h"

namespace stoa::api {
namespace {

http::Response list_keys(const OperatorDeps& deps, const Context& context) {
  ParamReader params(context.request.query);
  const auto limit = params.limit();
  const auto after = after_key(params);
  if (auto problem = params.problem()) return problem_answer(*problem, context);
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  auto keys = deps.registry.keys((*store)->key());
  if (!keys) return error_answer(keys.error(), context);
  std::sort(keys->begin(), keys->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  json::Array items;
  std::optional<std::string> last;
  for (const auto& key : *keys) {
    if (key.id <= after) continue;
    if (items.size() == limit) {
      last = std::string(items.back().at("id").as_string());
      break;
    }
    items.push_back(key_view(key));
  }
  return list_answer(context.request.path, fmt::format("limit={}", limit), items, limit, last);
}

http::Response create_key(const OperatorDeps& deps, const Context& context) {
  const auto body = json_body(context.request, true);
  if (!body) return problem_answer(body.error(), context);
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  std::vector<tenant::Fault> faults;
  const auto name = json::string_or(*body, "name");
  const bool named = body->contains("name") && !body->at("name").is_null();
  if (named && (name.empty() || name.size() > 255 ||
                std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })))
    faults.push_back({"/name", "want a text of 1 to 255 characters"});
  for (const auto& [member, value] : *body)
    if (member != "name") faults.push_back({tenant::pointer_to(member), "unknown field: name is known"});
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  const auto key = tenant::make_read_key((*store)->key(), std::string(name), deps.clock, deps.random);
  if (const auto added = deps.registry.add_key(key.record); !added) return error_answer(added.error(), context);
  auto view = key_view(key.record);
  view["key"] = key.text;
  return json_answer(201, view);
}

http::Response revoke_key(const OperatorDeps& deps, const Context& context) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto revoked = deps.registry.revoke_key((*store)->key(), context.params["keyId"]);
  if (!revoked && revoked.error().code == Code::not_found)
    return problem_answer({.status = 404, .code = "key-not-found", .detail = "this store has no such key"}, context);
  if (!revoked) return error_answer(revoked.error(), context);
  return {.status = 204};
}

}  // namespace

void add_key_routes(Service& service, const OperatorDeps& deps) {
  using enum http::Method;
  service.add_operator(get, "/api/stores/{store}/keys", bound(deps, list_keys), {.parameters = true});
  service.add_operator(post, "/api/stores/{store}/keys", bound(deps, create_key));
  service.add_operator(del, "/api/stores/{store}/keys/{keyId}", bound(deps, revoke_key));
}

}  // namespace stoa::api
