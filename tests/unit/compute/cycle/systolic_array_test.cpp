#include "orrery/compute/cycle/systolic_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "../../../support/scale_sim_rows.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

constexpr Dataflow kDataflows[] = {Dataflow::OutputStationary, Dataflow::WeightStationary,
                                   Dataflow::InputStationary};

// The oracle knows no closed form: multiplier (r, c) works on step t of fold f in the first cycle
// in which its left and upper neighbour have passed it on and it is done with the step before.
// Registers are loaded (or drained) through `rows` cycles of their own.
std::int64_t cycles_of_every_multiplier(const SystolicArray& a, const Product& p) {
  const Folding f = folding(a, p);
  const bool overlapped = a.folds == Folds::Overlapped;
  const bool loads = a.dataflow != Dataflow::OutputStationary;
  const bool drains = overlapped && a.dataflow == Dataflow::OutputStationary;
  std::vector<std::int64_t> fired(static_cast<std::size_t>(a.rows * a.columns));
  const auto at = [&](std::int64_t r, std::int64_t c) -> std::int64_t& {
    return fired[static_cast<std::size_t>(r * a.columns + c)];
  };
  std::int64_t end = 0;             // cycles so far
  std::int64_t corner_free = 0;     // cycle in which multiplier (0, 0) may begin the next fold
  std::int64_t registers_free = 0;  // cycle in which the second registers are free again
  for (std::int64_t fold = 0; fold < f.count(); ++fold) {
    if (!overlapped) corner_free = registers_free = end;
    std::int64_t begin = corner_free;
    if (loads) begin = std::max(begin, registers_free + a.rows);
    for (std::int64_t t = 0; t < f.steps; ++t) {
      for (std::int64_t r = 0; r < a.rows; ++r) {
        for (std::int64_t c = 0; c < a.columns; ++c) {
          std::int64_t cycle = t == 0 ? begin : at(r, c) + 1;
          if (r > 0) cycle = std::max(cycle, at(r - 1, c) + 1);
          if (c > 0) cycle = std::max(cycle, at(r, c - 1) + 1);
          at(r, c) = cycle;
        }
      }
    }
    registers_free = begin;  // loaded registers were taken over as the fold began
    corner_free = at(0, 0) + 1;
    std::int64_t last = at(a.rows - 1, a.columns - 1) + 1;
    if (drains) {
      // Results of (0, 0) move to the second registers, which the fold before must have left.
      const std::int64_t moved = std::max(corner_free, end - (a.rows + a.columns - 2));
      last = std::max(last, moved + a.rows + a.columns - 2) + a.rows;
      if (fold > 0) corner_free = std::max(corner_free, moved);
    }
    end = last;
  }
  return end;
}

TEST(SystolicArray, CyclesEqualThoseOfEveryMultiplierFollowedAlone) {
  Rng rng(1, "arrays");
  for (int i = 0; i < 600; ++i) {
    const auto up_to = [&](std::uint64_t n) { return static_cast<std::int64_t>(1 + rng.below(n)); };
    SystolicArray array{up_to(9), up_to(9)};
    const Product product{up_to(24), up_to(24), up_to(24)};
    for (const Dataflow d : kDataflows) {
      for (const Folds folds : {Folds::Separate, Folds::Overlapped}) {
        array.dataflow = d;
        array.folds = folds;
        ASSERT_EQ(stall_free_cycles(array, product), cycles_of_every_multiplier(array, product))
            << product.m << " x " << product.n << " x " << product.k << " on " << array.rows
            << " x " << array.columns << ", dataflow " << int(d) << ", folds " << int(folds);
      }
    }
  }
}

TEST(SystolicArray, SeparateFoldsEqualScaleSimsCyclesOnItsOwnExamples) {
  for (const testing::ScaleSimRow& row : testing::kScaleSimRows) {
    const Product product{row.m, row.n, row.k};
    const std::int64_t printed[] = {row.output_stationary, row.weight_stationary,
                                    row.input_stationary};
    for (int d = 0; d < 3; ++d) {
      const SystolicArray array{row.array, row.array, kDataflows[d], Folds::Separate};
      EXPECT_EQ(stall_free_cycles(array, product) - 1, printed[d])
          << row.m << " x " << row.k << " x " << row.n << " on " << row.array;
    }
  }
}

// Reports v2_32_{os,ws,is}_alexnet.csv, Conv1: output writes of output stationary less the
// folds * (rows + columns) = 285 * 64 that the tool counts too many.
TEST(SystolicArray, ScratchpadAccessesEqualScaleSims) {
  const Product conv1{3025, 96, 363};
  const auto of = [&](Dataflow d) {
    return scratchpad_accesses({32, 32, d, Folds::Separate}, conv1);
  };
  const ScratchpadAccesses os = of(Dataflow::OutputStationary);
  EXPECT_EQ(os.input, 3294225);
  EXPECT_EQ(os.weight, 3310560);
  EXPECT_EQ(os.output, 308640 - 285 * 64);
  const ScratchpadAccesses ws = of(Dataflow::WeightStationary);
  EXPECT_EQ(ws.input, 3294225);
  EXPECT_EQ(ws.weight, 34848);
  EXPECT_EQ(ws.output, 3484800);
  const ScratchpadAccesses is = of(Dataflow::InputStationary);
  EXPECT_EQ(is.input, 1098075);
  EXPECT_EQ(is.weight, 3310560);
  EXPECT_EQ(is.output, 3484800);
}

TEST(SystolicArray, OverlappedFoldsApproachOneStepACycle) {
  const SystolicArray array{128, 128, Dataflow::WeightStationary, Folds::Overlapped};
  const Product product{8192, 8192, 8192};
  const double ideal = 8192.0 * 8192.0 * 8192.0 / (128.0 * 128.0);
  const double cycles = static_cast<double>(stall_free_cycles(array, product));
  EXPECT_GE(cycles, ideal);
  EXPECT_LT(cycles, 1.001 * ideal);
}

}  // namespace
}  // namespace orrery
