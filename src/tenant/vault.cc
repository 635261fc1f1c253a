#include "tenant/vault.h"

#include "base/text.h"

namespace stoa::tenant {
namespace {
std::string place(const ClientKey& key, std::string_view field) { return fmt::format("{}/{}", key.str(), field); }
}  // namespace

std::string Vault::seal(const ClientKey& key, std::string_view field, const Secret& secret) const {
  return secret.empty() ? std::string() : sealer_.seal(secret, place(key, field));
}

Result<Secret> Vault::open(const ClientKey& key, std::string_view field, const std::string& sealed) const {
  if (sealed.empty()) return Secret();
  auto opened = sealer_.open(sealed, place(key, field));
  if (!opened) return fail(std::move(opened).error().in(place(key, field)));
  return opened;
}

Result<Secret> Vault::open(const storage::ClientRecord& client, const std::string& field) const {
  return open(client.key, field, client.field(field));
}

std::string Vault::show(const storage::ClientRecord& client, const std::string& field) const {
  const auto secret = open(client, field);
  return secret ? masked(secret->reveal()) : masked("");
}

}  // namespace stoa::tenant
