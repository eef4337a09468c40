// BankLanes: a cycle for each of eight banks, in 16 bits after a common base, so that one
// instruction raises or compares all eight.
#pragma once
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace orrery {

inline constexpr int kBankLanes = 8;
using BankLanes __attribute__((vector_size(2 * kBankLanes))) = std::int16_t;

inline constexpr std::int16_t kNeverLane = INT16_MAX, kPastLane = INT16_MIN;

inline constexpr BankLanes kAllNever = {kNeverLane, kNeverLane, kNeverLane, kNeverLane,
                                        kNeverLane, kNeverLane, kNeverLane, kNeverLane};
inline constexpr BankLanes kAllPast = {kPastLane, kPastLane, kPastLane, kPastLane,
                                       kPastLane, kPastLane, kPastLane, kPastLane};

inline BankLanes all_lanes(std::int16_t value) { return BankLanes{} + value; }
inline BankLanes later(BankLanes a, BankLanes b) { return a > b ? a : b; }
inline BankLanes earlier(BankLanes a, BankLanes b) { return a < b ? a : b; }
// `mask`: all bits of a lane or none.
inline BankLanes choice(BankLanes mask, BankLanes yes, BankLanes no) {
  return (yes & mask) | (no & ~mask);
}

inline BankLanes one_lane(unsigned lane) {
  static constexpr std::int16_t kOne[2 * kBankLanes - 1] = {0, 0, 0, 0, 0, 0, 0, -1};
  BankLanes mask;
  std::memcpy(&mask, kOne + kBankLanes - 1 - lane, sizeof mask);
  return mask;
}

// The earliest of a, of b, of c and of d, and once more.
inline BankLanes earliest(BankLanes a, BankLanes b, BankLanes c, BankLanes d) {
  const BankLanes ab = earlier(__builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
                               __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15));
  const BankLanes cd = earlier(__builtin_shufflevector(c, d, 0, 8, 1, 9, 2, 10, 3, 11),
                               __builtin_shufflevector(c, d, 4, 12, 5, 13, 6, 14, 7, 15));
  const BankLanes all = earlier(__builtin_shufflevector(ab, cd, 0, 1, 8, 9, 2, 3, 10, 11),
                                __builtin_shufflevector(ab, cd, 4, 5, 12, 13, 6, 7, 14, 15));
  return earlier(all, __builtin_shufflevector(all, all, 4, 5, 6, 7, 0, 1, 2, 3));
}

// The earliest lane, in all.
inline BankLanes least_of(BankLanes a) {
  a = earlier(a, __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3));
  a = earlier(a, __builtin_shufflevector(a, a, 2, 3, 0, 1, 6, 7, 4, 5));
  return earlier(a, __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6));
}

// A bit for each lane of two such masks.
inline std::uint64_t lane_bits(BankLanes low, BankLanes high) {
#if defined(__SSE2__)
  return static_cast<std::uint64_t>(_mm_movemask_epi8(
      _mm_packs_epi16(reinterpret_cast<__m128i>(low), reinterpret_cast<__m128i>(high))));
#else
  std::uint64_t bits = 0;
  for (int i = 0; i < kBankLanes; ++i) {
    bits |= std::uint64_t{low[i] < 0} << i | std::uint64_t{high[i] < 0} << (kBankLanes + i);
  }
  return bits;
#endif
}

}  // namespace orrery
