// Database users of a store: list, grant, revoke. For a merchant's own analysts, who look at its MongoDB database with
// their own tools; an app reads with a key. A password that is made here is shown once.
#include <algorithm>

#include "api/operator_body.h"
#include "api/operator_views.h"

namespace stoa::api {
namespace {

constexpr std::size_t kNameMax = 64, kPasswordMin = 12, kPasswordMax = 128;

// Of what a shell and a URL take as they are.
bool is_user_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, plain);
}

bool is_password(std::string_view text) {
  return text.size() >= kPasswordMin && text.size() <= kPasswordMax &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

json::Object user_view(const storage::DatabaseUser& user) {
  return {{"user", user.name}, {"database", user.database}, {"role", "read"}};
}

http::Response list_users(const OperatorDeps& deps, const Context& context) {
  ParamReader params(context.request.query);
  const auto limit = params.limit();
  const auto after = after_key(params);
  if (auto problem = params.problem()) return problem_answer(*problem, context);
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto users = deps.registry.database_users((*store)->key());
  if (!users) return error_answer(users.error(), context);
  json::Array items;
  std::optional<std::string> last;
  for (const auto& user : *users) {
    if (user.name <= after) continue;
    if (items.size() == limit) {
      last = std::string(items.back().at("user").as_string());
      break;
    }
    items.push_back(user_view(user));
  }
  return list_answer(context.request.path, fmt::format("limit={}", limit), items, limit, last);
}

http::Response grant_access(const OperatorDeps& deps, const Context& context) {
  const auto body = json_body(context.request);
  if (!body) return problem_answer(body.error(), context);
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  std::vector<tenant::Fault> faults;
  const std::string user(json::string_or(*body, "user"));
  if (!is_user_name(user))
    faults.push_back({"/user", fmt::format("want 1 to {} of letters, digits, '.', '_' and '-'", kNameMax)});
  const auto* given = body->if_contains("password");
  const bool make = given == nullptr || given->is_null();
  std::string password(json::string_or(*body, "password"));
  if (make)
    password = deps.random.token(18);
  else if (!is_password(password))
    faults.push_back({"/password", fmt::format("want {} to {} printable ASCII characters, or none: then one is made",
                                               kPasswordMin, kPasswordMax)});
  for (const auto& [member, value] : *body)
    if (member != "user" && member != "password")
      faults.push_back({tenant::pointer_to(member), "unknown field: user and password are known"});
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  const auto granted = deps.registry.grant_access((*store)->key(), user, password);
  if (!granted && granted.error().reason == "user-exists")
    return problem_answer(
        {.status = 409,
         .code = "user-exists",
         .detail = fmt::format("user: the store's database has a user '{}' already: revoke it first, or"
                               " choose another name",
                               user)},
        context);
  if (!granted) return error_answer(granted.error(), context);
  auto view = user_view(*granted);
  if (make) view["password"] = password;
  return json_answer(201, view);
}

http::Response revoke_access(const OperatorDeps& deps, const Context& context) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto revoked = deps.registry.revoke_access((*store)->key(), context.params["user"]);
  if (!revoked) return error_answer(revoked.error(), context);
  return {.status = 204};
}

}  // namespace

void add_access_routes(Service& service, const OperatorDeps& deps) {
  using enum http::Method;
  service.add_operator(get, "/api/stores/{store}/access", bound(deps, list_users), {.parameters = true});
  service.add_operator(post, "/api/stores/{store}/access", bound(deps, grant_access));
  service.add_operator(del, "/api/stores/{store}/access/{user}", bound(deps, revoke_access));
}

}  // namespace stoa::api
