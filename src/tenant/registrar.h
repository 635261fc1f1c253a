// Registers and changes stores: judges what is posted, asks the shop, then writes (contract section 2, "Registering").
// Thread-safe. Calls block on the network for up to Options::answer_within. A refusal changes and leaves nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/registry.h"
#include "tenant/ask_shop.h"
#include "tenant/base_url.h"
#include "tenant/credentials.h"
#include "tenant/fields.h"
#include "tenant/jobs.h"
#include "tenant/refusal.h"
#include "tenant/vault.h"

namespace stoa::tenant {

struct Warning {
  std::string code, scope, detail;
};

struct Registered {
  ClientKey client_key;
  ShopDomain shop_domain;
  std::string database;
  bool created = false;
  storage::JobRecord job;
  std::string read_key;  // only when created, shown once
  std::vector<Warning> warnings;
};

class Registrar {
 public:
  struct Options {
    std::vector<std::string> extra_hosts;
    std::string api_version = "2026-10";
    std::chrono::milliseconds answer_within{10'000};  // no usable answer of the shop within this, retries included: 503
  };
  struct Deps {
    storage::Registry& registry;
    const Vault& vault;
    http::Client& client;
    const Clock& clock;
    Random& random;
    std::function<void()> wake_sync;  // a job was added
  };
  Registrar(Deps deps, Options options);

  Outcome<Registered> sync(const json::Object& body);
  // PATCH: names, tokens and settings.
  Outcome<std::shared_ptr<storage::StoreHandle>> change(const ClientKey& key, const json::Object& body);
  Outcome<storage::JobRecord> remove(const ClientKey& key);
  // Settings and state move together.
  Result<> set_paused(const ClientKey& key, bool paused);

 private:
  struct Posted;  // what a body asks for
  Outcome<Posted> read(const json::Object& body) const;
  Outcome<void> merge_stored(Posted& posted, const storage::StoreEntry& stored) const;
  Outcome<Registered> create(const Posted& posted, const ShopAnswer& answered);
  Outcome<Registered> update(const Posted& posted, const ShopAnswer& answered, storage::StoreHandle& store);
  std::optional<Refusal> taken(const Posted& posted, const ShopAnswer& answered) const;
  Outcome<storage::JobRecord> full_sync(storage::StoreHandle& store);
  Outcome<std::optional<ShopAnswer>> ask_with(const std::map<std::string, std::optional<std::string>>& given,
                                              const storage::StoreEntry& entry, std::vector<Fault>& faults) const;
  void write_fields(const Posted& posted, storage::ClientRecord& client) const;

  Deps deps_;
  Options options_;
};

}  // namespace stoa::tenant
