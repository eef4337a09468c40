// What coefficients of one chip say of another: cycles go with the clock, L2 with cores,
// exponentials with what is multiplied beside them, sustained rates with the watts there are.
#include "orrery/compute/lending.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

Chip lender() {
  Chip c;
  c.name = "lender";
  c.cores = 100;
  c.clock = Hertz{1e9};
  c.peak.bf16 = FlopsPerSecond{400e12};
  c.memory.bandwidth = BytesPerSecond{2e12};
  c.tdp = Watts{400};
  return c;
}

KernelCalibration fitted() {
  KernelCalibration c;
  c.matmul.bf16.share = 0.9;
  c.matmul.bf16.sustained = 0.6;
  c.matmul.bf16.fill = Seconds{2e-6};
  c.matmul.l2_bandwidth = 3;
  c.memory.sm_multiple = 2;
  c.attention.softmax = 80;
  return c;
}

TEST(LendingTest, ATwinGetsWhatTheLenderHas) {
  Chip twin = lender();
  twin.name = "twin";
  const KernelCalibration c = lent(fitted(), lender(), twin);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 2e-6);
  EXPECT_DOUBLE_EQ(c.matmul.l2_bandwidth, 3);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);
  EXPECT_EQ(c.borrowed_from, "lender");
}

TEST(LendingTest, TwiceTheClockHalvesWhatABlockTakesAndDoublesWhatItDraws) {
  Chip fast = lender();
  fast.clock = Hertz{2e9};
  fast.peak.bf16 = FlopsPerSecond{800e12};  // the same units, clocked twice as fast
  fast.tdp = Watts{800};
  const KernelCalibration c = lent(fitted(), lender(), fast);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 1e-6);
  EXPECT_DOUBLE_EQ(c.matmul.l2_bandwidth, 6);  // in multiples of a memory that stayed
  EXPECT_DOUBLE_EQ(c.memory.sm_multiple, 4);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);  // a cycle still multiplies as much
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
}

TEST(LendingTest, FasterMemoryChangesNoCache) {
  Chip fed = lender();
  fed.memory.bandwidth = BytesPerSecond{4e12};
  const KernelCalibration c = lent(fitted(), lender(), fed);
  EXPECT_DOUBLE_EQ(c.matmul.l2_bandwidth * 4e12, 3 * 2e12);
}

TEST(LendingTest, WiderMatrixUnitsMakeExponentialsDearer) {
  Chip wide = lender();
  wide.peak.bf16 = FlopsPerSecond{800e12};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), wide).attention.softmax, 160);
}

TEST(LendingTest, MorePowerAFlopThrottlesLessButNeverBeatsTheUnthrottledShare) {
  Chip cool = lender();
  cool.tdp = Watts{480};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), cool).matmul.bf16.sustained, 0.72);
  cool.tdp = Watts{4000};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), cool).matmul.bf16.sustained, 0.9);
}

TEST(LendingTest, WhatAChipDoesNotSayStaysAsItIs) {
  Chip silent = lender();
  silent.clock = Hertz{};
  silent.cores = 0;
  silent.tdp = Watts{};
  const KernelCalibration c = lent(fitted(), lender(), silent);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 2e-6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);
}

}  // namespace
}  // namespace orrery
