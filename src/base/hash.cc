#include "base/hash.h"

#include <xxhash.h>

#include <bit>
#include <memory>

namespace stoa {
namespace {
struct StateFree {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};
}  // namespace

Hash quick_hash(std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<XXH3_state_t, StateFree> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  for (const auto part : parts) XXH3_128bits_update(state.get(), part.data(), part.size());
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(state.get()));
  return std::bit_cast<Hash>(bytes);
}

}  // namespace stoa
