#include "orrery/accuracy/score.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace orrery {
namespace {

TEST(Score, MedianMeanAndTail) {
  const std::vector<Scored> rows{{1.1, 1.0}, {0.9, 1.0}, {1.3, 1.0}, {1.0, 1.0}, {2.0, 1.0}};
  const Score s = score_of(rows);
  EXPECT_NEAR(s.median_abs, 0.1, 1e-12);
  EXPECT_NEAR(s.mean_abs, (0.1 + 0.1 + 0.3 + 0.0 + 1.0) / 5, 1e-12);
  EXPECT_NEAR(s.p90_abs, 0.3 + 0.6 * 0.7, 1e-12);
}

TEST(Kendall, CountsPairsInTheSameOrder) {
  EXPECT_DOUBLE_EQ(kendall_tau_b({1, 2, 3, 4}, {10, 20, 30, 40}, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(kendall_tau_b({1, 2, 3, 4}, {40, 30, 20, 10}, 0.0), -1.0);
  EXPECT_NEAR(kendall_tau_b({1, 2, 3}, {1, 3, 2}, 0.0), 1.0 / 3.0, 1e-12);
  // Within 4% counts as tied: two of three pairs remain in `a`, all in `b`.
  EXPECT_NEAR(kendall_tau_b({1.0, 1.02, 2.0}, {1, 2, 3}, 0.04), 2.0 / std::sqrt(2.0 * 3.0), 1e-12);
}

TEST(Spearman, IsOneForAnyMonotoneMap) {
  EXPECT_DOUBLE_EQ(spearman({1, 2, 3, 4}, {1, 8, 27, 64}), 1.0);
}

}  // namespace
}  // namespace orrery
