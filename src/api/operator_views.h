// What the operator's routes show, as JSON. Pure, but for opening secrets to show their last four characters.
#pragma once

#include "api/operator.h"

namespace stoa::api {

// The store of the path's {store}: a clientKey, or a shop domain (a clientKey has no dot).
Result<std::shared_ptr<storage::StoreHandle>> named_store(const OperatorDeps& deps, const Context& context);

json::Value time_or_null(const std::optional<Time>& time);

json::Object client_view(const storage::ClientRecord& client, const tenant::Vault& vault);
json::Object job_view(const storage::JobRecord& job);
json::Object job_link(const storage::JobRecord& job);  // {id, state, url}
json::Object key_view(const storage::KeyRecord& key);
// Blocks: reads the store's kinds and version.
Result<json::Object> health_view(storage::StoreHandle& store, const OperatorDeps& deps);
// The same of a store whose database does not answer: `kinds` is empty, `version` null, `cause` says why.
json::Object unreachable_view(const storage::StoreHandle& store, const OperatorDeps& deps, const Error& why);

// Seconds since `as_of`, or null; whether that is late for the interval.
std::optional<std::int64_t> lag_seconds(const storage::KindStatus& status, Time now);
bool is_late(const storage::KindStatus& status, std::chrono::seconds interval, Time now);

}  // namespace stoa::api
