// A norm, softmax, quantisation or element-wise kernel's best mapping, told. Internal to the tile
// model.
#pragma once
#include "orrery/compute/tile/mapped_kernel.hpp"
#include "orrery/compute/tile/vector/row_mapping.hpp"

namespace orrery {

ArrayRows array_rows(const Kernel& kernel);

MappedKernel row_kernel(const ArrayTarget& target, const Kernel& kernel);

}  // namespace orrery
