#include "orrery/compute/tile/tile_model.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <mutex>

#include "orrery/compute/roofline_parts.hpp"
#include "orrery/compute/tile/array_chip.hpp"

namespace orrery {
namespace {

using roofline::Raw;

bool is_product(const Kernel& k) {
  return k.kind == OpKind::Matmul || k.kind == OpKind::GroupedMatmul;
}

std::string whole_number(double v) { return fmt::format("{:.0f}", v); }

// Mapping and traffic of a product that the library tiled over SMs.
void add_tiles(const Raw& raw, const roofline::Parts& parts, KernelDetail& out) {
  const roofline::TileChoice& t = raw.tile;
  if (t.rows <= 0) return;
  out.traffic.push_back({"l2", Bytes{t.l2_bytes}});
  out.mapping.push_back({"tile", fmt::format("{:.0f} x {:.0f}", t.rows, t.columns)});
  out.mapping.push_back({"blocks", whole_number(t.blocks)});
  out.mapping.push_back({"waves", whole_number(t.waves)});
  out.mapping.push_back({"pieces of k", whole_number(t.pieces)});
  const double busy = t.blocks * t.pieces / (t.waves * parts.sms);
  out.mapping.push_back({"waves filled", fmt::format("{:.1f} %", 100.0 * std::min(1.0, busy))});
}

class TileModel final : public ComputeModel {
 public:
  TileModel(const Chip& chip, const KernelCalibration& calibration)
      : chip_(chip), parts_(chip, calibration) {}

  [[nodiscard]] KernelTime time(const Kernel& kernel) const override {
    if (!searched(kernel)) return kernel_time(priced(parts_, kernel));
    return time_of(kernel, mapping(kernel));
  }

  [[nodiscard]] KernelDetail detail(const Kernel& kernel) const override {
    KernelDetail out = plain_detail(parts_, kernel, time(kernel));
    if (!searched(kernel)) {
      if (is_product(kernel)) add_tiles(priced(parts_, kernel), parts_, out);
      return out;
    }
    const ArrayMapping m = mapping(kernel);
    out.traffic.push_back({"scratchpad", Bytes{m.scratchpad_bytes}});
    out.mapping = {{"tile", fmt::format("{:.0f} x {:.0f} x {:.0f}", m.tile_rows, m.tile_columns,
                                        m.tile_depth)},
                   {"inner loop", name_of(m.inner)},
                   {"stationary", name_of(m.stationary)},
                   {"buffers", m.double_buffered ? "2" : "1"},
                   {"scratchpad held", fmt::format("{:.1f} MiB", m.held_bytes / 0x1p20)},
                   {"multipliers used", fmt::format("{:.1f} %", 100.0 * m.utilisation)},
                   {"mappings tried", fmt::format("{}", m.considered)}};
    return out;
  }

 private:
  [[nodiscard]] bool searched(const Kernel& kernel) const {
    return is_product(kernel) && parts_.kind != ChipKind::Gpu;
  }

  [[nodiscard]] KernelTime time_of(const Kernel& kernel, const ArrayMapping& m) const {
    Raw raw;
    raw.duration = m.duration + around(parts_, kernel);
    raw.math = m.math;
    raw.memory = m.memory;
    raw.bytes = m.memory_bytes;
    const ArrayProduct p = array_product(kernel);
    raw.flops = 2.0 * p.m * p.n * p.k * p.count;
    return kernel_time(raw);
  }

  [[nodiscard]] ArrayMapping mapping(const Kernel& kernel) const {
    const Key key{kernel.m,
                  kernel.n,
                  kernel.k,
                  kernel.count,
                  static_cast<double>(kernel.kind),
                  static_cast<double>(kernel.compute),
                  static_cast<double>(kernel.weights),
                  static_cast<double>(kernel.scaling)};
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = known_.find(key); found != known_.end()) return found->second;
    }
    const ArrayMapping found =
        best_mapping(array_chip(chip_, parts_, kernel), array_product(kernel));
    const std::lock_guard lock(mutex_);
    known_.emplace(key, found);
    return found;
  }

  using Key = std::array<double, 8>;
  Chip chip_;
  roofline::Parts parts_;
  mutable std::mutex mutex_;
  mutable std::map<Key, ArrayMapping> known_;  // a kernel's mapping never changes: still pure
};

}  // namespace

std::unique_ptr<ComputeModel> make_tile_model(const Chip& chip,
                                              const KernelCalibration& calibration) {
  return std::make_unique<TileModel>(chip, calibration);
}

}  // namespace orrery
