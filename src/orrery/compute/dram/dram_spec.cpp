#include "orrery/compute/dram/dram_spec.hpp"

#include <bit>

namespace orrery {

DramAddress dram_address(const DramShape& shape, std::uint64_t index) {
  DramAddress out;
  const auto take = [&](int size) {
    const auto n = static_cast<std::uint64_t>(size);
    if ((n & (n - 1)) == 0) {  // as sizes mostly are: no division
      const auto low = static_cast<int>(index & (n - 1));
      index >>= std::countr_zero(n);
      return low;
    }
    const auto part = static_cast<int>(index % n);
    index /= n;
    return part;
  };
  for (const DramField field : shape.order) {
    switch (field) {
      case DramField::Channel:
        out.channel = take(shape.channels);
        break;
      case DramField::PseudoChannel:
        out.pseudo_channel = take(shape.pseudo_channels);
        break;
      case DramField::Rank:
        out.rank = take(shape.ranks);
        break;
      case DramField::Group:
        out.group = take(shape.groups);
        break;
      case DramField::Bank:
        out.bank = take(shape.banks);
        break;
      case DramField::Column:
        out.column = take(shape.columns);
        break;
      case DramField::Row:
        out.row = take(shape.rows);
        break;
    }
  }
  return out;
}

}  // namespace orrery
