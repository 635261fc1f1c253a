#include "app/process.h"

#include <unistd.h>

#include "api/routes_media.h"
#include "app/secret_files.h"
#include "app/version.h"
#include "storage/embedded/embedded.h"
#include "storage/mongo/mongo.h"
#include "sync/schedule.h"

namespace stoa::app {

namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace

Process::Process(Loaded loaded) : loaded_(std::move(loaded)) {}

// Members go in reverse order of their making: the server first, storage last.
Process::~Process() = default;

Result<std::unique_ptr<Process>> Process::start(Loaded loaded) {
  std::unique_ptr<Process> process(new Process(std::move(loaded)));
  STOA_TRY(process->build());
  return process;
}

Result<std::unique_ptr<storage::Registry>> Process::open_storage(const std::string& name) {
  const auto& config = loaded_.config;
  STOA_TRY_ASSIGN(const auto kinds, model::mirrored_kinds(config.further_kinds));
  if (config.storage_url.empty())
    return storage::open_embedded({.folder = config.data, .open_stores_max = config.open_stores_max, .kinds = kinds},
                                  clock_, random_);
  storage::MongoOptions options{
      .process = name, .media = config.data / "media", .connections_max = config.connections_max, .kinds = kinds};
  const auto add = [&](const std::string& cell, const std::string& url) {
    options.cells.push_back({.name = cell, .url = url, .tables_max = static_cast<std::int64_t>(config.tables_max)});
  };
  add("default", config.storage_url);
  for (const auto& cell : config.storage_cells) add(cell.name, cell.url);
  return storage::open_mongo(options, clock_, random_, metrics_);
}

Result<> Process::build() {
  const auto& config = loaded_.config;
  started_ = clock_.wall();
  const auto name = fmt::format("{}:{}:{}", host_name(), getpid(), random_.hex(3));
  STOA_TRY_ASSIGN(registry_, open_storage(name));
  STOA_TRY_ASSIGN(const auto token, operator_token(config.operator_token_file, random_));
  STOA_TRY_ASSIGN(auto key, master_key(config.master_key_file, *registry_, random_));
  sealer_ = make_sealer(std::move(key), random_);
  vault_ = std::make_unique<tenant::Vault>(*sealer_);
  client_ = http::Client::make({});
  connections_ = std::make_unique<tenant::Connections>(
      *registry_, *vault_, *client_, clock_, metrics_,
      tenant::Connections::Options{.api_version = config.api_version, .extra_hosts = config.extra_hosts});
  media_options_ = config.media;
  media_options_.extra_hosts = config.extra_hosts;
  auto sync_options = config.sync;
  sync_options.media_retry_after = config.media.retry_after;
  scheduler_ = std::make_unique<sync::Scheduler>(
      sync::Scheduler::Deps{*registry_, *connections_, clock_, random_, name}, sync_options);
  const auto wake = [this] { scheduler_->wake(); };
  registrar_ = std::make_unique<tenant::Registrar>(
      tenant::Registrar::Deps{*registry_, *vault_, *client_, clock_, random_, wake},
      tenant::Registrar::Options{
          .extra_hosts = config.extra_hosts, .api_version = config.api_version, .answer_within = config.answer_within});
  upkeep_ =
      std::make_unique<Upkeep>(*registry_, metrics_, clock_, UpkeepOptions{.data = config.data, .sync = config.sync});
  const auto degraded = [this] {
    return upkeep_->disk_full() ? std::vector<std::string>{"storage"} : std::vector<std::string>{};
  };
  metrics_.counter("stoa_webhooks_total", "Webhooks by outcome.",
                   {{"outcome", "accepted"}});  // there from the start, at 0
  service_ =
      std::make_unique<api::Service>(api::Dependencies{*registry_, clock_, metrics_, token, degraded}, config.api);
  operator_deps_ = std::make_unique<api::OperatorDeps>(api::OperatorDeps{
      .registry = *registry_,
      .registrar = *registrar_,
      .connections = *connections_,
      .vault = *vault_,
      .clock = clock_,
      .random = random_,
      .interval = [this](const storage::StoreEntry& entry,
                         model::Kind kind) { return sync::interval(entry, kind, loaded_.config.sync); },
      .wake_sync = wake,
      .server = [this] { return server_view(); }});
  api::add_operator_routes(*service_, *operator_deps_);
  build_media();
  STOA_TRY_ASSIGN(server_, http::Server::start(config.http, *service_, clock_, random_));
  scheduler_->start();
  downloads_->start();
  return {};
}

void Process::build_media() {
  media_client_ = http::Client::make({});
  const auto may_work = [this] { return !upkeep_->disk_full(); };
  media::Downloads::Deps::Lease lease{
      .take =
          [this](const ClientKey& key) { return scheduler_->leases().take(key, sync::Holder::downloads).has_value(); },
      .held = [this](const ClientKey& key) { return scheduler_->leases().held(key); },
      .release = [this](const ClientKey& key) { scheduler_->leases().release(key, sync::Holder::downloads); }};
  downloads_ = std::make_unique<media::Downloads>(
      media::Downloads::Deps{*registry_, *media_client_, clock_, metrics_, may_work, std::move(lease)}, media_options_);
  image_worker_ = std::make_unique<media::ImageWorker>(media_options_);
  media_server_ = std::make_unique<api::MediaServer>(media_options_, *image_worker_, clock_, metrics_);
  api::add_media_content_routes(*service_, {*registry_, *media_server_, clock_});
}

void Process::drain() {
  service_->set_draining();
  server_->drain();
  scheduler_->stop();
  downloads_->stop();
}

json::Object Process::server_view() const {
  json::Array engines;
  for (const auto& cell : registry_->cells(true))
    engines.push_back({{"name", cell.name},
                       {"engine", cell.engine},
                       {"up", cell.up},
                       {"stores", cell.stores},
                       {"room", cell.room ? json::Value(*cell.room) : json::Value()},
                       {"limit", json::null_if_empty(cell.limit)}});
  json::Object config;
  for (const auto& [key, value] : loaded_.origins) config[key] = {{"value", value.value}, {"origin", value.origin}};
  json::Array warnings;
  if (upkeep_->disk_full()) warnings.push_back("the disk is nearly full: syncs wait, registration answers 503");
  if (!loaded_.config.extra_hosts.empty())
    warnings.push_back("shopify.extra_hosts is set: base URLs other than *.myshopify.com are accepted (rehearsal)");
  std::optional<Time> oldest;
  if (const auto open = registry_->open_jobs(); open && !open->empty()) oldest = open->front().created_at;
  json::Object sync_queue{
      {"jobs", scheduler_->queued()}, {"running", scheduler_->running()}, {"oldestSeconds", nullptr}};
  if (oldest)
    sync_queue["oldestSeconds"] = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall() - *oldest).count();
  return {{"version", kVersion},
          {"uptimeSeconds", std::chrono::duration_cast<std::chrono::seconds>(clock_.wall() - started_).count()},
          {"diskFreeBytes", upkeep_->disk_free()},
          {"queues",
           {{"sync", std::move(sync_queue)},
            {"media", {{"downloads", downloads_->queued()}, {"running", downloads_->running()}}}}},
          {"engines", std::move(engines)},
          {"connections", server_->connections()},
          {"configuration", std::move(config)},
          {"warnings", std::move(warnings)}};
}

}  // namespace stoa::app
