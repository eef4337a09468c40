#include "orrery/compute/models/builtins.hpp"

#include "orrery/compute/cycle/cycle_model.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/compute/tile/tile_model.hpp"

namespace orrery {

const std::vector<ComputeModelKind>& compute_models() {
  static const std::vector<ComputeModelKind> kModels{
      {"roofline", "closed forms of tiles, waves and streams", make_roofline},
      {"tile", "the best mapping on the memory hierarchy", make_tile_model},
      {"cycle", "load, compute and store queues, fold by fold", make_cycle_model}};
  return kModels;
}

std::unique_ptr<ComputeModel> make_compute_model(std::string_view name, const Chip& chip,
                                                 const KernelCalibration& calibration) {
  for (const ComputeModelKind& kind : compute_models()) {
    if (name == kind.name) return kind.make(chip, calibration);
  }
  return nullptr;
}

}  // namespace orrery
