// Yields against their formulas worked out by hand, wafers against counting by area.
#include "orrery/cost/silicon/yield.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace orrery {
namespace {

TEST(YieldTest, OneDefectADieGivesTheTextbookValues) {
  const Area die{100};  // one square centimetre, one defect on it
  EXPECT_NEAR(die_yield(die, 1.0, YieldModel::Poisson), std::exp(-1.0), 1e-12);
  EXPECT_NEAR(die_yield(die, 1.0, YieldModel::Murphy), std::pow(1 - std::exp(-1.0), 2), 1e-12);
  EXPECT_NEAR(die_yield(die, 1.0), std::pow(1.1, -10), 1e-12);
}

TEST(YieldTest, ClusteredDefectsSpareMoreDiesThanScatteredOnes) {
  for (const double area : {50.0, 200.0, 800.0}) {
    EXPECT_GT(die_yield(Area{area}, 0.11), die_yield(Area{area}, 0.11, YieldModel::Poisson));
    EXPECT_GT(die_yield(Area{area}, 0.11, YieldModel::Murphy),
              die_yield(Area{area}, 0.11, YieldModel::Poisson));
  }
  for (const YieldModel m :
       {YieldModel::Poisson, YieldModel::Murphy, YieldModel::NegativeBinomial}) {
    EXPECT_DOUBLE_EQ(die_yield(Area{800}, 0.0, m), 1.0);
  }
}

TEST(YieldTest, WithEverySpareADieFailsOnlyWhereNothingCanBeSwitchedOff) {
  const Area die{800};
  EXPECT_NEAR(sellable_yield(die, 0.11, 0.7, 144, 1000), die_yield(0.3 * die, 0.11), 1e-9);
  EXPECT_NEAR(sellable_yield(die, 0.11, 0.7, 144, 0), die_yield(die, 0.11), 1e-12);
}

TEST(YieldTest, OneSpareSavesTheDiesWithOneDefect) {
  // All of the die repairable: chance of no defect, and of one: lambda (1 +
  // lambda/alpha)^-(alpha+1).
  const double lambda = 0.5, alpha = 10;
  const double none = std::pow(1 + lambda / alpha, -alpha);
  const double one = lambda * std::pow(1 + lambda / alpha, -alpha - 1);
  EXPECT_NEAR(sellable_yield(Area{500}, 0.1, 1.0, 100, 1), none + one, 1e-12);
}

// 10 mm by 10 mm and 0.2 mm of scribe line: pi 145^2 / 10.2^2 - pi 290 / sqrt(2 10.2^2).
TEST(YieldTest, AWaferHoldsWhatItsAreaLessItsEdgeHolds) {
  const double expected = std::numbers::pi * 145 * 145 / (10.2 * 10.2) -
                          std::numbers::pi * 290 / std::sqrt(2 * 10.2 * 10.2);
  EXPECT_DOUBLE_EQ(dies_per_wafer(Area{100}), std::floor(expected));
  EXPECT_DOUBLE_EQ(dies_per_wafer(Area{46225}), 0);
  // A social post counts 55 H200 a wafer (814 mm2).
  EXPECT_NEAR(dies_per_wafer(Area{814}), 55, 3);
}

}  // namespace
}  // namespace orrery
