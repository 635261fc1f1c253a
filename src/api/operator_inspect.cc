// GET /api/stores/{store}/inspect/{kind}/{id}: what the mirror holds of one object, and why a reader sees it or not.
#include "api/discount_status.h"
#include "api/list_params.h"
#include "api/operator_body.h"
#include "api/operator_views.h"
#include "base/crypto.h"
#include "base/json_text.h"

namespace stoa::api {
namespace {

// Why a read key is not served this document; empty when it is.
std::string hidden_because(model::Kind kind, const Policy& policy, const storage::Stored& stored, Time now) {
  if (visible(kind, Audience::read_key, policy, stored.body, now)) return {};
  if ((kind == model::Kind::articles || kind == model::Kind::pages) && !json::find_string(stored.body, {"publishedAt"}))
    return "draft";
  if (kind == model::Kind::discounts) {
    const auto status = discount_status(stored.body, now);
    return status == "ACTIVE" ? "found by its codes only" : status == "EXPIRED" ? "expired" : "scheduled";
  }
  if (kind == model::Kind::media) return "a file that is no media";
  if (kind == model::Kind::metaobjects)
    return json::find_string(stored.body, {"capabilities", "publishable", "status"}) == "DRAFT"
               ? "draft"
               : "its definition does not let storefronts read it";
  const auto status = json::find_string(stored.body, {"status"}).value_or("");
  if (status == "DRAFT") return "draft";
  if (status == "ARCHIVED") return "archived";
  return "unpublished";
}

std::string inspected(const std::optional<storage::Stored>& stored, const std::optional<storage::Tombstone>& tombstone,
                      model::Kind kind, const Policy& policy, Time now, const json::Array& events) {
  std::string why = stored ? hidden_because(kind, policy, *stored, now) : tombstone ? "deleted" : "never seen";
  json::Object meta;
  if (stored) {
    meta = {{"hash", hash_hex(stored->hash)},
            {"fetchedAt", iso_micros(stored->fetched_at)},
            {"source", to_string(stored->source)},
            {"apiVersion", stored->api_version},
            {"ver", stored->ver}};
  } else if (tombstone) {
    meta = {{"deletedAt", iso_micros(tombstone->deleted_at)}, {"fetchedAt", iso_micros(tombstone->fetched_at)}};
  }
  const json::Object served{{"visible", why.empty()}, {"why", json::null_if_empty(why)}};
  return fmt::format(R"({{"document":{},"meta":{},"served":{},"events":{}}})", stored ? stored->body : "null",
                     meta.empty() ? "null" : json::write(meta), json::write(served), json::write(events));
}

http::Response inspect(const OperatorDeps& deps, const Context& context) {
  const auto store = named_store(deps, context);
  if (!store) return error_answer(store.error(), context);
  const auto kind = model::kind_from(context.params["kind"]);
  const auto id = kind ? parse_object_id(*kind, context.params["id"]) : std::nullopt;
  if (!id)
    return problem_answer({.status = 404,
                           .code = "not-found",
                           .detail = "want /inspect/{kind}/{id} with a kind such as products and a gid or its number"},
                          context);
  const auto stored = (*store)->get(*kind, *id);
  if (!stored) return error_answer(stored.error(), context);
  const auto tombstone = (*store)->tombstone(*id);
  if (!tombstone) return error_answer(tombstone.error(), context);
  const auto events = (*store)->events({.object = *id, .limit = 20});
  if (!events) return error_answer(events.error(), context);
  json::Array rows;
  for (const auto& event : *events)
    rows.push_back({{"id", event.id},
                    {"topic", event.topic},
                    {"receivedAt", iso_seconds(event.received_at)},
                    {"state", event.state},
                    {"error", json::null_if_empty(event.error)}});
  return http::json_response(
      200, inspected(*stored, *tombstone, *kind, parse_policy(*(*store)->entry()), deps.clock.wall(), rows));
}

}  // namespace

void add_inspect_routes(Service& service, const OperatorDeps& deps) {
  service.add_operator(http::Method::get, "/api/stores/{store}/inspect/{kind}/{id}",
                       [&deps](const Context& context) { return inspect(deps, context); });
}

}  // namespace stoa::api
