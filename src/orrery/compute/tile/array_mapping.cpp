#include "orrery/compute/tile/array_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/nest/nested_search.hpp"

namespace orrery {
namespace {

double tiles(double whole, double tile) { return std::ceil(whole / tile); }

// Bytes to and from main memory: the inner loop's operand keeps its tile, the others come again.
double moved(const ArrayProduct& p, const ArrayMapping& m, InnerLoop inner) {
  const double rows = tiles(p.m, m.tile_rows), columns = tiles(p.n, m.tile_columns),
               depth = tiles(p.k, m.tile_depth);
  const double inputs = all_inputs(p, m.tile_rows) * p.input_element;
  const double weights = p.k * p.n * p.weight_element;
  const double results = p.m * p.n;
  double a = 1, b = 1, spills = 0;
  switch (inner) {
    case InnerLoop::Depth: {
      // With all of k in one tile, the operand of the outer loop stays while the other changes.
      const bool whole = depth == 1;
      const double rows_outside_a = whole ? 1 : columns,
                   rows_outside_b = whole && columns == 1 ? 1 : rows;
      const double columns_outside_a = whole && rows == 1 ? 1 : columns,
                   columns_outside_b = whole ? 1 : rows;
      const bool rows_outside = rows_outside_a * inputs + rows_outside_b * weights <=
                                columns_outside_a * inputs + columns_outside_b * weights;
      a = rows_outside ? rows_outside_a : columns_outside_a;
      b = rows_outside ? rows_outside_b : columns_outside_b;
      break;
    }
    case InnerLoop::Columns:
      b = rows;
      spills = depth - 1;
      break;
    case InnerLoop::Rows:
      a = columns;
      spills = depth - 1;
      break;
  }
  return p.count * (a * inputs + b * weights + results * p.output_element +
                    spills * 2.0 * results * kPartialElement);
}

// Tiles clipped to the product, and the room that they take in the scratchpad.
ArrayMapping placed(const ArrayChip& chip, const ArrayProduct& p, const ArrayCut& cut) {
  ArrayMapping m;
  m.tile_rows = std::min(cut.rows, p.m);
  m.tile_columns = std::min(cut.columns, p.n);
  m.tile_depth = std::min(cut.depth, p.k);
  m.inner = cut.inner;
  m.stationary = cut.stationary;
  m.double_buffered = cut.double_buffered;
  const double operands = tile_inputs(p, m.tile_rows, m.tile_depth) * p.input_element +
                          m.tile_depth * m.tile_columns * p.weight_element;
  m.held_bytes =
      (cut.double_buffered ? 2.0 : 1.0) * operands + m.tile_rows * m.tile_columns * kPartialElement;
  m.fits = m.held_bytes <= chip.scratchpad;
  // The first tiles in and the last one out are moved under no other.
  m.fill = (operands + m.tile_rows * m.tile_columns * p.output_element) / chip.bandwidth;
  return m;
}

double duration(const ArrayChip& chip, const ArrayMapping& m, double math, double memory) {
  const double longer = std::max(math, memory), shorter = std::min(math, memory);
  const double filling = filling_cycles(chip) * chip.cycle;
  if (!m.double_buffered) return longer + shorter + filling;
  return std::max(longer + (1.0 - chip.hidden) * shorter, math + std::min(m.fill, memory)) +
         filling;
}

void complete(const ArrayChip& chip, const ArrayProduct& p, const ArrayWork& work, double bytes,
              ArrayMapping& m) {
  m.math = work.cycles * chip.cycle;
  m.memory_bytes = bytes;
  m.memory = bytes / chip.bandwidth;
  m.fill = std::min(m.fill, m.memory);
  m.duration = duration(chip, m, m.math, m.memory);
  m.scratchpad_bytes = p.count * work.scratchpad_bytes;
  m.utilisation = p.count * p.m * p.n * p.k / (work.cycles * chip.array * chip.array * chip.arrays);
}

constexpr InnerLoop kInnerLoops[] = {InnerLoop::Depth, InnerLoop::Columns, InnerLoop::Rows};

ArrayWork work_of(const ArrayChip& chip, const ArrayProduct& p, const ArrayMapping& m) {
  return array_work(chip, p, m.tile_rows, m.tile_columns, m.tile_depth, m.stationary);
}

}  // namespace

//   math   = folds / arrays * max(steps, array) * cycle
//   memory = what the inner loop leaves over bandwidth:
//     depth inside:   A n/tn times, B m/tm times (one of them once if k is whole), C written once
//     columns inside: A once, B m/tm times, C read and written k/tk times
//     rows inside:    A n/tn times, B once, C read and written k/tk times
//   time   = longer + unhidden share of the shorter, at least math + first tiles in + last one out,
//            and 3 array cycles of filling. One buffer: loading and multiplying take turns.
ArrayMapping mapped(const ArrayChip& chip, const ArrayProduct& p, const ArrayCut& cut) {
  ArrayMapping m = placed(chip, p, cut);
  m.stationary = cut.stationary;
  complete(chip, p, work_of(chip, p, m), moved(p, m, cut.inner), m);
  return m;
}

ArrayMapping streamed_past(const ArrayChip& chip, const ArrayProduct& p) {
  return mapped(
      chip, p,
      {chip.array, chip.array, chip.array, InnerLoop::Rows, Dataflow::WeightStationary, false});
}

// The inner loop decides the bytes and the dataflow the cycles, each alone: of nine combinations
// the best has the fewest of both.
ArrayMapping best_mapping(const ArrayChip& chip, const ArrayProduct& p) {
  const bool has_windows = p.windows.side > 0;
  if (!chip.nest.empty()) {
    if (!has_windows) return best_nested_mapping(chip, p);
    ArrayChip innermost = chip;  // windows are tiled over the scratchpad next to the arrays alone
    innermost.scratchpad = chip.nest.back().capacity;
    innermost.nest.clear();
    return best_mapping(innermost, p);
  }
  const std::vector<double> rows = has_windows ? window_rows(p) : tile_sizes(p.m, chip.array);
  const std::vector<double> columns = tile_sizes(p.n, chip.array);
  const std::vector<double> depths =
      has_windows ? window_depths(p, chip.array) : tile_sizes(p.k, chip.array);
  ArrayMapping best;
  int considered = 0;
  for (const double tm : rows) {
    for (const double tn : columns) {
      for (const double tk : depths) {
        ArrayMapping m = placed(chip, p, {.rows = tm, .columns = tn, .depth = tk});
        if (!m.fits) {  // once, then
          m = placed(chip, p, {.rows = tm, .columns = tn, .depth = tk, .double_buffered = false});
          if (!m.fits) break;  // deeper tiles fit no better
        }
        double bytes = moved(p, m, m.inner);
        for (const InnerLoop inner : kInnerLoops) {
          const double other = moved(p, m, inner);
          if (other < bytes) bytes = other, m.inner = inner;
        }
        ArrayWork work = work_of(chip, p, m);
        ArrayMapping candidate = m;
        for (const Dataflow stationary : kDataflows) {
          candidate.stationary = stationary;
          const ArrayWork other = work_of(chip, p, candidate);
          if (other.cycles < work.cycles) work = other, m.stationary = stationary;
        }
        considered += 9;
        complete(chip, p, work, bytes, m);
        if (!best.fits || m.duration < best.duration) best = m;
      }
    }
  }
  if (!best.fits) best = streamed_past(chip, p);
  best.considered = considered;
  return best;
}

}  // namespace orrery
