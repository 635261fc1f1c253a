// A fast hash of content: XXH3, 128 bits, over libxxhash. Pure, thread-safe.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace stoa {

using Hash = std::array<unsigned char, 16>;

// Of the parts one after another: whether one thing is what it was before, and nothing else. Two contents that nobody
// chose share a hash with a probability of 2^-128 (3e-39); who may choose them can make them share one. So it is no
// boundary between stores or readers (for those: crypto.h), and never a name of content. The bytes are the same on
// every machine.
Hash quick_hash(std::initializer_list<std::string_view> parts);

}  // namespace stoa
