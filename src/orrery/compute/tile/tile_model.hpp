// The tile model: the best mapping of a kernel on the chip's memory hierarchy, traffic at each
// level, and the mapping itself. On GPUs the mapping is the library's: tiles, waves, pieces of k of
// the calibrated formulas, so both models give one time. On systolic arrays it is searched.
#pragma once
#include <memory>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// Remembers the mappings it has found; may be asked from several threads.
std::unique_ptr<ComputeModel> make_tile_model(const Chip& chip,
                                              const KernelCalibration& calibration);

}  // namespace orrery
