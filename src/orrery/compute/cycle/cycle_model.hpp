// The cycle model: products played through load, compute and store queues, fold by fold on systolic
// arrays, step by step of k in the blocks of a GPU. Everything else is the closed form's.
#pragma once
#include <memory>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

std::unique_ptr<ComputeModel> make_cycle_model(const Chip& chip,
                                               const KernelCalibration& calibration);

}  // namespace orrery
