// The cycle model: products played through load, compute and store queues, fold by fold on systolic
// arrays, step by step of k in the blocks of a GPU. Everything else is the closed form's.
#pragma once
#include <memory>
#include <vector>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/compute/dram/dram_kind.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

using DramKinds = std::vector<DramKind>;

// A chip whose package names one of the known kinds of memory has its strips played in it.
std::unique_ptr<ComputeModel> make_cycle_model(const Chip& chip,
                                               const KernelCalibration& calibration,
                                               const DramKinds& known = {});

}  // namespace orrery
