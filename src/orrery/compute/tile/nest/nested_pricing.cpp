#include "orrery/compute/tile/nest/nested_pricing.hpp"

#include "orrery/base/check.hpp"
#include "orrery/compute/tile/array_work.hpp"

namespace orrery {
namespace {

Spent spent_on(const ArrayChip& chip, const ArrayProduct& p, const std::vector<NestedTiles>& nest,
               Loop split) {
  Spent out;
  for (std::size_t l = 0; l < nest.size(); ++l) {
    const Room held = room(seen_by(chip.nest[l], p, split), nest[l].tiles.size);
    out.add(nest[l].seconds, first_fill(held, bandwidth_outside(chip, l)), nest[l].double_buffered);
  }
  return out;
}

double around(const ArrayChip& chip) {
  double out = filling_cycles(chip) * chip.cycle + chip.latency;
  for (const ArrayLevel& level : chip.nest) out += level.latency;
  return out;
}

}  // namespace

Inside inside(const ArrayChip& chip, const ArrayProduct& p, const std::array<double, 3>& tile,
              Dataflow stationary) {
  const ArrayWork work = array_work(chip, p, tile[0], tile[1], tile[2], stationary);
  Inside out;
  out.cycles = work.cycles;
  out.bytes = p.count * work.scratchpad_bytes;
  out.math = work.cycles * chip.cycle;
  out.stream = seconds_of(out.bytes, chip.nest.back().bandwidth);
  out.stationary = stationary;
  return out;
}

ArrayMapping told(const ArrayChip& chip, const ArrayProduct& p, std::vector<NestedTiles> nest,
                  const Inside& work, Loop split) {
  const Spent spent = spent_on(chip, p, nest, split);
  ArrayMapping m;
  m.split = split;
  const NestedTiles& outermost = nest.front();
  m.tile_rows = outermost.tiles.size[0];
  m.tile_columns = outermost.tiles.size[1];
  m.tile_depth = outermost.tiles.size[2];
  m.inner = outermost.tiles.order[2] == Loop::Rows      ? InnerLoop::Rows
            : outermost.tiles.order[2] == Loop::Columns ? InnerLoop::Columns
                                                        : InnerLoop::Depth;
  m.stationary = work.stationary;
  m.double_buffered = outermost.double_buffered;
  m.held_bytes = outermost.held_bytes;
  m.memory_bytes = outermost.bytes;
  m.memory = outermost.seconds;
  m.math = work.math;
  m.fill = spent.fills;
  m.scratchpad_bytes = work.bytes;
  m.duration = spent.duration(work.math, work.stream, chip.hidden) + around(chip);
  m.utilisation = p.count * p.m * p.n * p.k / (work.cycles * chip.array * chip.array * chip.arrays);
  m.fits = true;
  m.nest = std::move(nest);
  return m;
}

ArrayMapping nested_mapping(const ArrayChip& chip, const ArrayProduct& p,
                            const std::vector<LevelTiles>& levels, Dataflow stationary,
                            Loop split) {
  ORRERY_CHECK(levels.size() == chip.nest.size(), "{} levels of tiles for {} scratchpads",
               levels.size(), chip.nest.size());
  std::vector<LevelTiles> clipped = levels;
  std::array<double, 3> whole{p.m, p.n, p.k};
  for (LevelTiles& level : clipped) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      whole[axis] = level.size[axis] = std::min(level.size[axis], whole[axis]);
  }
  std::vector<NestedTiles> nest;
  bool fits = true;
  for (std::size_t l = 0; l < clipped.size(); ++l) {
    const ArrayProduct seen = seen_by(chip.nest[l], p, split);
    const Room held = room(seen, clipped[l].size);
    fits = fits && held.once() <= chip.nest[l].capacity;
    nest.push_back(priced_level(chip, p, l, clipped[l], held, nested_bytes(seen, clipped)[l]));
  }
  ArrayMapping out = told(chip, p, nest, inside(chip, p, clipped.back().size, stationary), split);
  out.fits = fits;
  return out;
}

}  // namespace orrery
