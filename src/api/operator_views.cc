#include "api/operator_views.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "tenant/settings.h"

namespace stoa::api {

Result<std::shared_ptr<storage::StoreHandle>> named_store(const OperatorDeps& deps, const Context& context) {
  const auto& name = context.params["store"];
  return name.find('.') == std::string::npos ? deps.registry.resolve({.client_key = name})
                                             : deps.registry.resolve({.shop_domain = name});
}

json::Value time_or_null(const std::optional<Time>& time) {
  return time ? json::Value(iso_seconds(*time)) : json::Value(nullptr);
}

json::Object client_view(const storage::ClientRecord& client, const tenant::Vault& vault) {
  json::Object out;
  for (const auto& rule : tenant::field_rules()) {
    const std::string name(rule.name);
    const auto text = client.field(name);
    if (text.empty())
      out[rule.name] = nullptr;
    else
      out[rule.name] = rule.secret ? vault.show(client, name) : text;
  }
  out["clientKey"] = client.key.str();
  out["settings"] = client.settings;
  out["createdAt"] = iso_seconds(client.created_at);
  out["updatedAt"] = iso_seconds(client.updated_at);
  return out;
}

json::Object job_link(const storage::JobRecord& job) {
  return {{"id", job.id}, {"state", to_string(job.state)}, {"url", "/api/jobs/" + job.id}};
}

namespace {

json::Object progress_view(const storage::KindProgress& progress) {
  json::Object out{{"state", to_string(progress.state)},
                   {"seen", progress.seen},
                   {"total", nullptr},
                   {"written", progress.written},
                   {"unchanged", progress.unchanged},
                   {"deleted", progress.deleted},
                   {"failed", progress.failed},
                   {"sweep", {{"refused", progress.sweep_refused}, {"wouldDelete", progress.would_delete}}}};
  if (progress.total) out["total"] = *progress.total;
  if (!progress.error.empty()) out["error"] = progress.error;
  return out;
}

}  // namespace

json::Object job_view(const storage::JobRecord& job) {
  json::Object out{{"id", job.id},
                   {"store", job.store.str()},
                   {"type", job.type},
                   {"mode", job.mode},
                   {"state", to_string(job.state)},
                   {"createdAt", iso_seconds(job.created_at)},
                   {"startedAt", time_or_null(job.started_at)},
                   {"finishedAt", time_or_null(job.finished_at)},
                   {"waiting", nullptr},
                   {"error", nullptr},
                   {"cost", job.cost}};
  if (job.type != "sync") out.erase("mode");
  if (!job.ids.empty()) out["ids"] = json::Array(job.ids.begin(), job.ids.end());
  if (job.waiting)
    out["waiting"] = {
        {"reason", job.waiting->reason}, {"until", iso_seconds(job.waiting->until)}, {"detail", job.waiting->detail}};
  json::Array attempts, log;
  for (const auto& attempt : job.attempts)
    attempts.push_back({{"process", attempt.process},
                        {"startedAt", iso_seconds(attempt.started_at)},
                        {"endedAt", time_or_null(attempt.ended_at)}});
  json::Object kinds;
  for (const auto& progress : job.kinds) kinds[to_string(progress.kind)] = progress_view(progress);
  for (const auto& line : job.log)
    log.push_back({{"at", iso_seconds(line.at)}, {"level", line.level}, {"text", line.text}});
  if (job.error) {
    out["error"] = {{"code", job.error->code},
                    {"detail", job.error->detail},
                    {"nextStep", json::null_if_empty(job.error->next_step)},
                    {"requestId", json::null_if_empty(job.error->request_id)}};
  }
  out["attempts"] = std::move(attempts);
  out["kinds"] = std::move(kinds);
  out["log"] = std::move(log);
  return out;
}

json::Object key_view(const storage::KeyRecord& key) {
  return {
      {"id", key.id}, {"name", key.name}, {"key", masked("") + key.last4}, {"createdAt", iso_seconds(key.created_at)}};
}

std::optional<std::int64_t> lag_seconds(const storage::KindStatus& status, Time now) {
  if (!status.as_of) return std::nullopt;
  return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - *status.as_of).count());
}

