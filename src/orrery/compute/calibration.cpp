#include "orrery/compute/calibration.hpp"

#include <filesystem>

namespace orrery {

std::array<MatrixPath*, 10> matrix_paths(MatmulCoefficients& m) {
  return {&m.fp32, &m.tf32, &m.bf16,       &m.fp8,          &m.fp8_block,
          &m.int8, &m.fp4,  &m.fp8_on_fp4, &m.int8_weights, &m.int4_weights};
}

std::string kernel_calibration_file(const Chip& chip, const std::string& folder) {
  for (const std::string& name :
       {chip.calibration, chip.name, chip.generation, std::string(name_of(chip.kind))}) {
    if (name.empty()) continue;
    const std::string path = folder + "/" + name + ".yaml";
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

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
