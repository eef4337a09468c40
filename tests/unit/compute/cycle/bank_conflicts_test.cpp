#include "orrery/compute/cycle/bank_conflicts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// The oracle: every address of every step, by the definition of OperandStream.
std::int64_t stalls_counted_one_by_one(const std::vector<OperandStream>& streams,
                                       std::int64_t fold_steps) {
  std::int64_t sum = 0;
  for (std::int64_t step = 0; step < fold_steps; ++step) {
    std::size_t most = 1;
    for (const OperandStream& s : streams) {
      std::map<std::int64_t, std::set<std::int64_t>> lines;
      for (std::int64_t lane = 0; lane < s.lanes; ++lane) {
        const std::int64_t t = step - s.start - (s.skewed ? lane : 0);
        if (t < 0 || t >= s.steps || s.pad.banks == 0) continue;
        const std::int64_t line = (s.base + lane * s.lane_stride + t * s.step_stride) / s.pad.line;
        lines[line % s.pad.banks].insert(line);
      }
      for (const auto& bank : lines) most = std::max(most, bank.second.size());
    }
    sum += static_cast<std::int64_t>(most) - 1;
  }
  return sum;
}

TEST(BankConflicts, EqualThoseOfEveryAddressOfEveryFold) {
  Rng rng(7, "banks");
  const auto up_to = [&](std::uint64_t n) { return static_cast<std::int64_t>(1 + rng.below(n)); };
  std::vector<std::int32_t> wait;
  for (int i = 0; i < 400; ++i) {
    const SystolicArray array{up_to(10), up_to(10), static_cast<Dataflow>(rng.below(3)),
                              Folds::Separate};
    const Product product{up_to(60), up_to(60), up_to(60)};
    const auto pad = [&] { return Scratchpad{static_cast<std::int64_t>(rng.below(9)), up_to(6)}; };
    const Scratchpads pads{pad(), pad(), pad()};
    const Folding f = folding(array, product);
    const std::int64_t steps = fold_cycles(array, f);
    for (std::int64_t row = 0; row < f.row_folds; ++row) {
      const std::int64_t column = f.column_folds - 1;
      const auto streams = operand_streams(array, product, pads, row, column);
      ASSERT_EQ(stalls(streams, steps, wait), stalls_counted_one_by_one(streams, steps))
          << product.m << " x " << product.n << " x " << product.k << ", fold " << row;
    }
  }
}

// Rows of a matrix 8 elements wide over 8 banks: a column of them lies in one bank, and 8 lanes
// that are not skewed want 8 of its lines; a pitch of 9 spreads them.
TEST(BankConflicts, AColumnInOneBankCostsACycleAnElementAndAPitchOfOneMoreCostsNone) {
  std::vector<std::int32_t> wait;
  OperandStream column{{8, 1}, 0, 8, 1, 8, 8};
  EXPECT_EQ(stalls({column}, 8, wait), 8 * 7);
  column.lane_stride = 9;
  EXPECT_EQ(stalls({column}, 8, wait), 0);
}

TEST(BankConflicts, ElementsOfOneLineAreServedAtOnce) {
  std::vector<std::int32_t> wait;
  const OperandStream line{{4, 8}, 0, 1, 8, 8, 16};
  EXPECT_EQ(stalls({line}, 16, wait), 0);
}

}  // namespace
}  // namespace orrery
