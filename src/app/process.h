// The composition root: builds every part from the configuration, in order, and takes them down in reverse. The only
// place that names concrete classes. One per process.
#pragma once

#include <memory>

#include "api/media_server.h"
#include "api/operator.h"
#include "app/config.h"
#include "app/upkeep.h"
#include "media/downloads.h"
#include "sync/scheduler.h"

namespace stoa::app {

class Process {
 public:
  // Opens storage and secrets, binds the address, takes up open jobs. Nothing runs when it fails.
  static Result<std::unique_ptr<Process>> start(Loaded loaded);
  ~Process();

  std::string address() const { return server_->address(); }
  // Readiness goes, requests in flight finish, jobs are handed back (rule O3). Blocks.
  void drain();

 private:
  explicit Process(Loaded loaded);
  Result<> build();
  Result<std::unique_ptr<storage::Registry>> open_storage(const std::string& name);
  void build_media();
  json::Object server_view() const;

  const Loaded loaded_;
  SystemClock clock_;
  SystemRandom random_;
  Metrics metrics_;
  Time started_{};
  std::unique_ptr<storage::Registry> registry_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<tenant::Vault> vault_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<tenant::Connections> connections_;
  std::unique_ptr<sync::Scheduler> scheduler_;
  std::unique_ptr<tenant::Registrar> registrar_;
  std::unique_ptr<api::OperatorDeps> operator_deps_;
  std::unique_ptr<Upkeep> upkeep_;
  media::Options media_options_;
  std::unique_ptr<http::Client> media_client_;
  std::unique_ptr<media::Downloads> downloads_;
  std::unique_ptr<media::ImageWorker> image_worker_;
  std::unique_ptr<api::MediaServer> media_server_;
  std::unique_ptr<api::Service> service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace stoa::app
