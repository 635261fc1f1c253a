#include "tenant/read_key.h"

#include "base/crypto.h"
#include "base/text.h"

namespace stoa::tenant {

NewKey make_read_key(const ClientKey& store, std::string name, const Clock& clock, Random& random) {
  NewKey key;
  key.text = "stoa_rk_" + random.token(32);
  key.record = {.id = "key_" + random.hex(8),
                .client_key = store,
                .name = std::move(name),
                .hash = to_hex(sha256(key.text)),
                .last4 = key.text.substr(key.text.size() - 4),
                .created_at = clock.wall()};
  return key;
}

}  // namespace stoa::tenant
