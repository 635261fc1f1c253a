// The operator's routes: contract section 2. One function per group of routes; each is called once, at start.
#pragma once

#include <chrono>
#include <functional>
#include <span>

#include "api/service.h"
#include "tenant/jobs.h"
#include "tenant/registrar.h"

namespace stoa::api {

// What these routes work with. All must outlive the Service.
struct OperatorDeps {
  storage::Registry& registry;
  tenant::Registrar& registrar;
  tenant::Connections& connections;
  const tenant::Vault& vault;
  const Clock& clock;
  Random& random;
  std::function<std::chrono::seconds(const storage::StoreEntry&, model::Kind)>
      interval;                          // how often a kind is asked for
  std::function<void()> wake_sync;       // jobs or stores changed
  std::function<json::Object()> server;  // what GET /api/server tells
};

// A handler of these routes, `handler(deps, context)`, as the Service takes it.
template <class Handler>
auto bound(const OperatorDeps& deps, Handler handler) {
  return [&deps, handler](const Context& context) { return handler(deps, context); };
}

void add_operator_routes(Service& service, const OperatorDeps& deps);

// Queues a sync: 202 with its job, or why not now.
http::Response queue_sync(const OperatorDeps& deps, const Context& context, const storage::StoreHandle& store,
                          const tenant::SyncRequest& request);

void add_config_routes(Service& service, const OperatorDeps& deps);
void add_operator_store_routes(Service& service, const OperatorDeps& deps);
void add_inspect_routes(Service& service, const OperatorDeps& deps);
void add_job_routes(Service& service, const OperatorDeps& deps);
void add_key_routes(Service& service, const OperatorDeps& deps);
void add_access_routes(Service& service, const OperatorDeps& deps);
void add_server_routes(Service& service, const OperatorDeps& deps);
void add_theme_trio_routes(Service& service, const OperatorDeps& deps);

}  // namespace stoa::api
