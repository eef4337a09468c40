// ArrayWork: cycles of the arrays and bytes between them and the scratchpad nearest to them, for
// tiles of a product, however those lie in the memories outside. Internal to the mapper.
#pragma once
#include <vector>

#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery {

struct ArrayWork {
  double cycles = 0;
  double scratchpad_bytes = 0;  // of one of `count` products
};

ArrayWork array_work(const ArrayChip& chip, const ArrayProduct& product, double tile_rows,
                     double tile_columns, double tile_depth, Dataflow stationary);

// The same with the product whole in the scratchpad, in the dataflow of the fewest cycles; of equal
// ones, that of the fewest bytes.
ArrayWork least_work(const ArrayChip& chip, const ArrayProduct& product);

// Sizes worth trying along a dimension of `whole`: unit, 2 unit, 4 unit ..., and all of it.
std::vector<double> tile_sizes(double whole, double unit);

// Cycles in which no multiplier has its operands yet, or any more.
double filling_cycles(const ArrayChip& chip);

inline constexpr Dataflow kDataflows[] = {Dataflow::WeightStationary, Dataflow::InputStationary,
                                          Dataflow::OutputStationary};

}  // namespace orrery
