// The engines that the contract suite runs on.
#include "storage/contract_test.h"

namespace stoa::storage {

std::vector<Engine> engines_under_test() { return {embedded_engine(), mongo_engine()}; }

}  // namespace stoa::storage
