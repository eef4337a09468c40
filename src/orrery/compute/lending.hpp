// What coefficients that were fitted on one chip say of another: shares and passes are the
// library's and stay; what a block does on its SM goes with the clock; bandwidths that were written
// as multiples of memory's go with what they are really made of; sustained rates with the power
// there is.
#pragma once
#include "orrery/compute/calibration.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// `c` was fitted on `from`; the result is for `to`, whose own kernels nobody timed. Both have
// clock, cores, memory bandwidth and bf16 peak; where one lacks a figure, what needs it stays as it
// is.
KernelCalibration lent(KernelCalibration c, const Chip& from, const Chip& to);

}  // namespace orrery
