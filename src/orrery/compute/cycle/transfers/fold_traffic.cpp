#include "orrery/compute/cycle/transfers/fold_traffic.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

std::int64_t bytes(std::int64_t elements, double element) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(elements) * element));
}

// Whole cycles; what additions round off is none.
std::int64_t whole_cycles(double cycles) {
  constexpr double kRounding = 1e-9;
  return static_cast<std::int64_t>(std::ceil(cycles * (1.0 - kRounding)));
}

}  // namespace

// WS and IS: `held` is loaded piece by piece, each once; `walking` is the other operand.
FoldTraffic::FoldTraffic(const SystolicArray& array, const Product& product,
                         const SystolicMemory& memory)
    : array_(array), product_(product), f_(folding(array, product)), memory_(memory) {
  const bool weights_walk = array.dataflow == Dataflow::InputStationary;
  const bool outputs_stay = array.dataflow == Dataflow::OutputStationary;
  held_element_ = weights_walk ? memory.input_element : memory.weight_element;
  walking_element_ = weights_walk ? memory.weight_element : memory.input_element;
  const std::int64_t held_room = weights_walk ? memory.input_bytes : memory.weight_bytes;
  const std::int64_t walking_room = weights_walk ? memory.weight_bytes : memory.input_bytes;
  const std::int64_t strip = f_.steps * std::min(array.rows, f_.along_rows);
  const std::int64_t results = f_.along_columns * f_.steps;
  row_strip_stays_ = 2 * bytes(strip, walking_element_) <= walking_room;
  held_stays_ = outputs_stay && bytes(results, held_element_) <= held_room;
  sums_stay_ = bytes(results, memory.partial_element) <= memory.output_bytes;
  StripLayout& layout = memory_.layout;
  if (layout.weight_width == 0) layout.weight_width = product.n;
  if (layout.output_width == 0) layout.output_width = product.n;
}

const FoldMoves& FoldTraffic::of(std::int64_t i, std::int64_t j) {
  const std::size_t place = (i == 0 ? 1U : 0U) | (i == f_.row_folds - 1 ? 2U : 0U) |
                            (j == 0 ? 4U : 0U) | (j == f_.column_folds - 1 ? 8U : 0U);
  if (!known_[place]) known_[place] = moves(i, j);
  return *known_[place];
}

Strip FoldTraffic::walking(double rows) const {
  const StripLayout& at = memory_.layout;
  const auto k = double(product_.k), steps = double(f_.steps);
  switch (array_.dataflow) {
    case Dataflow::OutputStationary:
      return strip_of(rows, k, k, at.input_element, Way::Load, at.input);
    case Dataflow::WeightStationary:
      return strip_of(steps, rows, k, at.input_element, Way::Load, at.input);
    case Dataflow::InputStationary:
      return strip_of(rows, steps, double(at.weight_width), at.weight_element, Way::Load,
                      at.weight);
  }
  return {};
}

Strip FoldTraffic::held(double rows, double columns) const {
  const StripLayout& at = memory_.layout;
  if (array_.dataflow == Dataflow::InputStationary)
    return strip_of(columns, rows, double(product_.k), at.input_element, Way::Load, at.input);
  const double depth = array_.dataflow == Dataflow::WeightStationary ? rows : double(f_.steps);
  return strip_of(depth, columns, double(at.weight_width), at.weight_element, Way::Load, at.weight);
}

Strip FoldTraffic::results(double rows, double columns) const {
  const auto width = double(memory_.layout.output_width), steps = double(f_.steps);
  const auto made = [&](double down, double across) {
    return strip_of(down, across, width, memory_.output_element, Way::Store, Wanted::ByEach);
  };
  switch (array_.dataflow) {
    case Dataflow::OutputStationary:
      return made(rows, columns);
    case Dataflow::WeightStationary:
      return made(steps, columns);
    case Dataflow::InputStationary:
      return made(columns, steps);
  }
  return {};
}

FoldMoves FoldTraffic::moves(std::int64_t i, std::int64_t j) const {
  const std::int64_t rows = std::min(array_.rows, f_.along_rows - i * array_.rows);
  const std::int64_t columns = std::min(array_.columns, f_.along_columns - j * array_.columns);
  const auto down = double(rows), across = double(columns);
  FoldMoves out;
  FoldWork& work = out.work;
  std::vector<Strip> loads, stores;
  if (j == 0 || !row_strip_stays_) {
    work.loads = bytes(f_.steps * rows, walking_element_);
    loads.push_back(walking(down));
  }
  if (array_.dataflow == Dataflow::OutputStationary) {
    if (i == 0 || !held_stays_) {
      work.loads += bytes(f_.steps * columns, held_element_);
      loads.push_back(held(down, across));
    }
    work.stores = bytes(rows * columns, memory_.output_element);
    stores.push_back(results(down, across));
  } else {
    work.loads += bytes(rows * columns, held_element_);
    loads.push_back(held(down, across));
    const std::int64_t sums = f_.steps * columns;
    // Sums that do not stay lie as the array writes them: one run.
    const auto run = [&](Way way) {
      const auto wide = double(sums);
      return strip_of(1, wide, wide, memory_.partial_element, way, Wanted::ByEach);
    };
    if (!sums_stay_ && i > 0) {
      work.loads += bytes(sums, memory_.partial_element);
      loads.push_back(run(Way::Load));
    }
    if (i == f_.row_folds - 1) {
      work.stores = bytes(sums, memory_.output_element);
      stores.push_back(results(down, across));
    } else if (!sums_stay_) {
      work.stores = bytes(sums, memory_.partial_element);
      stores.push_back(run(Way::Store));
    }
  }
  if (memory_.transfers == nullptr) return out;
  const TransferTime in = memory_.transfers->time(loads), back = memory_.transfers->time(stores);
  work.load_cycles = whole_cycles(in.longest());
  work.store_cycles = whole_cycles(back.longest());
  out.time = in;
  out.time += back;
  out.longest = in.longest() + back.longest();
  return out;
}

}  // namespace orrery
