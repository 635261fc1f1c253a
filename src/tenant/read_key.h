// Read keys: 256 random bits, bound to one store, kept as a hash only (rule K3).
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "storage/records.h"

namespace stoa::tenant {

// A new read key: the text to hand out, and the record to keep (rule K3).
struct NewKey {
  std::string text;
  storage::KeyRecord record;
};
NewKey make_read_key(const ClientKey& store, std::string name, const Clock& clock, Random& random);

}  // namespace stoa::tenant
