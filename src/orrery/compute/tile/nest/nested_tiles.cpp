#include "orrery/compute/tile/nest/nested_tiles.hpp"

#include <bit>
#include <cmath>

namespace orrery {
namespace {

constexpr std::size_t at(Loop loop) { return static_cast<std::size_t>(loop); }

// How often a tile of an operand over axes p and q comes into the level, where `cut_p` and `cut_q`
// say which levels cut it. The innermost level that does decides: there the operand stays over the
// third loop if that one runs inside, and comes again with every tile of it if outside. A level
// that does not cut it hands on what the level outside holds.
double visits(const NestLoops& loops, unsigned cut_p, unsigned cut_q, Loop p, Loop q, Loop third) {
  const unsigned cut = cut_p | cut_q;
  if (cut == 0) return 1.0;
  const auto level = static_cast<unsigned>(std::bit_width(cut)) - 1U;
  const auto& position = loops.position[level];
  const bool outside = ((cut_p >> level & 1U) != 0 && position[at(p)] > position[at(third)]) ||
                       ((cut_q >> level & 1U) != 0 && position[at(q)] > position[at(third)]);
  return loops.tiles[outside ? level : level - 1][at(third)];
}

// Sum over the operand's tiles of elements times bytes(visits).
template <class BytesOfVisits>
double operand_bytes(const std::array<const AxisCut*, 3>& cuts, const NestLoops& loops, Loop p,
                     Loop q, Loop third, const BytesOfVisits& bytes) {
  const AxisRuns &along_p = cuts[at(p)]->parents, &along_q = cuts[at(q)]->parents;
  double sum = 0;
  for (std::size_t i = 0; i < along_p.count; ++i) {
    for (std::size_t j = 0; j < along_q.count; ++j) {
      const double times = visits(loops, along_p.run[i].cut, along_q.run[j].cut, p, q, third);
      sum += along_p.run[i].extent * along_q.run[j].extent * bytes(times);
    }
  }
  return sum;
}

}  // namespace

AxisRuns whole_axis(double size) {
  AxisRuns out;
  out.run[0] = {size, size, 0};
  out.count = 1;
  return out;
}

AxisCut cut_axis(const AxisRuns& parents, double tile, unsigned level) {
  AxisCut out;
  out.parents.count = parents.count;
  for (std::size_t i = 0; i < parents.count; ++i) {
    AxisRuns::Run run = parents.run[i];
    const double pieces = std::ceil(run.size / tile);
    out.tiles += run.extent / run.size * pieces;
    if (pieces > 1) run.cut |= 1U << level;
    out.cuts_some = out.cuts_some || pieces > 1;
    out.cuts_all = out.cuts_all && pieces > 1;
    out.parents.run[i] = run;
  }
  return out;
}

AxisRuns tiles_of(const AxisCut& cut, double tile) {
  AxisRuns out;
  for (std::size_t i = 0; i < cut.parents.count; ++i) {
    const AxisRuns::Run& parent = cut.parents.run[i];
    const double full = std::floor(parent.size / tile) * tile, rest = parent.size - full;
    const double parents = parent.extent / parent.size;
    if (full > 0) out.run[out.count++] = {tile, full * parents, parent.cut};
    if (rest > 0) out.run[out.count++] = {rest, rest * parents, parent.cut};
  }
  return out;
}

void place_order(const LoopOrder& order, unsigned level, NestLoops& loops) {
  for (std::uint8_t i = 0; i < 3; ++i) loops.position[level][at(order[i])] = i;
}

double level_bytes(const ArrayProduct& p, const std::array<const AxisCut*, 3>& cuts,
                   const NestLoops& loops) {
  const double inputs = operand_bytes(cuts, loops, Loop::Rows, Loop::Depth, Loop::Columns,
                                      [&](double times) { return times * p.input_element; });
  const double weights = operand_bytes(cuts, loops, Loop::Depth, Loop::Columns, Loop::Rows,
                                       [&](double times) { return times * p.weight_element; });
  // Sums that leave unfinished are written and read in fp32.
  const double results = operand_bytes(
      cuts, loops, Loop::Rows, Loop::Columns, Loop::Depth,
      [&](double times) { return p.output_element + (times - 1.0) * 2.0 * kPartialElement; });
  return inputs + weights + results;
}

std::vector<double> nested_bytes(const ArrayProduct& p, const std::vector<LevelTiles>& levels) {
  std::vector<double> out;
  std::array<AxisRuns, 3> runs{whole_axis(p.m), whole_axis(p.n), whole_axis(p.k)};
  NestLoops loops;
  for (unsigned level = 1; level <= levels.size(); ++level) {
    const LevelTiles& tiles = levels[level - 1];
    std::array<AxisCut, 3> cuts;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      cuts[axis] = cut_axis(runs[axis], tiles.size[axis], level);
      loops.tiles[level][axis] = cuts[axis].tiles;
      if (level < levels.size()) runs[axis] = tiles_of(cuts[axis], tiles.size[axis]);
    }
    place_order(tiles.order, level, loops);
    out.push_back(level_bytes(p, {&cuts[0], &cuts[1], &cuts[2]}, loops));
  }
  return out;
}

}  // namespace orrery
