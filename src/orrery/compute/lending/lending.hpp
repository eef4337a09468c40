// What coefficients that were fitted on one chip say of another. Shares and passes are the
// library's and stay; cycles go with the clock, what an SM draws with SMs and clock, and what a
// loop does beside its products costs the same cycles however wide the matrix unit is.
#pragma once
#include "orrery/compute/calibration.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// `c` was fitted on `from`; the result is for `to`, whose own kernels nobody timed. Where one of
// them lacks a figure (clock, cores, bandwidth, bf16 peak, power limit), what needs it stays as it
// is.
KernelCalibration lent(KernelCalibration c, const Chip& from, const Chip& to);

// Whether rows of `kind` ("matmul fp8") were many enough to say something of another chip.
bool has_timed(const KernelCalibration& c, const std::string& kind);

}  // namespace orrery
