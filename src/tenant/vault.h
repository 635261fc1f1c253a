// Seals and opens a store's secrets (rule K1), each bound to its place. Thread-safe; the sealer must outlive it.
#pragma once

#include "base/crypto.h"
#include "base/ids.h"
#include "storage/records.h"

namespace stoa::tenant {

class Vault {
 public:
  explicit Vault(const Sealer& sealer) : sealer_(sealer) {}

  std::string seal(const ClientKey& key, std::string_view field, const Secret& secret) const;
  // An empty secret when the field is not there. corrupt: it does not open.
  Result<Secret> open(const ClientKey& key, std::string_view field, const std::string& sealed) const;
  Result<Secret> open(const storage::ClientRecord& client, const std::string& field) const;
  // As responses show it: "••••abcd".
  std::string show(const storage::ClientRecord& client, const std::string& field) const;

 private:
  const Sealer& sealer_;
};

// The names under which shops keep the tokens now in use.
inline constexpr std::string_view kAccessToken = "shop.accessToken";
inline constexpr std::string_view kRefreshToken = "shop.refreshToken";

}  // namespace stoa::tenant
