// A chip of systolic arrays small enough to walk through: what mappings on arrays are tested with.
#pragma once
#include "orrery/base/rng.hpp"
#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery::test {

// Two arrays of 4 x 4, a cycle a second, 16 B/s of main memory.
inline ArrayChip small_array_chip(double scratchpad) {
  ArrayChip c;
  c.array = 4;
  c.arrays = 2;
  c.cycle = 1.0;
  c.scratchpad = scratchpad;
  c.bandwidth = 16.0;
  return c;
}

// Any whole number from 1 to n.
inline double up_to(Rng& rng, std::uint64_t n) { return double(1 + rng.below(n)); }

}  // namespace orrery::test
