#include "orrery/compute/tile/tile_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "orrery/base/text/quantity.hpp"
#include "orrery/compute/roofline_parts.hpp"
#include "orrery/compute/tile/array_chip.hpp"
#include "orrery/compute/tile/mapped_kernel.hpp"
#include "orrery/hw/chip_levels.hpp"

namespace orrery {
namespace {

using roofline::Raw;

bool is_product(const Kernel& k) {
  return k.kind == OpKind::Matmul || k.kind == OpKind::GroupedMatmul;
}

std::string whole_number(double v) { return fmt::format("{:.0f}", v); }

// Mapping and traffic of what the library tiled over SMs.
void add_tiles(const Kernel& kernel, const roofline::Parts& parts, KernelDetail& out) {
  const roofline::TileChoice t = priced(parts, kernel).tile;
  if (t.rows <= 0) return;
  const bool attends = kernel.kind == OpKind::Attention;
  out.traffic.push_back({"l2", Bytes{t.l2_bytes}});
  if (attends) {
    out.mapping.push_back({"query rows", whole_number(t.rows)});
  } else {
    out.mapping.push_back({"tile", fmt::format("{:.0f} x {:.0f}", t.rows, t.columns)});
  }
  out.mapping.push_back({"blocks", whole_number(t.blocks)});
  out.mapping.push_back({"waves", whole_number(t.waves)});
  out.mapping.push_back({attends ? "pieces of keys" : "pieces of k", whole_number(t.pieces)});
  const double busy = t.blocks * t.pieces / (t.waves * parts.sms);
  out.mapping.push_back({"waves filled", fmt::format("{:.1f} %", 100.0 * std::min(1.0, busy))});
}

// "columns, rows, depth": the loops of one level, outermost first.
std::string loops_of(const LoopOrder& order) {
  std::string out;
  for (const Loop loop : order) {
    out += (out.empty() ? "" : ", ") + std::string(loop == Loop::Rows      ? "rows"
                                                   : loop == Loop::Columns ? "columns"
                                                                           : "depth");
  }
  return out;
}

std::string size_of(double rows, double columns, double depth) {
  return fmt::format("{:.0f} x {:.0f} x {:.0f}", rows, columns, depth);
}

class TileModel final : public ComputeModel {
 public:
  TileModel(const Chip& chip, const KernelCalibration& calibration)
      : chip_(chip), parts_(chip, calibration), on_chip_(on_chip_levels(chip)) {
    std::reverse(on_chip_.begin(), on_chip_.end());
    for (const MemoryLevel& level : memory_levels(chip)) {
      if (level.kind != LevelKind::Memory) continue;
      main_memory_ = level.name;
      break;
    }
  }

  [[nodiscard]] KernelTime time(const Kernel& kernel) const override {
    if (searched(kernel)) return time_of(kernel, mapping(kernel));
    const std::optional<MappedKernel> found = mapped(kernel);
    return found ? time_of(*found) : kernel_time(priced(parts_, kernel));
  }

  [[nodiscard]] KernelDetail detail(const Kernel& kernel) const override {
    KernelDetail out = plain_detail(parts_, kernel, time(kernel));
    if (const std::optional<MappedKernel> found = mapped(kernel)) {
      out.traffic.front().level = main_memory_;
      out.traffic.insert(out.traffic.end(), found->traffic.begin(), found->traffic.end());
      out.mapping = found->facts;
      return out;
    }
    if (!searched(kernel)) {
      if (is_product(kernel) || kernel.kind == OpKind::Attention) add_tiles(kernel, parts_, out);
      if (runs_on_gather_engines(parts_, kernel)) add_gather(kernel, out);
      return out;
    }
    const ArrayMapping m = mapping(kernel);
    out.traffic.front().level = main_memory_;
    if (m.nest.empty()) {
      add_level(on_chip_.empty() ? "scratchpad" : on_chip_.back().name, m.scratchpad_bytes, out);
      out.mapping = {{"tile", size_of(m.tile_rows, m.tile_columns, m.tile_depth)},
                     {"inner loop", name_of(m.inner)},
                     {"stationary", name_of(m.stationary)},
                     {"buffers", m.double_buffered ? "2" : "1"},
                     {"scratchpad held", mebibytes(m.held_bytes)}};
      if (kernel.windows.side > 0) {
        out.mapping.push_back(
            {"pixels", fmt::format("once a tile, {:.0f} x {:.0f} outputs an image",
                                   kernel.windows.across, kernel.windows.down)});
      }
    } else {
      add_nest(m, out);
    }
    if (kernel.kind == OpKind::GroupedMatmul) {
      const double rows = array_product(kernel).m;
      out.mapping.push_back({"rows an expert", fmt::format("{:.0f}, at the cost of {:.0f} at least",
                                                           rows, std::max(rows, parts_.array))});
    }
    if (!m.fits && !on_chip_.empty())
      out.mapping.push_back({"fits", "no tile: operands stream past"});
    out.mapping.push_back({"multipliers used", fmt::format("{:.1f} %", 100.0 * m.utilisation)});
    out.mapping.push_back({"mappings tried", fmt::format("{}", m.considered)});
    return out;
  }

 private:
  [[nodiscard]] bool searched(const Kernel& kernel) const {
    return is_product(kernel) && parts_.kind != ChipKind::Gpu;
  }

