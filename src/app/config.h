// The configuration: every key in one table, read from flags, environment, file and defaults, in that order of
// precedence. Plain values; only app/ sees them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/service.h"
#include "base/log.h"
#include "http/server.h"
#include "media/options.h"
#include "sync/options.h"

namespace stoa::app {

struct StorageCell {
  std::string name, url;
};

struct Config {
  http::ServerOptions http;
  api::ServiceOptions api;
  sync::SyncOptions sync;
  std::string storage_url;                 // empty: embedded in `data`; else mongodb://…, the deployment of `appconfig`
  std::filesystem::path storage_url_file;  // holds it, when it bears a password
  std::vector<StorageCell> storage_cells;  // further deployments, from the file's [[storage.cells]]
  std::size_t tables_max = 60'000;         // of a cell
  std::size_t connections_max = 32;        // of each of a cell's two pools
  std::filesystem::path data = "./stoa-data";
  std::string public_url;
  std::filesystem::path operator_token_file, master_key_file;  // empty: in `data`
  std::string api_version = "2026-10";
  std::vector<std::string> extra_hosts;
  media::Options media;  // its extra_hosts are the ones above
  std::chrono::milliseconds answer_within{10'000};
  std::string log_level = "info";
  std::size_t open_stores_max = 512;
  std::vector<std::string> further_kinds;  // mirrored besides the standard ones: model::further_kinds()

  Result<void> validate() const;
};

// Where a value came from: "flag", "environment", a file's name, or "default".
struct Origin {
  std::string value, origin;
};
struct Loaded {
  Config config;
  std::map<std::string, Origin> origins;  // by key: what GET /api/server shows
};

// Values given by name, each as the text a file would hold: "127.0.0.1:8080", "30s", "a,b".
struct Sources {
  std::map<std::string, std::string> flags;        // by key
  std::map<std::string, std::string> environment;  // all variables of the process
  std::filesystem::path file;                      // empty: none
};
// invalid: names the key, the value's problem and the fix; an unknown key or STOA_ variable suggests the one that was
// meant.
Result<Loaded> load_config(const Sources& sources);

// config/example.toml: every key with its default and what it does.
std::string example_config();

}  // namespace stoa::app
