#include "orrery/compute/calibration.hpp"

namespace orrery {

tl::expected<KernelCalibration, Diagnostics> read_kernel_calibration(const std::string& path) {
  const auto document = read_document(path);
  if (!document) return tl::unexpected(document.error());
  Diagnostics problems;
  KernelCalibration calibration = read<KernelCalibration>(*document, problems);
  if (calibration.matmul.tiles.empty()) {
    problems.push_back({document->where(), "matmul.tiles is empty; at least one tile is needed"});
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return calibration;
}

}  // namespace orrery
