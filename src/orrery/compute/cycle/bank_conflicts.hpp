// Cycles that an array waits because operands wanted at once lie in one bank of a scratchpad.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/compute/cycle/systolic_array.hpp"

namespace orrery {

// `banks` of lines of `line` elements, interleaved line by line; a bank serves one line a cycle to
// all who want elements of it. No banks: never a conflict.
struct Scratchpad {
  std::int64_t banks = 0, line = 1;
};

struct Scratchpads {
  Scratchpad input, weight, output;

  [[nodiscard]] bool ideal() const {
    return input.banks == 0 && weight.banks == 0 && output.banks == 0;
  }
};

// One operand's accesses in a fold: at step s, lane l touches base + l lane_stride + t step_stride,
// where t = s - start, less l when lanes are skewed (each starts one step after its neighbour).
struct OperandStream {
  Scratchpad pad;
  std::int64_t base = 0, lane_stride = 0, step_stride = 0;
  std::int64_t lanes = 0, steps = 0, start = 0;
  bool skewed = false;
};

// Streams of fold (row_fold, column_fold), all operands stored row by row.
std::vector<OperandStream> operand_streams(const SystolicArray& array, const Product& product,
                                           const Scratchpads& pads, std::int64_t row_fold,
                                           std::int64_t column_fold);

// Extra cycles of each step are those of its slowest stream; the whole array waits for it.
// `wait` is a scratch buffer of one entry a step.
std::int64_t stalls(const std::vector<OperandStream>& streams, std::int64_t fold_steps,
                    std::vector<std::int32_t>& wait);

}  // namespace orrery
