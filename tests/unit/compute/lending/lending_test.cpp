// What coefficients of one chip say of another: cycles go with the clock, what SMs draw with SMs
// and clock, exponentials with what is multiplied beside them, sustained rates with the watts there
// are.
#include "orrery/compute/lending/lending.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace orrery {
namespace {

Chip lender() {
  Chip c;
  c.name = "lender";
  c.generation = "first";
  c.cores = 100;
  c.clock = Hertz{1e9};
  c.peak.bf16 = FlopsPerSecond{400e12};
  c.memory.bandwidth = BytesPerSecond{2e12};
  c.tdp = Watts{400};
  return c;
}

KernelCalibration fitted() {
  KernelCalibration c;
  c.launch = Seconds{3e-6};
  c.matmul.bf16.share = 0.9;
  c.matmul.bf16.sustained = 0.6;
  c.matmul.bf16.fill = Seconds{2e-6};
  c.matmul.bf16.grouped = 0.5;
  c.matmul.fp8.quantise = 3;
  c.matmul.fp8_block.quantise = 3;
  c.matmul.l2_bandwidth = 3;
  c.memory.share = 0.8;
  c.memory.sm_multiple = 2;
  c.attention.softmax = 80;
  c.attention.prefill = 0.5;
  c.attention.decode = 0.9;
  c.attention.decode_math = 0.2;
  c.attention.decode_fp8_plain = 0.4;
  c.attention.mla_math = 0.5;
  return c;
}

TEST(LendingTest, ATwinGetsWhatTheLenderHas) {
  Chip twin = lender();
  twin.name = "twin";
  const KernelCalibration c = lent(fitted(), lender(), twin);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 2e-6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.grouped, 0.5);
  EXPECT_DOUBLE_EQ(c.matmul.l2_bandwidth, 3);
  EXPECT_DOUBLE_EQ(c.memory.share, 0.8);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);
  EXPECT_DOUBLE_EQ(c.attention.mla_math, 0.5);
  EXPECT_EQ(c.borrowed_from, "lender");
}

TEST(LendingTest, TwiceTheClockHalvesWhatABlockTakesAndDoublesWhatItDraws) {
  Chip fast = lender();
  fast.clock = Hertz{2e9};
  fast.peak.bf16 = FlopsPerSecond{800e12};  // the same units, clocked twice as fast
  fast.tdp = Watts{800};
  const KernelCalibration c = lent(fitted(), lender(), fast);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 1e-6);
  EXPECT_DOUBLE_EQ(c.launch.value(), 1.5e-6);
  EXPECT_DOUBLE_EQ(c.memory.sm_multiple, 4);         // in multiples of a memory that stayed
  EXPECT_DOUBLE_EQ(c.matmul.fp8.quantise, 1.5);      // SMs convert, twice as fast
  EXPECT_DOUBLE_EQ(c.matmul.fp8_block.quantise, 3);  // bound by memory
  EXPECT_DOUBLE_EQ(c.attention.decode_fp8_plain, 0.8);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);  // a cycle still multiplies as much
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
}

// 80 FLOP beside a unit of 400 TFLOP/s are what 5 T exponentials a second take.
TEST(LendingTest, TwiceTheExponentialsASecondCostHalfTheFlop) {
  Chip from = lender();
  from.peak.transcendental = FlopsPerSecond{5e12};
  Chip to = from;
  to.peak.transcendental = FlopsPerSecond{10e12};
  EXPECT_DOUBLE_EQ(lent(fitted(), from, to).attention.softmax, 40);
  to.peak.bf16 = 2 * from.peak.bf16;
  EXPECT_DOUBLE_EQ(lent(fitted(), from, to).attention.softmax, 80);
}

TEST(LendingTest, OnlyWarpsThatMultiplyFromRegistersWaitForTheirKeys) {
  KernelCalibration c = fitted();
  c.attention.prefill_wait = 0.7;
  Chip to = lender();
  to.matrix_instructions = MatrixInstructions::Synchronous;
  EXPECT_EQ(lent(c, lender(), to).attention.prefill_wait, 0.7);
  to.matrix_instructions = MatrixInstructions::WarpGroup;
  EXPECT_EQ(lent(c, lender(), to).attention.prefill_wait, 0);
}

TEST(LendingTest, L2LiesHalfwayBetweenWhatSmsDrawAndWhatMemoryGives) {
  Chip fed = lender();
  fed.memory.bandwidth = BytesPerSecond{8e12};
  fed.generation = "second";
  // SMs alone say 1x, memory alone 4x
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), fed).matmul.l2_bandwidth * 8e12, 2 * 3 * 2e12);
  fed.generation = "first";  // the same die with other memory
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), fed).matmul.l2_bandwidth * 8e12, 3 * 2e12);
}

TEST(LendingTest, NoL2OutrunsThePortsOfItsSms) {
  KernelCalibration unbound = fitted();
  unbound.matmul.l2_bandwidth = 20;
  // 64 B a cycle x 100 SMs x 1 GHz over 2 TB/s
  EXPECT_DOUBLE_EQ(lent(unbound, lender(), lender()).matmul.l2_bandwidth, 3.2);
}

TEST(LendingTest, AllSmsTogetherStillReachAllOfAFasterMemory) {
  Chip fed = lender();
  fed.memory.bandwidth = BytesPerSecond{16e12};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), fed).memory.sm_multiple, 1);
}

