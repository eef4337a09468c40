// A scan kernel's best mapping, told. Internal to the tile model.
#pragma once
#include "orrery/compute/tile/mapped_kernel.hpp"
#include "orrery/compute/tile/scan/array_scan.hpp"

namespace orrery {

ArrayScan array_scan(const Kernel& kernel);

MappedKernel scan_kernel(const ArrayTarget& target, const Kernel& kernel);

}  // namespace orrery
