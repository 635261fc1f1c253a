#include "sandbox/sandbox.h"

#include "base/log.h"
#include "base/text.h"
#include "http/router.h"
#include "http/server.h"
#include "sandbox/cdn.h"
#include "sandbox/control.h"
#include "sandbox/recorder.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox {
namespace {

// "2026-10" and "unstable" are versions; anything else is a path that Shopify does not know.
bool looks_like_version(std::string_view text) {
  return text == "unstable" ||
         (text.size() == 7 && text[4] == '-' && parse_int(text.substr(0, 4)) && parse_int(text.substr(5)));
}

http::Response unknown_shop() { return http::json_response(404, R"({"errors":"Not Found"})"); }

class Served final : public Sandbox, public http::Service {
 public:
  Served(SandboxOptions options, const Clock& clock, Random& random)
      : options_(std::move(options)),
        world_{.clock = clock,
               .random = random,
               .versions = options_.versions,
               .list_max = options_.list_max,
               .patience = {}} {
    routes();
  }
  ~Served() override { drain(); }

  Result<void> open_record() {
    if (options_.record.empty()) return {};
    STOA_TRY_ASSIGN(recorder_, Recorder::open(options_.record));
    return {};
  }

  Result<void> serve() {
    const http::ServerOptions server{
        .listen = options_.listen, .threads = 1, .workers_max = options_.workers, .body_bytes_max = 64 * 1024 * 1024};
    STOA_TRY_ASSIGN(server_, http::Server::start(server, *this, world_.clock, world_.random));
    return {};
  }

  Result<Shop*> add_shop(const ShopSpec& spec) override {
    if (shop(spec.name)) return fail(Code::conflict, "sandbox: shop '{}' is there already", spec.name);
    STOA_TRY_ASSIGN(auto made, Shop::make(spec, world_));
    const std::lock_guard lock(mutex_);
    const auto [at, added] = shops_.emplace(spec.name, std::move(made));
    if (!added) return fail(Code::conflict, "sandbox: shop '{}' is there already", spec.name);
    return at->second.get();
  }

  Shop* shop(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    const auto found = shops_.find(name);
    return found == shops_.end() ? nullptr : found->second.get();
  }

  std::string address() const override { return server_ ? server_->address() : options_.listen; }

  void drain() override {
    world_.patience.stop();
    if (server_) server_->drain();
  }

  std::optional<http::Response> answer_now(const http::Request&) override { return std::nullopt; }

  http::Response answer(const http::Request& request) override {
    const auto match = router_.match(request.method, request.path);
    if (match.route) return match.route->handler(request, match.params);
    if (match.allow.empty()) return unknown_shop();
    auto response = http::json_response(405, R"({"errors":"Method Not Allowed"})");
    response.header("Allow", match.allow);
    return response;
  }

 private:
  void routes() {
    router_.add(http::Method::post, "/s/{name}/admin/api/{version}/graphql.json",
                [this](const http::Request& request, const http::Params& params) {
                  Shop* found = shop(params["name"]);
                  if (!found || !looks_like_version(params["version"])) return unknown_shop();
                  auto response = found->graphql(request, params["version"]);
                  if (recorder_) recorder_->write(params["name"], params["version"], request, response);
                  return response;
                });
    router_.add(http::Method::post, "/s/{name}/admin/oauth/access_token",
                [this](const http::Request& request, const http::Params& params) {
                  Shop* found = shop(params["name"]);
                  return found ? found->token(request) : unknown_shop();
                });
    add_theme_file_route(router_, *this);
    add_cdn_route(router_, *this, world_);
    add_control_routes(router_, *this, world_);
  }

  const SandboxOptions options_;
  World world_;
  http::Router router_;
  std::unique_ptr<Recorder> recorder_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Shop>, std::less<>> shops_;
  std::unique_ptr<http::Server> server_;  // last: its threads use the rest
};

Result<std::unique_ptr<Served>> make_served(const SandboxOptions& options, const Clock& clock, Random& random) {
  STOA_TRY(options.validate());
  auto served = std::make_unique<Served>(options, clock, random);
  STOA_TRY(served->open_record());
  return served;
}

}  // namespace

Result<void> SandboxOptions::validate() const {
  if (versions.empty() || !std::ranges::all_of(versions, looks_like_version) || !std::ranges::is_sorted(versions))
    return fail(Code::invalid, "sandbox: versions: wanted at least one API version such as 2026-10, oldest first");
  if (list_max == 0) return fail(Code::invalid, "sandbox: list_max: 0, wanted at least 1");
  if (workers == 0 || workers > 1'000) return fail(Code::invalid, "sandbox: workers: {}, wanted 1 to 1000", workers);
  return {};
}

Result<std::unique_ptr<Sandbox>> Sandbox::make(const SandboxOptions& options, const Clock& clock, Random& random) {
  return make_served(options, clock, random);
}

Result<std::unique_ptr<Sandbox>> Sandbox::start(const SandboxOptions& options, const Clock& clock, Random& random) {
  STOA_TRY_ASSIGN(auto served, make_served(options, clock, random));
  STOA_TRY(served->serve());
  return served;
}

}  // namespace stoa::sandbox