bool is_late(const storage::KindStatus& status, std::chrono::seconds interval, Time now) {
  const auto lag = lag_seconds(status, now);
  return lag && *lag > 2 * interval.count() + 60;
}

namespace {
// All of a store's health that is known without its database, with what the database says.
json::Object with_shop(const storage::StoreEntry& entry, const OperatorDeps& deps, json::Value version,
                       json::Object kinds) {
  const auto budget = deps.connections.budget(entry.client.key);
  json::Object out{{"clientKey", entry.client.key.str()},
                   {"shopDomain", entry.shop.domain.str()},
                   {"state", to_string(entry.shop.state)},
                   {"since", iso_seconds(entry.shop.since)},
                   {"cause", nullptr},
                   {"version", std::move(version)},
                   {"kinds", std::move(kinds)},
                   {"scopes", json::Array(entry.shop.scopes.begin(), entry.shop.scopes.end())},
                   {"budget", nullptr},
                   {"webhooks", nullptr}};
  if (const auto& cause = entry.shop.cause)
    out["cause"] = {{"code", cause->code},
                    {"detail", cause->detail},
                    {"nextStep", cause->next_step},
                    {"shopifyRequestId", json::null_if_empty(cause->shopify_request_id)}};
  if (budget.maximum_available > 0)
    // Whole points: a double would be written as 2E3.
    out["budget"] = {{"maximumAvailable", std::llround(budget.maximum_available)},
                     {"currentlyAvailable", std::llround(budget.currently_available)},
                     {"restoreRate", std::llround(budget.restore_rate)},
                     {"throttledUntil", time_or_null(budget.throttled_until)}};
  return out;
}

}  // namespace

Result<json::Object> health_view(storage::StoreHandle& store, const OperatorDeps& deps) {
  const auto entry = store.entry();
  const auto now = deps.clock.wall();
  STOA_TRY_ASSIGN(const auto version, store.version());
  STOA_TRY_ASSIGN(const auto statuses, store.kinds());
  json::Object kinds;
  const auto wanted_kinds = tenant::wanted_kinds(entry->client.settings, deps.registry.mirrored());
  for (const auto kind : deps.registry.mirrored()) {
    const bool wanted = std::ranges::find(wanted_kinds, kind) != wanted_kinds.end();
    const auto& status = statuses.at(static_cast<std::size_t>(kind));
    const auto interval = deps.interval(*entry, kind);
    const bool late = wanted && status.state == "current" && is_late(status, interval, now);
    json::Object row{{"state", late ? "late" : status.state},
                     {"count", status.count},
                     {"asOf", time_or_null(status.as_of)},
                     {"lagSeconds", nullptr},
                     {"nextSyncAt", nullptr},
                     {"error", json::null_if_empty(status.error)}};
    if (const auto lag = lag_seconds(status, now)) row["lagSeconds"] = *lag;
    if (wanted && status.as_of && entry->shop.state == storage::StoreState::active)
      row["nextSyncAt"] = iso_seconds(std::max(now, *status.as_of + interval));
    kinds[to_string(kind)] = std::move(row);
  }
  return with_shop(*entry, deps, version.number, std::move(kinds));
}

json::Object unreachable_view(const storage::StoreHandle& store, const OperatorDeps& deps, const Error& why) {
  auto view = with_shop(*store.entry(), deps, nullptr, {});
  view["cause"] = {{"code", "storage-unavailable"},
                   {"detail", why.what},
                   {"nextStep", "see GET /api/server for its cell; its jobs go on by themselves"},
                   {"shopifyRequestId", nullptr}};
  return view;
}

}  // namespace stoa::api
