#include "storage/registry_rules.h"

namespace stoa::storage {

std::unexpected<Error> no_such_store() {
  return fail(error(Code::not_found, "store: no store of that name").because("store-not-found"));
}

std::unexpected<Error> no_such_job(const std::string& id) {
  return fail(error(Code::not_found, "job {}: no such job", id).because("job-not-found"));
}

std::unexpected<Error> key_taken(const ClientKey& key, const ShopDomain& bound_to) {
  return fail(error(Code::conflict, "store {}: the clientKey is bound to {} already", key.str(), bound_to.str())
                  .because("client-key-taken"));
}

std::unexpected<Error> shop_taken(const ClientKey& key, std::string_view domain, std::string_view bound_to) {
  return fail(
      error(Code::conflict, "store {}: the shop {} is bound to the clientKey {} already", key.str(), domain, bound_to)
          .because("shop-taken"));
}

Result<StoreEntry> new_entry(const ClientRecord& client, const ShopRecord& shop, Random& random) {
  StoreEntry entry{client, shop, 1};
  if (entry.shop.database.empty()) entry.shop.database = client.key.str();
  if (entry.shop.incarnation.empty()) entry.shop.incarnation = random.hex(8);
  entry.shop.database_made = false;
  STOA_TRY(parse_client_key(client.key.str()));
  STOA_TRY(parse_client_key(entry.shop.database));  // it names a file, or a database
  if (shop.client_key != client.key)
    return fail(Code::bug, "store {}: its shop is of {}, wanted the same", client.key.str(), shop.client_key.str());
  return entry;
}

Result<> check_same_store(const StoreEntry& before, const StoreEntry& after) {
  const auto& key = before.client.key;
  if (after.client.key != key || after.shop.client_key != key || after.shop.domain != before.shop.domain ||
      after.shop.posted_domain != before.shop.posted_domain || after.shop.database != before.shop.database ||
      after.shop.cell != before.shop.cell)
    return fail(Code::bug, "store {}: a change of its clientKey, shop, database or cell, wanted none", key.str());
  return {};
}

JobRecord with_id(JobRecord job, const Clock& clock, Random& random) {
  if (job.created_at == Time{}) job.created_at = clock.wall();
  if (job.id.empty()) job.id = new_job_id(job.created_at, random);
  return job;
}

}  // namespace stoa::storage
