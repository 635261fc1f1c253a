// The HTTP face of the process: its routes, who may call them, and what is counted of them. Routes are added while the
// process starts; then it is thread-safe. The server's Service: answer_now() touches memory only.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/auth.h"
#include "api/catalog.h"
#include "api/read_server.h"
#include "base/metrics.h"
#include "http/router.h"
#include "http/server.h"
#include "storage/registry.h"

namespace stoa::api {

struct ServiceOptions {
  ReadServerOptions reads;
  bool access_log = false;  // one info line per request; without it only 5xx are logged

  Result<> validate() const;
};

struct Dependencies {
  storage::Registry& registry;
  const Clock& clock;
  Metrics& metrics;
  Secret operator_token;
  std::function<std::vector<std::string>()> degraded =
      {};  // what cannot be written now: `degraded` of /readyz; must not block
};

// What a handler behind a credential gets.
struct Context {
  const http::Request& request;
  const http::Params& params;
  const Principal& principal;
};
using Handler = std::function<http::Response(const Context&)>;

struct RouteOptions {
  std::size_t body_bytes_max = 0;  // 0: the server's own limit
  bool read_keys = false;          // a read key may call it too; the handler then keeps rule T1, by Auth::store
  bool parameters = false;  // the handler reads the query itself; without it every parameter is refused as unknown
};

class Service final : public http::Service {
 public:
  // What `dependencies` refers to must outlive it. Adds the read routes, /problems, /livez, /readyz and /metrics.
  Service(Dependencies dependencies, const ServiceOptions& options);

  // No credential. `in_memory`: the handler does not block and runs on the event loop.
  void add_public(http::Method method, std::string pattern, http::Handler handler);
  void add_public_in_memory(http::Method method, std::string pattern, http::Handler handler);
  // The operator token: no or an unknown credential is 401, a read key 403 unless the route allows it. Runs on a
  // worker.
  void add_operator(http::Method method, std::string pattern, Handler handler, RouteOptions options = {});
  // A GET below /v1/stores/{store}; `suffix` is "" or starts with '/'.
  void add_read(std::string_view suffix, ParseRead parse);
  // The same at another path, for which `clientKey` or `shopDomain` of the query names the store, or both, which must
  // agree.
  void add_named_read(std::string pattern, ParseRead parse);

  const Auth& auth() const { return auth_; }
  Catalog& catalog() { return catalog_; }
  // From now on /readyz says 503, so that no new traffic is sent here.
  void set_draining() { draining_ = true; }

  std::optional<http::Response> answer_now(const http::Request& request) override;
  http::Response answer(const http::Request& request) override;
  Admission admit(const http::Request& head, std::size_t body_bytes_max) override;
  void finished(const http::Request& request, const http::Response& response, std::size_t body_bytes) override;

 private:
  // One route. Exactly one of the three handlers is set.
  struct Entry {
    http::Handler open;
    bool in_memory = false;
    Handler guarded;
    ParseRead read;
    bool named = false;  // a read whose query names the store
    RouteOptions options;
  };
  // The routes of one pattern, by method.
  using Entries = std::array<std::unique_ptr<Entry>, 8>;

  void add(http::Method method, std::string pattern, Entry entry);
  const Entry& entry_of(const http::Route& route) const;
  void add_health_routes();
  http::Response ready() const;
  // Puts the store that the query names beside the parameters of the path; else the refusal.
  std::optional<http::Response> name_store(const http::Request& request, const Entry& entry,
                                           http::Params& params) const;
  // The answer when nothing is there to call, or this caller may not.
  std::optional<http::Response> refuse(const http::Request& request, const http::Router::Match& match) const;

  const Dependencies dependencies_;
  const ServiceOptions options_;
  Auth auth_;
  Catalog catalog_;
  ReadServer reads_;
  http::Router router_;
  std::unordered_map<std::string, Entries> entries_;
  std::atomic<bool> draining_{false};
};

}  // namespace stoa::api
