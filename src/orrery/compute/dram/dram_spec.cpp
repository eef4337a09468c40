#include "orrery/compute/dram/dram_spec.hpp"

#include <array>
#include <bit>

namespace orrery {

namespace {

// In the order of DramField's names.
std::array<int, 7> sizes_of(const DramShape& shape) {
  return {shape.channels, shape.pseudo_channels, shape.ranks, shape.groups,
          shape.banks,    shape.columns,         shape.rows};
}

}  // namespace

DramMapping::DramMapping(const DramShape& shape) : shape_(shape) {
  const auto sizes = sizes_of(shape);
  int shift = 0;
  for (const DramField name : shape.order) {
    const auto i = static_cast<std::size_t>(name);
    const auto n = static_cast<std::uint64_t>(sizes[i]);
    bits_ = bits_ && std::has_single_bit(n);
    fields_[i] = {shift, n - 1};
    shift += std::countr_zero(n);
  }
  bits_ = bits_ && shift < 64;
}

DramAddress dram_address(const DramShape& shape, std::uint64_t index) {
  const auto sizes = sizes_of(shape);
  int parts[] = {0, 0, 0, 0, 0, 0, 0};
  for (const DramField field : shape.order) {
    const auto n = static_cast<std::uint64_t>(sizes[static_cast<std::size_t>(field)]);
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
