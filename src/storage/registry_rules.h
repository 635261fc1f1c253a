// What every engine's Registry decides alike, and how it says so. Pure functions.
#pragma once

#include "storage/registry.h"

namespace stoa::storage {

std::unexpected<Error> no_such_store();                     // not_found, "store-not-found"
std::unexpected<Error> no_such_job(const std::string& id);  // not_found, "job-not-found"
// conflict: the clientKey is bound to that shop already, or the shop to that clientKey.
std::unexpected<Error> key_taken(const ClientKey& key, const ShopDomain& bound_to);
std::unexpected<Error> shop_taken(const ClientKey& key, std::string_view domain, std::string_view bound_to);

// What create() records: database and incarnation decided, the database not made. invalid: a name that cannot be one;
// bug: a shop of another client.
Result<StoreEntry> new_entry(const ClientRecord& client, const ShopRecord& shop, Random& random);
// bug: what finds the store and its database is decided once, at its registration.
Result<> check_same_store(const StoreEntry& before, const StoreEntry& after);
// With an id and a moment of creation, where it has none.
JobRecord with_id(JobRecord job, const Clock& clock, Random& random);

}  // namespace stoa::storage
