// Power of a board: sums done by hand, the governor against its own equation.
#include "orrery/cost/power/board_power.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/chips.hpp"

namespace orrery {
namespace {

constexpr double kPico = 1e-12;

class BoardPowerTest : public ::testing::Test {
 protected:
  BoardPowerTest() {
    chip.tdp = Watts{1000};
    chip.idle = Watts{100};
    chip.cores = 100;
    chip.l2 = Bytes{1e6};
    power.standing = 0.2;
    power.limit = 1.0;
    power.core = Watts{1};
    power.crowd = 1.0;
    power.main_memory = JoulesPerByte{40 * kPico};
    power.on_chip = JoulesPerByte{10 * kPico};
    power.flop.bf16 = JoulesPerFlop{0.5 * kPico};
    power.flop.vector = JoulesPerFlop{2 * kPico};
  }
  Chip chip = testing::h100();
  PowerCalibration power;
};

// 1280 x 1280 is 10 x 10 tiles of 128: all 100 cores are busy.
Kernel product() {
  Kernel k{.kind = OpKind::Matmul};
  k.m = k.n = 1280;
  k.k = 1000;
  return k;
}

KernelTime lasting(double seconds, double flops, double bytes) {
  KernelTime t;
  t.duration = Seconds{seconds};
  t.flops = Flops{flops};
  t.bytes = Bytes{bytes};
  return t;
}

TEST_F(BoardPowerTest, ALaunchCostsItsArithmeticItsBytesAndItsCores) {
  const Kernel k = product();
  const double flops = 2.0 * 1280 * 1280 * 1000;
  const KernelTime t = lasting(1e-3, flops, 5e6);
  const LaunchEnergy e = launch_energy(chip, power, k, t, Operands::InMainMemory);
  EXPECT_DOUBLE_EQ(e.math.value(), flops * 0.5 * kPico);
  EXPECT_DOUBLE_EQ(e.memory.value(), 5e6 * 40 * kPico);
  EXPECT_DOUBLE_EQ(e.on_chip.value(), 5e6 * 10 * kPico);
  EXPECT_DOUBLE_EQ(e.cores.value(), 100 * 1e-3);
}

TEST_F(BoardPowerTest, WhatTheCacheKeptIsNotReadAgain) {
  const LaunchEnergy e =
      launch_energy(chip, power, product(), lasting(1e-3, 1e9, 5e6), Operands::LeftInCache);
  EXPECT_DOUBLE_EQ(e.memory.value(), 4e6 * 40 * kPico);
}

TEST_F(BoardPowerTest, UnusedRowsOfAnInstructionSwitchToo) {
  Kernel thin = product();
  thin.m = 1;
  Kernel full = product();
  full.m = 64;
  const KernelTime t = lasting(1e-3, 1, 0);
  EXPECT_EQ(launch_energy(chip, power, thin, t, Operands::InMainMemory).math,
            launch_energy(chip, power, full, t, Operands::InMainMemory).math);
}

TEST_F(BoardPowerTest, AnIdleQueueDrawsStandingPower) {
  EXPECT_DOUBLE_EQ(board_power(chip, power, Joules{}, Seconds{1}).mean.value(), 200);
  chip.idle = Watts{250};  // a board at rest is a lower bound
  EXPECT_DOUBLE_EQ(board_power(chip, power, Joules{}, Seconds{1}).mean.value(), 250);
}

TEST_F(BoardPowerTest, BelowTheLimitNothingIsHeldBack) {
  const BoardPower p = board_power(chip, power, Joules{0.5}, Seconds{1e-3});
  EXPECT_DOUBLE_EQ(p.mean.value(), 700);
  EXPECT_DOUBLE_EQ(p.clock, 1);
}

TEST_F(BoardPowerTest, AboveTheLimitTheClockFallsUntilThePowerFits) {
  for (const double voltage : {0.3, 0.75, 1.0}) {
    power.voltage = voltage;
    const BoardPower p = board_power(chip, power, Joules{1.2}, Seconds{1e-3});
    EXPECT_DOUBLE_EQ(p.mean.value(), 1000);
    EXPECT_DOUBLE_EQ(p.unlimited.value(), 1400);
    const double volts = voltage + (1 - voltage) * p.clock;
    EXPECT_NEAR(1200 * p.clock * volts * volts, 800, 1e-6) << voltage;
  }
}

TEST_F(BoardPowerTest, AtConstantVoltageTheClockFallsInProportion) {
  power.voltage = 1.0;
  EXPECT_NEAR(board_power(chip, power, Joules{1.6}, Seconds{1e-3}).clock, 0.5, 1e-9);
}

TEST_F(BoardPowerTest, AShortLaunchDrawsLessThanALongOne) {
  power.ramp = Seconds{10e-6};
  const KernelTime t = lasting(10e-6, 1e9, 0);
  const LaunchEnergy e = launch_energy(chip, power, product(), t, Operands::InMainMemory);
  EXPECT_DOUBLE_EQ(e.cores.value(), 100 * 10e-6 * (1 - std::exp(-1.0)));
}

TEST_F(BoardPowerTest, ByPowerLimitAProductAtPeakDrawsTheSameShareOfIt) {
  Chip other = testing::a100();
  other.tdp = Watts{400};
  const PowerCalibration c = carried_over(power, chip, other, Borrowing::PowerLimit);
  const auto share = [](const PowerCalibration& p, const Chip& on) {
    return (p.flop.bf16 * on.peak.bf16 + p.core * on.cores) / on.tdp;
  };
  EXPECT_NEAR(share(c, other), share(power, chip), 1e-12);
  EXPECT_EQ(c.main_memory, power.main_memory);
  EXPECT_EQ(c.flop.fp8, c.flop.bf16);  // an A100 has no fp8 units
}

TEST_F(BoardPowerTest, OnTheSameProcessCorePowerGoesWithTheClockAndHalfwayWithTheUnitsWidth) {
  Chip other = chip;
  other.peak.bf16 = 4 * chip.peak.bf16;  // four times as wide
  const PowerCalibration wide = carried_over(power, chip, other, Borrowing::Process);
  EXPECT_EQ(wide.flop.bf16, power.flop.bf16);
  EXPECT_NEAR((wide.core / power.core), 2, 1e-12);
  chip.clock = Hertz{1e9};
  other.clock = Hertz{4e9};  // as wide, four times as fast
  EXPECT_NEAR(carried_over(power, chip, other, Borrowing::Process).core / power.core, 4, 1e-12);
}

TEST_F(BoardPowerTest, AnOlderProcessCostsItsShareMoreEverywhereButInMainMemory) {
  const PowerCalibration c = carried_over(power, chip, chip, Borrowing::Process, 1.5);
  EXPECT_DOUBLE_EQ(c.flop.bf16.value(), 1.5 * power.flop.bf16.value());
  EXPECT_DOUBLE_EQ(c.core.value(), 1.5 * power.core.value());
  EXPECT_DOUBLE_EQ(c.on_chip.value(), 1.5 * power.on_chip.value());
  EXPECT_EQ(c.main_memory, power.main_memory);
}

TEST_F(BoardPowerTest, WithinAGenerationEnergiesCarryOver) {
  Chip other = chip;
  other.tdp = Watts{350};
  const PowerCalibration c = carried_over(power, chip, other, Borrowing::Generation);
  EXPECT_EQ(c.flop.bf16, power.flop.bf16);
  EXPECT_EQ(c.core, power.core);
  EXPECT_EQ(c.borrowed_from, std::vector<std::string>{chip.name});
}

TEST_F(BoardPowerTest, AMeterIsLentWithinAGenerationOnly) {
  power.interval = Seconds{1e-3};
  EXPECT_EQ(carried_over(power, chip, chip, Borrowing::Generation).interval, Seconds{1e-3});
  EXPECT_EQ(carried_over(power, chip, chip, Borrowing::Process).interval, Seconds{});
}

TEST_F(BoardPowerTest, SeveralLendersAreAveragedGeometrically) {
  PowerCalibration other = power;
  power.borrowed_from = {"a"};
  other.borrowed_from = {"b"};
  other.flop.bf16 = 4 * power.flop.bf16;
  other.core = 9 * power.core;
  other.interval = Seconds{2e-3};  // the other has none: plainly
  const PowerCalibration c = mean_of({power, other});
  EXPECT_NEAR(c.flop.bf16 / power.flop.bf16, 2, 1e-12);
  EXPECT_NEAR(c.core / power.core, 3, 1e-12);
  EXPECT_NEAR(c.standing, power.standing, 1e-12);
  EXPECT_EQ(c.interval, Seconds{1e-3});
  EXPECT_EQ(c.borrowed_from, (std::vector<std::string>{"a", "b"}));
}

TEST_F(BoardPowerTest, StandingWattsGoWithSiliconNotWithTheLimit) {
  chip.package.dies = {{.node = "5nm", .count = 2, .area = Area{800}}};
  Chip other = chip;
  other.tdp = 1.5 * chip.tdp;
  for (const Borrowing how : {Borrowing::Generation, Borrowing::Process}) {
    other.package.dies[0].count = 2;
    EXPECT_NEAR(standing_power(other, carried_over(power, chip, other, how)).value(), 200, 1e-9);
    other.package.dies[0].count = 1;
    EXPECT_NEAR(standing_power(other, carried_over(power, chip, other, how)).value(), 100, 1e-9);
  }
  other.package.dies[0].area = {};  // not published: so much of the limit
  EXPECT_NEAR(
      standing_power(other, carried_over(power, chip, other, Borrowing::Generation)).value(), 300,
      1e-9);
}

}  // namespace
}  // namespace orrery
