// The two files that a first start makes: the operator token and the master key (rule K1). Both 0600.
#pragma once

#include <filesystem>

#include "base/crypto.h"
#include "storage/registry.h"

namespace stoa::app {

// The token, made when absent. denied: readable by others; corrupt: empty or shorter than 16 characters.
Result<Secret> operator_token(const std::filesystem::path& file, Random& random);
// The 32-byte key. Absent: made, but never where sealed values exist already: then conflict ("master-key-missing").
Result<Secret> master_key(const std::filesystem::path& file, storage::Registry& registry, Random& random);

}  // namespace stoa::app
