#include "orrery/compute/cycle/systolic_array.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

std::int64_t pieces(std::int64_t whole, std::int64_t piece) { return (whole + piece - 1) / piece; }

}  // namespace

Folding folding(const SystolicArray& array, const Product& p) {
  ORRERY_CHECK(array.rows > 0 && array.columns > 0, "an array of {} x {} multipliers", array.rows,
               array.columns);
  ORRERY_CHECK(p.m > 0 && p.n > 0 && p.k > 0, "a product of {} x {} x {}", p.m, p.n, p.k);
  Folding out;
  switch (array.dataflow) {
    case Dataflow::OutputStationary:
      out = {p.m, p.n, p.k};
      break;
    case Dataflow::WeightStationary:
      out = {p.k, p.n, p.m};
      break;
    case Dataflow::InputStationary:
      out = {p.k, p.m, p.n};
      break;
  }
  out.row_folds = pieces(out.along_rows, array.rows);
  out.column_folds = pieces(out.along_columns, array.columns);
  return out;
}

// Multiplier (r, c) meets step t no earlier than cycle r + c + t: its operands walked r and c
// multipliers. The last, (rows - 1, columns - 1, steps - 1), ends after steps + rows + columns - 2.
std::int64_t fold_cycles(const SystolicArray& array, const Folding& f) {
  const std::int64_t wavefronts = f.steps + array.rows + array.columns - 2;
  const bool loads = array.dataflow != Dataflow::OutputStationary;
  const bool drains = array.folds == Folds::Overlapped;
  return wavefronts + (loads || drains ? array.rows : 0);
}

// Overlapped: the stationary operand's next piece (or the results) takes `rows` cycles through the
// second registers, hidden under the steps when there are as many.
std::int64_t fold_interval(const SystolicArray& array, const Folding& f) {
  return array.folds == Folds::Separate ? fold_cycles(array, f) : std::max(f.steps, array.rows);
}

std::int64_t stall_free_cycles(const SystolicArray& array, const Product& product) {
  const Folding f = folding(array, product);
  return (f.count() - 1) * fold_interval(array, f) + fold_cycles(array, f);
}

ScratchpadAccesses scratchpad_accesses(const SystolicArray& array, const Product& p) {
  const Folding f = folding(array, p);
  switch (array.dataflow) {
    case Dataflow::OutputStationary:
      return {f.column_folds * p.m * p.k, f.row_folds * p.k * p.n, p.m * p.n};
    case Dataflow::WeightStationary:
      return {f.column_folds * p.m * p.k, p.k * p.n, f.row_folds * p.m * p.n};
    case Dataflow::InputStationary:
      return {p.m * p.k, f.column_folds * p.k * p.n, f.row_folds * p.m * p.n};
  }
  return {};
}

}  // namespace orrery
