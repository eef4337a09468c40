// SystolicArray: rows x columns multipliers through which operands walk one step a cycle. Closed
// forms of the cycles and scratchpad accesses of one product when nothing stalls.
// Derivation: docs/models/cycle.md.
#pragma once
#include <cstdint>
#include <utility>

#include "orrery/base/text/reader.hpp"

namespace orrery {

// Which operand stays in the array while the others walk through it.
enum class Dataflow : std::uint8_t { OutputStationary, WeightStationary, InputStationary };

template <>
struct EnumNames<Dataflow> {
  static constexpr std::pair<const char*, Dataflow> values[] = {
      {"output", Dataflow::OutputStationary},
      {"weight", Dataflow::WeightStationary},
      {"input", Dataflow::InputStationary}};
};

// Separate: a fold fills and drains the array alone, as SCALE-Sim has it. Overlapped: a second set
// of registers takes the next fold's stationary operand (or the last fold's results) on the way.
enum class Folds : std::uint8_t { Separate, Overlapped };

struct SystolicArray {
  std::int64_t rows = 128, columns = 128;
  Dataflow dataflow = Dataflow::WeightStationary;
  Folds folds = Folds::Overlapped;
};

// [m, k] x [k, n]. A convolution: m output pixels, k elements of the window, n filters.
struct Product {
  std::int64_t m = 0, n = 0, k = 0;
};

// How a product is folded onto an array: two of its dimensions lie along rows and columns, the
// third is walked through in `steps`.
struct Folding {
  std::int64_t along_rows = 0, along_columns = 0, steps = 0;
  std::int64_t row_folds = 0, column_folds = 0;

  [[nodiscard]] std::int64_t count() const { return row_folds * column_folds; }
};

Folding folding(const SystolicArray& array, const Product& product);

// Of one fold alone: steps + rows + columns - 2 for wavefronts, and `rows` more to load what is
// stationary, or to drain results where folds overlap.
std::int64_t fold_cycles(const SystolicArray& array, const Folding& folding);

// From one fold's start to the next one's.
std::int64_t fold_interval(const SystolicArray& array, const Folding& folding);

// Separate: folds * fold_cycles. Overlapped: (folds - 1) * interval + fold_cycles.
std::int64_t stall_free_cycles(const SystolicArray& array, const Product& product);

// Elements read from and written to the scratchpads, each operand's own.
struct ScratchpadAccesses {
  std::int64_t input = 0, weight = 0, output = 0;
};

ScratchpadAccesses scratchpad_accesses(const SystolicArray& array, const Product& product);

}  // namespace orrery
