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

// ceil for 0 <= x < 2^51, tolerant of the last bits of a reciprocal: adding 2^52 rounds to the
// nearest whole number. Half the time of std::ceil, which is a call without SSE4.1.
inline double whole(double x) {
  constexpr double kWhole = 0x1p52;
  return (x + (0.5 - 1e-9) + kWhole) - kWhole;
}

inline double padded(double x, double unit) { return whole(x / unit) * unit; }

// One number format on one chip: peak, coefficients.
struct Path {
  double peak = 0;  // FLOP/s, the data sheet's
  double share = 0, sustained = 0;
  double fill = 0;  // of one element of an output tile
  double split = 1, pace = 0, quantise = 0, floor = 0;
  double grouped = 1, grouped_fill = 1, grouped_memory = 1, grouped_floor = 0;
};

struct Tile {
  double rows = 0, columns = 0, per_row = 0, per_column = 0;
};

inline constexpr std::size_t kMostTiles = 12;

struct Parts {
  ChipKind kind = ChipKind::Gpu;
  double sms = 1;
  double array = 0;            // rows of a systolic array
  double bandwidth = 0;        // bytes/s, the data sheet's
  double vector = 0;           // FLOP/s
  double transcendental = 0;   // exponentials, roots or divisions a second
  double l2 = 0;               // bytes
  bool synchronous = false;    // matrix instructions take their operands from registers
  bool powers_of_two = false;  // head dims that its attention library compiles for
  double shared_memory = 0;    // bytes of an SM for its blocks; 0: not known
  double resident = 0;         // bytes of it that all cores find: parts may hold the same
  double gather_cores = 0;     // subcores of all gather engines; 0: it has none
  double gather_width = 0;     // bytes that one of them handles in a cycle
  double gather_clock = 0;     // Hz
  double granule = 0;          // bytes of main memory's least access
  Path fp32, tf32, bf16, fp8, fp8_block, int8, fp4, fp8_on_fp4, int8_weights, int4_weights;
  std::array<Tile, kMostTiles> tiles;
  std::size_t tile_count = 0;
  KernelCalibration c;
  double launch = 0;

  Parts(const Chip& chip, const KernelCalibration& calibration);

  [[nodiscard]] const Path& path(const Kernel& kernel) const;
  // FLOP/s of the units the kernel runs on: matrix units in its format, or vector units.
  [[nodiscard]] double unit_peak(const Kernel& kernel) const;

  // Time of a stream of `bytes`: a round trip to memory, then its share of the peak.
  [[nodiscard]] double stream(double bytes, double share) const {
    return bytes > 0.0 ? c.memory.ramp.value() + bytes / (share * bandwidth) : 0.0;
  }
};

// How a tiled product, or queries and keys of attention, lie on a GPU. No rows: nothing was tiled.
struct TileChoice {
  double rows = 0, columns = 0;
  double blocks = 0, pieces = 1, waves = 0;
  double l2_bytes = 0;        // strips, or keys and values, that blocks read through L2
  double step = 0, fill = 0;  // seconds of one element of k in one block; its ends
  double adding = 0;          // seconds of the pass that adds the pieces
};

struct Raw {
  double duration = 0, math = 0, memory = 0, flops = 0, bytes = 0;
  TileChoice tile;
};

KernelTime kernel_time(const Raw& raw);
// What every model tells of a kernel: floor, utilisation, main memory's traffic.
KernelDetail plain_detail(const Parts& parts, const Kernel& kernel, const KernelTime& time);

// Any kernel, in closed form.
Raw priced(const Parts& parts, const Kernel& kernel);
Raw matmul(const Parts& parts, const Kernel& kernel);
Raw grouped_matmul(const Parts& parts, const Kernel& kernel);
Raw systolic_matmul(const Parts& parts, const Kernel& kernel);
Raw attention(const Parts& parts, const Kernel& kernel);
// A few queries a sequence (decode, speculation) read the cache; more of them multiply.
bool reads_cache(const Kernel& kernel);
Raw streaming(const Parts& parts, const Kernel& kernel);
Raw gather(const Parts& parts, const Kernel& kernel);
// Whether it runs on the chip's gather engines: it says how many rows it takes.
bool runs_on_gather_engines(const Parts& parts, const Kernel& kernel);

}  // namespace orrery::roofline
