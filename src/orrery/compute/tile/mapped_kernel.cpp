#include "orrery/compute/tile/mapped_kernel.hpp"

#include <fmt/format.h>

#include "orrery/compute/tile/attention/attention_kernel.hpp"
#include "orrery/compute/tile/scan/scan_kernel.hpp"
#include "orrery/compute/tile/vector/row_kernel.hpp"
#include "orrery/compute/tile/vector/sort_kernel.hpp"

namespace orrery {

std::optional<MappedKernel> mapped_kernel(const ArrayTarget& target, const Kernel& kernel) {
  if (!(target.parts.vector > 0)) return std::nullopt;
  switch (kernel.kind) {
    case OpKind::Attention:
      if (!(kernel.batch > 0 && kernel.heads > 0 && kernel.head_dim > 0)) return std::nullopt;
      return kernel.fused ? attention_kernel(target, kernel)
                          : unfused_attention_kernel(target, kernel);
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::CrossEntropy:
      if (!(kernel.bytes_written > 0)) return std::nullopt;
      return row_kernel(target, kernel);
    case OpKind::Router:
      if (!(kernel.n > 0) || kernel.pass != Pass::Forward) return std::nullopt;
      return sort_kernel(target, kernel);
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
      if (!(kernel.batch > 0 && kernel.heads > 0)) return std::nullopt;
      return scan_kernel(target, kernel);
    case OpKind::Matmul:
    case OpKind::GroupedMatmul:
    case OpKind::SparseIndex:
    case OpKind::Convolution:
    case OpKind::Embedding:
    case OpKind::Permute:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<LevelTraffic> level_traffic(const ArrayTarget& target, const double* outside,
                                        std::size_t levels, double innermost) {
  std::vector<LevelTraffic> out;
  for (std::size_t l = 0; l < levels; ++l) {
    const std::string name = l < target.levels.size() ? target.levels[l].name : "scratchpad";
    out.push_back({name, Bytes{l + 1 < levels ? outside[l + 1] : innermost}});
  }
  return out;
}

std::string innermost_name(const ArrayTarget& target) {
  return target.levels.empty() ? "scratchpad" : target.levels.back().name;
}

std::string mebibytes(double bytes) { return fmt::format("{:.1f} MiB", bytes / 0x1p20); }

std::string counted(double number) { return fmt::format("{:.0f}", number); }

}  // namespace orrery
