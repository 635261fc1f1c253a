// What serving one store needs to know besides its documents: version, freshness, the last clock boundary, settings.
// A read that finds them in memory and its page in the cache touches no database. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/policy.h"
#include "storage/store_handle.h"

namespace stoa::api {

// Immutable. Taken before the query it belongs to.
struct StoreFacts {
  storage::Version version;
  storage::Boundary boundary;              // of scheduled publication and of discounts, of all kinds
  std::vector<storage::KindStatus> kinds;  // of all, mirrored or not
  std::span<const model::Kind> mirrored;
  std::int64_t generation = 0;  // of the settings
  Policy policy;
  Tick read_at{};
  std::weak_ptr<storage::StoreHandle> owner;

  const storage::KindStatus& kind(model::Kind kind) const { return kinds[static_cast<std::size_t>(kind)]; }
  bool complete(std::span<const model::Kind> wanted) const;
  std::string_view reason(
      std::span<const model::Kind> wanted) const;  // why not: "syncing", "notPermitted"; empty when complete
  // The moment up to which the oldest of them is proven current; nothing when one never was.
  std::optional<Time> as_of(std::span<const model::Kind> wanted) const;
};

class FactsCache {
 public:
  // `mirrored`: storage::Registry::mirrored().
  FactsCache(const Clock& clock, std::span<const model::Kind> mirrored) : clock_(clock), mirrored_(mirrored) {}

  // Memory only. Nothing when they are not known or no longer true: then get() is called on a worker.
  std::shared_ptr<const StoreFacts> peek(const std::shared_ptr<storage::StoreHandle>& store,
                                         std::span<const model::Kind> wanted) const;
  // May block.
  Result<std::shared_ptr<const StoreFacts>> get(const std::shared_ptr<storage::StoreHandle>& store,
                                                std::span<const model::Kind> wanted);

 private:
  // What was read of the store, however long ago, as far as nothing says that it is no longer true.
  std::shared_ptr<const StoreFacts> known(const std::shared_ptr<storage::StoreHandle>& store,
                                          std::span<const model::Kind> wanted) const;
  Result<std::shared_ptr<const StoreFacts>> read(const std::shared_ptr<storage::StoreHandle>& store) const;

  const Clock& clock_;
  const std::span<const model::Kind> mirrored_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const StoreFacts>> facts_;  // by clientKey
};

}  // namespace stoa::api
