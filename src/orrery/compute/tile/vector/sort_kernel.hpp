// A router's top-k, or a sort, as networks on vector lanes, told. Internal to the tile model.
#pragma once
#include "orrery/compute/tile/mapped_kernel.hpp"

namespace orrery {

// Rows of keys, of each the `kept` largest with their places.
struct ArraySort {
  double rows = 1, keys = 1, kept = 1;
  double key = 4, entry = 8;  // bytes of a key as read; of a key with its place
};

struct SortMapping {
  double run = 0;  // keys of one row that are sorted in the scratchpad
  double passes = 1;
  double exchanges = 0;  // of all rows
  double bytes = 0, units = 0, memory = 0, duration = 0;
  double scratchpad_bytes = 0, held_bytes = 0;
  bool fits = true;
};

SortMapping sort_mapped(const ArrayChip& chip, const ArraySort& sort);

MappedKernel sort_kernel(const ArrayTarget& target, const Kernel& kernel);

}  // namespace orrery