  static KernelTime time_of(const MappedKernel& m) {
    KernelTime out = kernel_time(m.raw);
    if (out.bound == Bound::Math && m.waits_on_chip) out.bound = Bound::Memory;
    return out;
  }

  // Kernels other than products, on systolic arrays and the vector units beside them.
  [[nodiscard]] std::optional<MappedKernel> mapped(const Kernel& kernel) const {
    if (searched(kernel) || parts_.kind == ChipKind::Gpu) return std::nullopt;
    const WholeKey key = key_of(kernel);
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = mapped_.find(key); found != mapped_.end()) return found->second;
    }
    std::optional<MappedKernel> found = mapped_kernel({chip_, parts_, on_chip_}, kernel);
    const std::lock_guard lock(mutex_);
    return mapped_.emplace(key, std::move(found)).first->second;
  }

  [[nodiscard]] KernelTime time_of(const Kernel& kernel, const ArrayMapping& m) const {
    Raw raw;
    raw.duration = m.duration + around(parts_, kernel);
    raw.math = m.math;
    raw.memory = m.memory;
    raw.bytes = m.memory_bytes;
    const ArrayProduct p = array_product(kernel);
    raw.flops = 2.0 * p.m * p.n * p.k * p.count;
    KernelTime out = kernel_time(raw);
    for (const NestedTiles& level : m.nest) {
      if (out.bound == Bound::Math && level.seconds > m.math) out.bound = Bound::Memory;
    }
    return out;
  }

  void add_gather(const Kernel& kernel, KernelDetail& out) const {
    const double row = kernel.bytes_written / kernel.m;
    out.mapping = {{"runs on", fmt::format("{} gather engines of {} subcores", chip_.gather.engines,
                                           chip_.gather.subcores)},
                   {"row", fmt::format("{:.0f} B in {:.0f} of {:.0f} B", row,
                                       std::ceil(row / parts_.granule), parts_.granule)},
                   {"issue", show(out.time.math)}};
  }

  static void add_level(const std::string& name, double bytes, KernelDetail& out) {
    out.traffic.push_back({name, Bytes{bytes}});
  }

  // A level's traffic is what passes between it and the one inside it.
  void add_nest(const ArrayMapping& m, KernelDetail& out) const {
    bool is_split = false;
    for (std::size_t l = 0; l < m.nest.size(); ++l) {
      const NestedTiles& level = m.nest[l];
      const MemoryLevel& memory = on_chip_[l];
      const bool innermost = l + 1 == m.nest.size();
      add_level(memory.name, innermost ? m.scratchpad_bytes : m.nest[l + 1].bytes, out);
      const std::array<double, 3>& tile = level.tiles.size;
      out.mapping.push_back({"tile in " + memory.name, size_of(tile[0], tile[1], tile[2])});
      out.mapping.push_back({"loops in " + memory.name, loops_of(level.tiles.order)});
      out.mapping.push_back(
          {memory.name + " held", fmt::format("{}, {} buffers", mebibytes(level.held_bytes),
                                              level.double_buffered ? 2 : 1)});
      is_split = is_split || instances(memory, chip_) > 1;
    }
    if (is_split) {
      out.mapping.push_back({"cores share", m.split == Loop::Rows ? "rows" : "columns"});
    }
    out.mapping.push_back({"stationary", name_of(m.stationary)});
  }

  [[nodiscard]] ArrayMapping mapping(const Kernel& kernel) const {
    const Key key{kernel.m,
                  kernel.n,
                  kernel.k,
                  kernel.count,
                  static_cast<double>(kernel.kind),
                  static_cast<double>(kernel.compute),
                  static_cast<double>(kernel.weights),
                  static_cast<double>(kernel.scaling),
                  kernel.windows.side,
                  kernel.windows.stride,
                  kernel.windows.across,
                  kernel.windows.down};
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

  // All that a kernel other than a product is told by.
  using WholeKey = std::array<double, 26>;
  static WholeKey key_of(const Kernel& k) {
    return {static_cast<double>(k.kind),
            static_cast<double>(k.pass),
            static_cast<double>(k.compute),
            static_cast<double>(k.weights),
            static_cast<double>(k.scaling),
            k.m,
            k.n,
            k.k,
            k.count,
            k.batch,
            k.q_len,
            k.kv_len,
            k.heads,
            k.kv_heads,
            k.head_dim,
            k.v_head_dim,
            k.window,
            k.kv_latent,
            k.page,
            k.state,
            (k.causal ? 1.0 : 0.0) + (k.fused ? 2.0 : 0.0) + (k.appends_cache ? 4.0 : 0.0),
            k.bytes_read,
            k.bytes_written,
            k.flops,
            k.operations,
            k.transcendentals};
  }

  using Key = std::array<double, 12>;
  Chip chip_;
  roofline::Parts parts_;
  std::vector<MemoryLevel> on_chip_;  // outermost first, as the mapping's
  std::string main_memory_;
  mutable std::mutex mutex_;
  mutable std::map<WholeKey, std::optional<MappedKernel>> mapped_;
  mutable std::map<Key, ArrayMapping> known_;  // a kernel's mapping never changes: still pure
};

}  // namespace

std::unique_ptr<ComputeModel> make_tile_model(const Chip& chip,
                                              const KernelCalibration& calibration) {
  return std::make_unique<TileModel>(chip, calibration);
}

}  // namespace orrery
