// The chip of systolic arrays as mapper and cycle simulation see it. Internal to compute.
#pragma once
#include "orrery/compute/roofline_parts.hpp"
#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery {

// At the rate and bandwidth that the calibration says are reached in the kernel's format.
ArrayChip array_chip(const Chip& chip, const roofline::Parts& parts, const Kernel& kernel);

ArrayProduct array_product(const Kernel& kernel);

// Launches and casts around the product.
double around(const roofline::Parts& parts, const Kernel& kernel);

}  // namespace orrery
