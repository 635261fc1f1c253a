// Copying text as long as it needs no escape in JSON: what makes both directions between JSON and BSON fast. Pure.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace stoa::storage::mongo {

// What ends a plain run: a quote, a backslash, or a control (NUL ends a text of BSON).
inline bool is_special(std::uint8_t c) { return c == '"' || c == '\\' || c < 0x20; }

// One bit for each special byte of a block.
inline unsigned special_bits(__m128i block) {
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)));
}

// The first special byte of [at, end), or end.
inline const std::uint8_t* find_special(const std::uint8_t* at, const std::uint8_t* end) {
  for (; end - at >= 16; at += 16)
    if (const auto bits = special_bits(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))))
      return at + __builtin_ctz(bits);
  while (at < end && !is_special(*at)) ++at;
  return at;
}

// Copies up to the first special byte of [at, end), or end; answers where that is and moves `out` past what was copied.
// May write 15 bytes beyond that.
template <class Byte>
const std::uint8_t* copy_plain(const std::uint8_t* at, const std::uint8_t* end, Byte*& out) {
  static_assert(sizeof(Byte) == 1);
  for (; end - at >= 16; at += 16, out += 16) {
    const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    if (const auto bits = special_bits(block)) {
      const int plain = __builtin_ctz(bits);
      out += plain;
      return at + plain;
    }
  }
  while (at < end && !is_special(*at)) *out++ = static_cast<Byte>(*at++);
  return at;
}

}  // namespace stoa::storage::mongo
