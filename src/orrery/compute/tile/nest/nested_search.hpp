// The least time of a product over nested scratchpads: tiles, loop order and buffers of each level
// and the dataflow of the arrays. Exact within best_mapping()'s space; branches that cannot win
// are cut off. Internal to the mapper.
#pragma once
#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery {

ArrayMapping best_nested_mapping(const ArrayChip& chip, const ArrayProduct& product);

}  // namespace orrery
