// The embedded engine: SQLite, one file per store under a data folder (docs/formats/embedded.md).
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "storage/registry.h"

namespace stoa::storage {

struct EmbeddedOptions {
  std::filesystem::path folder;       // holds appconfig.sqlite, stores/<clientKey>.sqlite, lock
  std::size_t open_stores_max = 512;  // files kept open; each costs about 140 KiB and 3 descriptors
  std::size_t readers_per_store =
      2;  // read connections of an open store, so that reads do not wait for a sync's writes
  std::vector<model::Kind> kinds{model::standard_kinds().begin(), model::standard_kinds().end()};  // to mirror

  Result<> validate() const;
};

// Makes the folder when absent, locks it against a second process (unavailable, reason "data-in-use"), opens appconfig.
// conflict with reason "appconfig-not-ours" for a file that is not Stoa's; corrupt with reason "format-too-new" for a
// newer format version.
Result<std::unique_ptr<Registry>> open_embedded(const EmbeddedOptions& options, const Clock& clock, Random& random);

}  // namespace stoa::storage
