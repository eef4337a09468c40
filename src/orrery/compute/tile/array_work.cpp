#include "orrery/compute/tile/array_work.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

double tiles(double whole, double tile) { return std::ceil(whole / tile); }

// Folds of rows x columns over a dimension cut into tiles, the last one smaller.
double folds(double whole, double tile, double array) {
  const double full = std::floor(whole / tile);
  return full * std::ceil(tile / array) + std::ceil((whole - full * tile) / array);
}

// Steps through an array: never fewer than loading what stays in it takes.
double steps(double whole, double tile, double array) {
  const double full = std::ceil(whole / tile) - 1;
  return full * std::max(tile, array) + std::max(whole - full * tile, array);
}

}  // namespace

ArrayWork array_work(const ArrayChip& c, const ArrayProduct& p, double tile_rows,
                     double tile_columns, double tile_depth, Dataflow stationary) {
  const double a = c.array;
  const double row_folds = folds(p.m, tile_rows, a), column_folds = folds(p.n, tile_columns, a),
               depth_folds = folds(p.k, tile_depth, a);
  const double inputs = p.m * p.k * p.input_element, weights = p.k * p.n * p.weight_element;
  const double sums = 2.0 * p.m * p.n * kPartialElement;
  const auto cycles = [&](double all, double stream) {
    return std::ceil(p.count * all / c.arrays) * stream;
  };
  switch (stationary) {
    case Dataflow::WeightStationary:
      return {cycles(depth_folds * column_folds, steps(p.m, tile_rows, a)),
              column_folds * inputs + tiles(p.m, tile_rows) * weights + depth_folds * sums};
    case Dataflow::InputStationary:
      return {cycles(depth_folds * row_folds, steps(p.n, tile_columns, a)),
              tiles(p.n, tile_columns) * inputs + row_folds * weights + depth_folds * sums};
    case Dataflow::OutputStationary:
      return {cycles(row_folds * column_folds, steps(p.k, tile_depth, a)),
              column_folds * inputs + row_folds * weights + tiles(p.k, tile_depth) * sums};
  }
  return {};
}

ArrayWork least_work(const ArrayChip& c, const ArrayProduct& p) {
  const double rows = std::ceil(p.m / c.array), columns = std::ceil(p.n / c.array),
               depth = std::ceil(p.k / c.array);
  const double inputs = p.m * p.k * p.input_element, weights = p.k * p.n * p.weight_element,
               sums = 2.0 * p.m * p.n * kPartialElement;
  const auto cycles = [&](double folds, double stream) {
    return std::ceil(p.count * folds / c.arrays) * std::max(stream, c.array);
  };
  const ArrayWork in_each[] = {
      {cycles(depth * columns, p.m), columns * inputs + weights + depth * sums},
      {cycles(depth * rows, p.n), inputs + rows * weights + depth * sums},
      {cycles(rows * columns, p.k), columns * inputs + rows * weights + sums}};
  ArrayWork best = in_each[0];
  for (const ArrayWork& w : in_each) {
    if (w.cycles < best.cycles ||
        (w.cycles == best.cycles && w.scratchpad_bytes < best.scratchpad_bytes))
      best = w;
  }
  return best;
}

std::vector<double> tile_sizes(double whole, double unit) {
  std::vector<double> out;
  for (double size = unit; size < whole; size *= 2.0) out.push_back(size);
  out.push_back(whole);
  return out;
}

double filling_cycles(const ArrayChip& chip) { return 3.0 * chip.array; }

}  // namespace orrery
