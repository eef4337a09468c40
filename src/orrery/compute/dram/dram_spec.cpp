#include "orrery/compute/dram/dram_spec.hpp"

#include <bit>

namespace orrery {

DramAddress dram_address(const DramShape& shape, std::uint64_t index) {
  // In the order of DramField's names.
  const int sizes[] = {shape.channels, shape.pseudo_channels, shape.ranks, shape.groups,
                       shape.banks,    shape.columns,         shape.rows};
  int parts[] = {0, 0, 0, 0, 0, 0, 0};
  for (const DramField field : shape.order) {
    const auto n = static_cast<std::uint64_t>(sizes[static_cast<int>(field)]);
    int& part = parts[static_cast<int>(field)];
    if ((n & (n - 1)) == 0) {  // as sizes mostly are: no division
      part = static_cast<int>(index & (n - 1));
      index >>= std::countr_zero(n);
    } else {
      part = static_cast<int>(index % n);
      index /= n;
    }
  }
  return {.channel = parts[0],
          .pseudo_channel = parts[1],
          .rank = parts[2],
          .group = parts[3],
          .bank = parts[4],
          .column = parts[5],
          .row = parts[6]};
}

}  // namespace orrery
