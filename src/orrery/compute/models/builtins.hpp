// The levels of detail at which a chip answers, by name.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/compute/cycle/cycle_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

struct ComputeModelKind {
  const char* name;
  const char* doc;
  std::unique_ptr<ComputeModel> (*make)(const Chip&, const KernelCalibration&, const DramKinds&);
  bool plays_memory = false;  // in kinds that it knows
};

const std::vector<ComputeModelKind>& compute_models();

// Precondition: a name of compute_models().
bool plays_memory(std::string_view name);
ComputeModelMaker compute_model_named(std::string_view name, DramKinds memories = {});

// nullptr: no such model.
std::unique_ptr<ComputeModel> make_compute_model(std::string_view name, const Chip& chip,
                                                 const KernelCalibration& calibration,
                                                 const DramKinds& memories = {});

}  // namespace orrery
