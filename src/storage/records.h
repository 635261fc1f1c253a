// What `appconfig` holds: clients, shops, keys, jobs. Plain values with their JSON form (docs/formats/appconfig.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/random.h"
#include "model/kind.h"

namespace stoa::storage {

// One per store: what the operator registered. `_id` = clientKey.
struct ClientRecord {
  ClientKey key;
  // The body's fields under their own names (apiBaseUrl, clientName, …); secrets are sealed text. Absent = not given.
  std::map<std::string, std::string> fields;
  json::Object settings;  // paused, publicationId, metafields, inventory, kinds, themes, schedules, cacheControl, cors
  Time created_at{};
  Time updated_at{};

  std::string field(const std::string& name) const;
};

enum class StoreState { active, paused, auth_failed, suspended, uninstalled, deleting };
std::string_view to_string(StoreState state);  // "authFailed"
std::optional<StoreState> store_state_from(std::string_view name);

// Why a store is not active: shown as health.cause.
struct Cause {
  std::string code, detail, next_step, shopify_request_id;
};

// One per shop: `_id` = the myshopify domain.
struct ShopRecord {
  ShopDomain domain;
  ClientKey client_key;
  std::string posted_domain;  // the *.myshopify.com host that was registered, when it differs from `domain`: finds the
                              // store too
  json::Object info;          // the shop's own data as Shopify gave it (id, name, currencyCode, …)
  std::vector<std::string> scopes;
  std::string access_token, refresh_token;         // sealed; the ones now in use
  Time access_expires_at{}, refresh_expires_at{};  // zero: never
  std::string database;                            // name of the store's database, never re-derived
  std::string cell = "default";
  std::string incarnation;     // new on create and restore
  bool database_made = false;  // false: recorded as ours but not made yet
  StoreState state = StoreState::active;
  Time since{};
  std::optional<Cause> cause;
  Time created_at{};
  Time updated_at{};
};

struct KeyRecord {
  std::string id;  // "key_…"
  ClientKey client_key;
  std::string name;
  std::string hash;  // SHA-256 of the key, hex: the key itself is stored nowhere (rule K3)
  std::string last4;
  Time created_at{};
};

enum class JobState { queued, running, waiting, succeeded, failed, partial, cancelled };
std::string_view to_string(JobState state);
std::optional<JobState> job_state_from(std::string_view name);
inline bool ended(JobState s) {
  return s == JobState::succeeded || s == JobState::failed || s == JobState::partial || s == JobState::cancelled;
}

enum class KindState { waiting, fetching, writing, done, failed, not_permitted };
std::string_view to_string(KindState state);  // "notPermitted"
std::optional<KindState> kind_state_from(std::string_view name);

// Progress of one kind of one job: contract, "Job". seen = written + unchanged + failed.
struct KindProgress {
  model::Kind kind = model::Kind::products;
  KindState state = KindState::waiting;
  std::int64_t seen = 0, written = 0, unchanged = 0, deleted = 0, failed = 0;
  std::optional<std::int64_t> total;
  bool sweep_refused = false;
  std::int64_t would_delete = 0;
  std::string error;  // why it failed, what scope is missing, which documents failed; empty: nothing
};

struct JobWait {
  std::string reason;  // throttled backoff bulk lease storage shop
  Time until{};
  std::string detail;
};
struct JobAttempt {
  std::string process;
  Time started_at{};
  std::optional<Time> ended_at;
};
struct JobError {
  std::string code, detail, next_step, request_id;
};
struct JobLogLine {
  Time at{};
  std::string level, text;
};

struct JobRecord {
  std::string id;  // "job_…", sorts by creation
  ClientKey store;
  std::string type;  // "sync", "remove"
  JobState state = JobState::queued;
  Time created_at{};
  std::optional<Time> started_at, finished_at;
  std::optional<JobWait> waiting;
  std::vector<JobAttempt> attempts;
  // What is asked: a sync's kinds, ids and mode. Two jobs of one store with equal `work` are the same work.
  std::vector<model::Kind> wanted;
  std::vector<std::string> ids;
  std::string mode = "full";  // full | incremental
  std::string work;
  std::vector<KindProgress> kinds;
  std::int64_t cost = 0;  // Shopify points spent
  std::optional<JobError> error;
  std::vector<JobLogLine> log;  // newest last, at most 100
  // Set by others than the worker, so never written by update_job(): see Registry.
  bool cancel_requested = false;
  std::map<model::Kind, std::int64_t> confirmed;  // kind → exactly so many deletes are allowed
};

// An id that sorts by creation: "job_", the microseconds in hex, eight random hex digits.
std::string new_job_id(Time created_at, Random& random);

// The stored form. Strict both ways: from_json(to_json(r)) is r, and corrupt names the member that is missing, unknown
// or of another type. A client's fields stand beside its own members, so a field never bears one of their names
// (clientKey, settings, …).
json::Value to_json(const ClientRecord&);
json::Value to_json(const ShopRecord&);
json::Value to_json(const JobRecord&);
Result<ClientRecord> client_from_json(const json::Value&);
Result<ShopRecord> shop_from_json(const json::Value&);
Result<JobRecord> job_from_json(const json::Value&);

}  // namespace stoa::storage