TEST(LendingTest, AWiderUnitLeavesTheCyclesBesideItsProducts) {
  Chip wide = lender();
  wide.peak.bf16 = FlopsPerSecond{800e12};
  wide.generation = "second";
  const KernelCalibration c = lent(fitted(), lender(), wide);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 160);
  // half the time was products: 1 + 1 becomes 1/2 + 1
  EXPECT_DOUBLE_EQ(c.attention.mla_math, 1.0 / 3);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.grouped, 1.0 / 3);
  EXPECT_DOUBLE_EQ(c.attention.decode_math, 0.1);  // the same FLOP a cycle
  EXPECT_DOUBLE_EQ(c.attention.prefill, 0.5);      // written anew for its generation
  wide.generation = "first";
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), wide).attention.prefill, 1.0 / 3);
}

TEST(LendingTest, MorePowerAFlopThrottlesLessButNeverBeatsTheUnthrottledShare) {
  Chip cool = lender();
  cool.tdp = Watts{480};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), cool).matmul.bf16.sustained, 0.72);
  cool.tdp = Watts{4000};
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), cool).matmul.bf16.sustained, 0.9);
}

TEST(LendingTest, CheckBitsInLineTakeTheirShareOfTheMemory) {
  Chip inlined = lender();
  inlined.memory.kind = MainMemory::Gddr;
  inlined.memory.inline_ecc = true;
  // NeuSight: an L4 streams 0.781 of its peak, an A100 0.863
  EXPECT_DOUBLE_EQ(lent(fitted(), lender(), inlined).memory.share, 0.8 * 0.781 / 0.863);
  EXPECT_DOUBLE_EQ(lent(fitted(), inlined, inlined).memory.share, 0.8);
}

// A share of 0.5 is one cycle beside each of the product's; a unit half as wide takes two for it.
TEST(LendingTest, FasterFormatsLoseLessOnNarrowerUnitsOfOtherInstructions) {
  Chip wide = lender(), narrow = lender();
  wide.matrix_instructions = MatrixInstructions::TensorMemory;
  narrow.matrix_instructions = MatrixInstructions::Synchronous;
  wide.peak.fp8 = FlopsPerSecond{800e12};
  wide.peak.fp4 = FlopsPerSecond{1600e12};
  narrow.peak.fp8 = narrow.peak.fp4 = FlopsPerSecond{400e12};
  KernelCalibration c = fitted();
  c.matmul.fp8.share = c.matmul.fp8.sustained = 0.5;
  c.matmul.fp4.share = c.matmul.fp4.sustained = 0.5;
  const KernelCalibration got = lent(c, wide, narrow);
  EXPECT_DOUBLE_EQ(got.matmul.fp8.share, 2.0 / 3);
  EXPECT_DOUBLE_EQ(got.matmul.fp8.sustained, 2.0 / 3);
  EXPECT_DOUBLE_EQ(got.matmul.fp4.share, 4.0 / 5);
  narrow.matrix_instructions = wide.matrix_instructions;
  EXPECT_DOUBLE_EQ(lent(c, wide, narrow).matmul.fp4.share, 0.5);
}

TEST(LendingTest, GddrIsRefreshedLessThanHbm) {
  Chip gddr = lender();
  gddr.memory.kind = MainMemory::Gddr;
  // 350 ns of 3.9 us against 83 ns of 7.8 us
  const double rest = (1 - 83.0 / 7800) / (1 - 350.0 / 3900);
  EXPECT_NEAR(lent(fitted(), lender(), gddr).memory.share, 0.8 * rest, 1e-12);
  EXPECT_NEAR(lent(fitted(), gddr, lender()).memory.share, 0.8 / rest, 1e-12);
}

TEST(LendingTest, AnFp8CacheRunsThroughBf16KernelsWhereWarpsMultiplyFromRegisters) {
  Chip hopper = lender(), ada = lender();
  hopper.matrix_instructions = MatrixInstructions::WarpGroup;
  ada.matrix_instructions = MatrixInstructions::Synchronous;
  KernelCalibration c = fitted();
  c.attention.decode_start_shared = Seconds{4e-6};
  c.attention.decode_start_fp8 = Seconds{1e-6};
  const KernelCalibration got = lent(c, hopper, ada);
  EXPECT_FALSE(got.attention.fp8_cache_math);
  EXPECT_DOUBLE_EQ(got.attention.decode_start_fp8.value(), 4e-6);
  EXPECT_DOUBLE_EQ(lent(c, hopper, hopper).attention.decode_start_fp8.value(), 1e-6);
}

TEST(LendingTest, WhatAChipDoesNotSayStaysAsItIs) {
  Chip silent = lender();
  silent.clock = Hertz{};
  silent.cores = 0;
  silent.tdp = Watts{};
  silent.peak.bf16 = FlopsPerSecond{};
  const KernelCalibration c = lent(fitted(), lender(), silent);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 2e-6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.sustained, 0.6);
  EXPECT_DOUBLE_EQ(c.attention.softmax, 80);
}

TEST(LendingTest, AHandfulOfRowsIsAnAnecdote) {
  KernelCalibration c;
  c.errors = {{"matmul fp8", 20, 179}, {"matmul bfloat16", 20, 180}};
  EXPECT_FALSE(has_timed(c, "matmul fp8"));
  EXPECT_TRUE(has_timed(c, "matmul bfloat16"));
  EXPECT_FALSE(has_timed(c, "moe fp8"));
}

}  // namespace
}  // namespace orrery
