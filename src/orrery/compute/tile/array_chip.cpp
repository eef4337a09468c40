#include "orrery/compute/tile/array_chip.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/hw/chip_levels.hpp"

namespace orrery {
namespace {

static_assert(kMostOnChipLevels == static_cast<int>(kDeepestNest));

void add_levels(const Chip& chip, ArrayChip& out) {
  for (const MemoryLevel& level : on_chip_levels(chip)) {
    out.nest.insert(out.nest.begin(), {level.capacity.value(), level.bandwidth.value(),
                                       level.latency.value(), double(instances(level, chip))});
  }
  for (const MemoryLevel& level : chip.levels) {
    if (level.kind == LevelKind::Memory) {
      out.latency = level.latency.value();
      break;
    }
  }
  if (out.nest.empty()) {  // room for one double-buffered set of array-sized tiles
    out.scratchpad = out.arrays * out.array * out.array * 16.0;
    return;
  }
  out.scratchpad = out.nest.front().capacity;
  const ArrayLevel& only = out.nest.front();
  const bool says_more =
      only.bandwidth > 0 || only.latency > 0 || only.instances > 1 || out.latency > 0;
  if (out.nest.size() == 1 && !says_more) out.nest.clear();
}

}  // namespace

ArrayChip array_chip(const Chip& chip, const roofline::Parts& parts, const Kernel& kernel) {
  const roofline::Path& path = parts.path(kernel);
  const double work = 2.0 * kernel.m * kernel.n * kernel.k * std::max(1.0, kernel.count);
  const double half = parts.c.matmul.throttle_after.value();
  const double ideal = work / path.peak;
  const double hot = half > 0 ? ideal / (ideal + half) : 0.0;
  const double share = path.share + (path.sustained - path.share) * hot;
  constexpr double kAssumedClock = 1e9;  // a chip whose clock is not in the catalog
  const double clock = chip.clock.value() > 0 ? chip.clock.value() : kAssumedClock;
  ArrayChip out;
  out.array = parts.array > 0 ? parts.array : 128.0;
  // As many arrays as the peak needs at that clock, and the cycle that makes them give the peak.
  const double one = 2.0 * out.array * out.array * clock;
  out.arrays = std::max(1.0, std::round(path.peak / one));
  out.cycle = 2.0 * out.array * out.array * out.arrays / (path.peak * share);
  add_levels(chip, out);
  out.bandwidth = parts.c.memory.share * parts.bandwidth;
  out.hidden = parts.c.matmul.hidden;
  out.block = parts.c.attention.array_block / clock;
  out.vector = parts.vector;
  out.transcendental = parts.transcendental;
  return out;
}

ArrayProduct array_product(const Kernel& kernel) {
  ArrayProduct p;
  p.count = std::max(1.0, kernel.count);
  p.m = kernel.kind == OpKind::GroupedMatmul ? std::max(1.0, kernel.m / p.count) : kernel.m;
  p.n = kernel.n;
  p.k = kernel.k;
  p.windows = kernel.windows;
  p.input_element = bytes_per_element(kernel.compute);
  p.weight_element = bytes_per_element(kernel.weights);
  p.output_element = kernel.compute == DType::Fp32 || kernel.compute == DType::Tf32 ? 4.0 : 2.0;
  return p;
}

double around(const roofline::Parts& parts, const Kernel& kernel) {
  const roofline::Path& path = parts.path(kernel);
  double seconds = parts.launch;
  if (kernel.kind == OpKind::GroupedMatmul) seconds += path.grouped_floor;
  if (kernel.quantises_input) {
    const double elements =
        kernel.m * kernel.k * (kernel.kind == OpKind::Matmul ? std::max(1.0, kernel.count) : 1.0);
    seconds +=
        path.floor + path.quantise * 2.0 * elements / (parts.c.memory.share * parts.bandwidth);
  }
  return seconds;
}

}  // namespace orrery
