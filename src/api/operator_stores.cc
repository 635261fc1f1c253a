// The stores' health, and what can be asked of one: sync, pause, resume.
#include "api/operator_body.h"
#include "api/operator_views.h"
#include "base/text.h"
#include "tenant/jobs.h"
#include "tenant/settings.h"

namespace stoa::api {
namespace {

constexpr std::size_t kIdsMax = 250;

struct Listed {
  json::Object view;
  std::string key;
  std::int64_t lag;
  bool late;
};

// A store whose cell is down does not hide the others; when all storage is, that is the answer.
Result<Listed> listed(storage::StoreHandle& store, const OperatorDeps& deps) {
  auto health = health_view(store, deps);
  if (!health && health.error().code == Code::unavailable && deps.registry.ping())
    return Listed{
        .view = unreachable_view(store, deps, health.error()), .key = store.key().str(), .lag = -1, .late = false};
  STOA_TRY_ASSIGN(auto view, std::move(health));
  Listed out{.key = store.key().str(), .lag = -1, .late = false};
  for (const auto& [name, kind] : view["kinds"].as_object()) {
    out.lag = std::max(out.lag, json::int_or(kind, "lagSeconds", -1));
    out.late = out.late || json::string_or(kind, "state") == "late";
  }
  out.view = std::move(view);
  return out;
}

// Sorted by clientKey, or by the largest lag first. Lag is only known by asking every store, so that order has no
// cursor of its own: a page starts after the clientKey that the page before ended with, in the order of now.
http::Response list_stores(const OperatorDeps& deps, const Context& context) {
  static constexpr std::array<std::string_view, 6> kStates{"active",    "paused",      "authFailed",
                                                           "suspended", "uninstalled", "deleting"};
  static constexpr std::array<std::string_view, 2> kSorts{"clientKey", "-lagSeconds"};
  ParamReader params(context.request.query);
  const auto limit = params.limit();
  const auto after = after_key(params);
  const auto state = params.one_of("state", kStates);
  const auto late = params.truth("late");
  const auto sort = params.one_of("sort", kSorts);
  if (auto problem = params.problem()) return problem_answer(*problem, context);

  const bool by_lag = sort == "-lagSeconds";
  std::vector<Listed> rows;
  for (const auto& store : deps.registry.stores()) {
    if (!state.empty() && to_string(store->entry()->shop.state) != state) continue;
    if (!by_lag && store->key().str() <= after) continue;
    if (!by_lag && rows.size() > limit) break;
    auto row = listed(*store, deps);
    if (!row && row.error().code == Code::not_found) continue;  // removed meanwhile
    if (!row) return error_answer(row.error(), context);
    if (!late || row->late == *late) rows.push_back(std::move(*row));
  }
  if (by_lag) {
    std::stable_sort(rows.begin(), rows.end(), [](const Listed& a, const Listed& b) { return a.lag > b.lag; });
    if (!after.empty()) {
      const auto last = std::find_if(rows.begin(), rows.end(), [&](const Listed& row) { return row.key == after; });
      if (last != rows.end()) rows.erase(rows.begin(), last + 1);
    }
  }
  json::Array items;
  std::optional<std::string> next;
  for (auto& row : rows) {
    if (items.size() == limit) {
      next = std::string(items.back().at("clientKey").as_string());
      break;
    }
    items.push_back(std::move(row.view));
  }
  std::string query = fmt::format("limit={}", limit);
  if (!state.empty()) query += "&state=" + state;
  if (late) query += fmt::format("&late={}", *late);
  if (!sort.empty()) query += "&sort=" + sort;
  return list_answer("/api/stores", query, items, limit, next);
}

http::Response get_store(const OperatorDeps& deps, const Context& context) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto view = health_view(**store, deps);
  if (!view) return error_answer(view.error(), context);
  return json_answer(200, *view);
}

// ---- sync

std::vector<std::string> texts_of(const json::Object& body, const char* name, std::vector<tenant::Fault>& faults) {
  std::vector<std::string> out;
  const auto* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return out;
  const auto* list = value->if_array();
  if (list == nullptr || list->empty() || list->size() > kIdsMax) {
    faults.push_back({std::string("/") + name, fmt::format("want a list of 1 to {} strings", kIdsMax)});
    return out;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].if_string();
    if (text == nullptr)
      faults.push_back({fmt::format("/{}/{}", name, i), "want a string"});
    else
      out.emplace_back(*text);
  }
  return out;
}

