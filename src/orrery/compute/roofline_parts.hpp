// What the kernel families of the roofline share: the chip and its calibration in plain doubles,
// and the curve of achieved bandwidth. Internal to compute.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery::roofline {

inline double whole(double x) {  // ceil for x >= 0; tolerant of the last bits of a reciprocal
  const auto down = static_cast<double>(static_cast<std::int64_t>(x));
  return x - down > 1e-9 ? down + 1.0 : down;
}

inline double padded(double x, double unit) { return whole(x / unit) * unit; }

// One number format on one chip: peak, coefficients.
struct Path {
  double peak = 0;  // FLOP/s, the data sheet's
  double share = 0, sustained = 0, fill = 0;
  double split = 1, pace = 0, quantise = 0, floor = 0;
  double grouped = 1, grouped_memory = 1, grouped_floor = 0;
};

struct Tile {
  double rows = 0, columns = 0, per_row = 0, per_column = 0;
};

inline constexpr std::size_t kMostTiles = 12;

struct Parts {
  ChipKind kind = ChipKind::Gpu;
  double sms = 1;
  double array = 0;      // rows of a systolic array
  double bandwidth = 0;  // bytes/s, the data sheet's
  double vector = 0;     // FLOP/s
  double l2 = 0;         // bytes
  Path fp32, tf32, bf16, fp8, fp8_block, int8, fp4, fp8_on_fp4, int8_weights, int4_weights;
  std::array<Tile, kMostTiles> tiles;
  std::size_t tile_count = 0;
  KernelCalibration c;
  double launch = 0;

  Parts(const Chip& chip, const KernelCalibration& calibration);

  [[nodiscard]] const Path& path(const Kernel& kernel) const;

  // Time of a stream of `bytes`: bytes / (share * peak), with a ramp that costs `half` more bytes.
  [[nodiscard]] double stream(double bytes) const {
    return (bytes + c.memory.half.value()) / (c.memory.share * bandwidth);
  }
};

struct Raw {
  double duration = 0, math = 0, memory = 0, flops = 0, bytes = 0;
};

Raw matmul(const Parts& parts, const Kernel& kernel);
Raw grouped_matmul(const Parts& parts, const Kernel& kernel);
Raw systolic_matmul(const Parts& parts, const Kernel& kernel);
Raw attention(const Parts& parts, const Kernel& kernel);
Raw streaming(const Parts& parts, const Kernel& kernel);

}  // namespace orrery::roofline
