// An attention kernel's best mapping, told. Internal to the tile model.
#pragma once
#include "orrery/compute/tile/mapped_kernel.hpp"

namespace orrery {

MappedKernel attention_kernel(const ArrayTarget& target, const Kernel& kernel);

// Scores through main memory: two products and a softmax between them.
MappedKernel unfused_attention_kernel(const ArrayTarget& target, const Kernel& kernel);

}  // namespace orrery
