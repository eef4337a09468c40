// The calibrated roofline: closed forms of tiles, waves, streams and floors, with the coefficients
// of a KernelCalibration. Pure and allocation-free once made. Formulas: docs/models/kernels.md.
#pragma once
#include <memory>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// Both are copied: the model outlives them. `calibration` may belong to a kin of `chip`: it holds
// shares of peaks, so it carries over to chips of one generation.
std::unique_ptr<ComputeModel> make_roofline(const Chip& chip, const KernelCalibration& calibration);

}  // namespace orrery
