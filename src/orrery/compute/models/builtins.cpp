#include "orrery/compute/models/builtins.hpp"

#include <utility>

#include "orrery/base/check.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/compute/tile/tile_model.hpp"

namespace orrery {

namespace {

using Model = std::unique_ptr<ComputeModel>;

Model roofline(const Chip& chip, const KernelCalibration& calibration, const DramKinds& /*known*/) {
  return make_roofline(chip, calibration);
}

Model tile(const Chip& chip, const KernelCalibration& calibration, const DramKinds& /*known*/) {
  return make_tile_model(chip, calibration);
}

const ComputeModelKind& kind_named(std::string_view name) {
  for (const ComputeModelKind& kind : compute_models()) {
    if (name == kind.name) return kind;
  }
  fail_check(__FILE__, __LINE__, "no compute model '" + std::string(name) + "'");
}

}  // namespace

const std::vector<ComputeModelKind>& compute_models() {
  static const std::vector<ComputeModelKind> kModels{
      {"roofline", "closed forms of tiles, waves and streams", roofline},
      {"tile", "the best mapping on the memory hierarchy", tile},
      {"cycle", "load, compute and store queues, fold by fold", make_cycle_model, true}};
  return kModels;
}

bool plays_memory(std::string_view name) { return kind_named(name).plays_memory; }

ComputeModelMaker compute_model_named(std::string_view name, DramKinds memories) {
  return [make = kind_named(name).make, known = std::move(memories)](
             const Chip& chip, const KernelCalibration& calibration) {
    return make(chip, calibration, known);
  };
}

std::unique_ptr<ComputeModel> make_compute_model(std::string_view name, const Chip& chip,
                                                 const KernelCalibration& calibration,
                                                 const DramKinds& memories) {
  for (const ComputeModelKind& kind : compute_models()) {
    if (name == kind.name) return kind.make(chip, calibration, memories);
  }
  return nullptr;
}

}  // namespace orrery
