#include "compute_choice.hpp"

#include "orrery/accuracy/kernel_rows.hpp"

namespace orrery::cli {

tl::expected<ComputeModelMaker, Diagnostics> chosen_compute(const Catalog& catalog,
                                                            const std::string& model,
                                                            const std::vector<std::string>& measured) {
  auto named = catalog.compute_model(model);
  if (!named || measured.empty()) return named;
  auto table = read_measured_kernels(measured);
  if (!table) return tl::unexpected(table.error());
  return [named = *named, table = std::move(*table)](const Chip& chip, const KernelCalibration& calibration) {
    return make_measured_model(named(chip, calibration), table);
  };
}

}  // namespace orrery::cli