tenant::SyncRequest read_sync(const OperatorDeps& deps, const storage::StoreEntry& entry, const json::Object& body,
                              std::vector<tenant::Fault>& faults) {
  tenant::SyncRequest request;
  for (const auto& [name, value] : body)
    if (name != "kinds" && name != "ids" && name != "mode")
      faults.push_back({tenant::pointer_to(name), "unknown field: kinds, ids and mode are known"});
  if (const auto* mode = body.if_contains("mode"); mode != nullptr && !mode->is_null()) {
    request.mode = json::string_or(body, "mode");
    if (request.mode != "full" && request.mode != "incremental")
      faults.push_back({"/mode", "want full or incremental"});
  }
  const auto mirrored = deps.registry.mirrored();
  std::set<model::Kind> kinds;
  const auto names = texts_of(body, "kinds", faults);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = model::kind_from(names[i]);
    if (!kind)
      faults.push_back({fmt::format("/kinds/{}", i), "unknown kind"});
    else if (std::ranges::find(mirrored, *kind) == mirrored.end())
      faults.push_back({fmt::format("/kinds/{}", i),
                        "not mirrored here: name it in sync.further_kinds of the server's configuration"});
    else
      kinds.insert(*kind);
  }
  request.ids = texts_of(body, "ids", faults);
  for (std::size_t i = 0; i < request.ids.size(); ++i) {
    const auto gid = parse_gid(request.ids[i]);
    const auto kind = std::find_if(mirrored.begin(), mirrored.end(),
                                   [&](model::Kind k) { return gid && model::has_gid_type(k, gid->type); });
    if (kind == mirrored.end())
      faults.push_back(
          {fmt::format("/ids/{}", i), "want the gid of an object that is mirrored, such as gid://shopify/Product/1"});
    else
      kinds.insert(*kind);
  }
  if (kinds.empty()) {
    const auto wanted = tenant::wanted_kinds(entry.client.settings, mirrored);
    kinds.insert(wanted.begin(), wanted.end());
  }
  request.kinds.assign(kinds.begin(), kinds.end());
  return request;
}

// Why this store cannot be synced now, if so.
std::optional<http::Problem> not_now(const storage::StoreEntry& entry) {
  using enum storage::StoreState;
  const auto& key = entry.client.key.str();
  const auto conflict = [](std::string code, std::string detail, std::string next_step) {
    http::Problem problem{.status = 409, .code = std::move(code), .detail = std::move(detail)};
    problem.members.emplace_back("nextStep", json::write(json::Value(next_step)));
    return problem;
  };
  switch (entry.shop.state) {
    case paused:
      return conflict("store-paused", fmt::format("'{}' is paused", key),
                      fmt::format("POST /api/stores/{}/resume", key));
    case auth_failed:
      return conflict("auth-failed", fmt::format("Shopify refuses the credentials of '{}'", key),
                      fmt::format("PATCH /api/config/clients/{} with new credentials", key));
    case uninstalled:
      return conflict("uninstalled", fmt::format("the app was uninstalled from the shop of '{}'", key),
                      fmt::format("install it again, then PATCH /api/config/clients/{} with new credentials", key));
    case deleting:
      return conflict("store-deleting", fmt::format("'{}' is being removed", key), "wait for its job to end");
    case active:
    case suspended: return std::nullopt;
  }
  return std::nullopt;
}

http::Response sync_store(const OperatorDeps& deps, const Context& context) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto body = json_body(context.request, true);
  if (!body) return problem_answer(body.error(), context);
  const auto entry = (*store)->entry();
  std::vector<tenant::Fault> faults;
  const auto request = read_sync(deps, *entry, *body, faults);
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  return queue_sync(deps, context, **store, request);
}

http::Response set_paused(const OperatorDeps& deps, const Context& context, bool paused) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto body = json_body(context.request, true);
  if (!body) return problem_answer(body.error(), context);
  std::vector<tenant::Fault> faults;
  for (const auto& [name, value] : *body)
    faults.push_back({tenant::pointer_to(name), "unknown field: this takes none"});
  if (!faults.empty()) return problem_answer(fields_problem(std::move(faults)), context);
  if (const auto done = deps.registrar.set_paused((*store)->key(), paused); !done)
    return error_answer(done.error(), context);
  return get_store(deps, context);
}

}  // namespace

http::Response queue_sync(const OperatorDeps& deps, const Context& context, const storage::StoreHandle& store,
                          const tenant::SyncRequest& request) {
  if (const auto problem = not_now(*store.entry())) return problem_answer(*problem, context);
  const auto queued = deps.registry.enqueue(tenant::sync_job(store.key(), request, deps.clock, deps.random));
  if (!queued) return error_answer(queued.error(), context);
  if (queued->joined)
    return problem_answer(job_conflict("sync-under-way", "that very sync is under way", queued->job), context);
  deps.wake_sync();
  auto response = json_answer(202, json::Object{{"job", job_link(queued->job)}});
  response.header("Location", "/api/jobs/" + queued->job.id);
  return response;
}

void add_operator_store_routes(Service& service, const OperatorDeps& deps) {
  using enum http::Method;
  service.add_operator(get, "/api/stores", bound(deps, list_stores), {.parameters = true});
  service.add_operator(get, "/api/stores/{store}", bound(deps, get_store));
  service.add_operator(post, "/api/stores/{store}/sync", bound(deps, sync_store));
  service.add_operator(post, "/api/stores/{store}/pause",
                       [&deps](const Context& context) { return set_paused(deps, context, true); });
  service.add_operator(post, "/api/stores/{store}/resume",
                       [&deps](const Context& context) { return set_paused(deps, context, false); });
}

}  // namespace stoa::api
