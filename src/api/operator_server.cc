// GET /api/server: the process itself.
#include "api/operator.h"
#include "api/operator_body.h"

namespace stoa::api {

void add_server_routes(Service& service, const OperatorDeps& deps) {
  service.add_operator(http::Method::get, "/api/server",
                       [&deps](const Context&) { return json_answer(200, deps.server()); });
}

void add_operator_routes(Service& service, const OperatorDeps& deps) {
  add_config_routes(service, deps);
  add_operator_store_routes(service, deps);
  add_inspect_routes(service, deps);
  add_job_routes(service, deps);
  add_key_routes(service, deps);
  add_access_routes(service, deps);
  add_server_routes(service, deps);
  add_theme_trio_routes(service, deps);
}

}  // namespace stoa::api
