// The MongoDB engine: one database per store on one or more deployments ("cells"), `appconfig` on the first of them
// (docs/formats/mongodb.md). Several processes may share it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "storage/registry.h"

namespace stoa::storage {

struct MongoCell {
  std::string name = "default";
  std::string url;                   // mongodb://… or mongodb+srv://…
  std::int64_t tables_max = 60'000;  // WiredTiger tables: a collection and an index are one each
};

struct MongoOptions {
  std::vector<MongoCell> cells;  // the first one holds `appconfig`; names never change once stores are placed there
  std::string process;           // names this process in leases and jobs
  std::filesystem::path media;   // a folder of this process: a store's downloads under way lie in its <database>/spool
  std::size_t connections_max = 32;     // of each of a cell's two pools: reads, and syncs
  std::chrono::milliseconds beat{400};  // how often news of other processes are looked for
  std::vector<model::Kind> kinds{model::standard_kinds().begin(), model::standard_kinds().end()};  // to mirror

  Result<void> validate() const;
};

// Connects, checks that `appconfig` is Stoa's (conflict, reason "appconfig-not-ours") or makes it, loads who the stores
// are. unavailable when the first cell does not answer; other cells may be down: their stores are, too, until they
// come.
Result<std::unique_ptr<Registry>> open_mongo(const MongoOptions& options, const Clock& clock, Random& random,
                                             Metrics& metrics);

// A URL for messages: without user, password and options.
std::string url_for_show(const std::string& url);

}  // namespace stoa::storage
