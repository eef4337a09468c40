#include "orrery/compute/cycle/transfers/transfers.hpp"

#include <gtest/gtest.h>

#include "orrery/base/rng.hpp"
#include "orrery/compute/cycle/systolic_run.hpp"

namespace orrery {
namespace {

constexpr Seconds kCycle{1e-9};
constexpr double kRate = 1000.0;  // bytes a cycle

DmaEngines sixteen(Seconds run) { return {16, BytesPerSecond{27.2e9}, run, {}}; }

TransferTime through(const DmaEngines& engines, const Strip& strip) {
  Transfers t(4, kCycle, kRate);
  t.through(engines);
  return t.time({strip});
}

// runs * (cost + run / bandwidth) / engines, in cycles of a nanosecond.
TEST(Transfers, EnginesTakeTheCostOfEachRunAndItsBytes) {
  for (const double run : {8.0, 544.0, 1e6}) {
    const Strip strip{1600, run, 4 * run, Way::Load, Wanted::ByAll};
    EXPECT_NEAR(through(sixteen(Seconds{20e-9}), strip).engines, 1600.0 / 16 * (20.0 + run / 27.2),
                1e-6);
  }
}

// Half the rate where a run's bytes take as long as its cost: short runs are bound by their number,
// long ones by their bytes.
TEST(Transfers, RunsAreBoundByTheirNumberBelowCostTimesBandwidth) {
  const double half = 20e-9 * 27.2e9;
  const auto rate = [](double run) {
    const Strip strip{1600, run, 2 * run, Way::Load, Wanted::ByAll};
    return strip.bytes() / through(sixteen(Seconds{20e-9}), strip).engines;
  };
  const double whole = 16 * 27.2;  // bytes a cycle
  EXPECT_NEAR(rate(half), whole / 2, 1e-6);
  EXPECT_NEAR(rate(1.0), 16.0 / 20.0, 0.01 * 16.0 / 20.0 * 10);
  EXPECT_NEAR(rate(1e6), whole, 1e-3 * whole);
}

TEST(Transfers, WhatEachArrayWantsIsMovedForEach) {
  const Strip all{100, 256, 1024, Way::Load, Wanted::ByAll};
  Strip each = all;
  each.wanted = Wanted::ByEach;
  const TransferTime one = through(sixteen(Seconds{20e-9}), all),
                     four = through(sixteen(Seconds{20e-9}), each);
  EXPECT_DOUBLE_EQ(four.engines, 4 * one.engines);
  EXPECT_DOUBLE_EQ(four.memory, 4 * one.memory);
  EXPECT_DOUBLE_EQ(one.memory, 100 * 256 / kRate);
}

TEST(Transfers, TakeAsLongAsTheSlowestOfTheThree) {
  EXPECT_EQ((TransferTime{3, 2, 1}.longest()), 3);
  EXPECT_EQ((TransferTime{1, 2, 3}.longest()), 3);
  EXPECT_EQ((TransferTime{1, 3, 2}.longest()), 3);
}

TEST(Transfers, TheFirstByteWaitsForTheEngineAndTheLongestWay) {
  Transfers t(9, kCycle, kRate);
  EXPECT_TRUE(t.plain());
  DmaEngines engines = sixteen({});
  engines.start = Seconds{200e-9};
  t.through(engines);
  t.through(OnChipNetwork{OnChipTopology::Mesh, BytesPerSecond{1e11}, Seconds{2e-9}, 1,
                          Copies::Multicast});
  EXPECT_FALSE(t.plain());
  EXPECT_NEAR(t.latency().value(), 200e-9 + 4 * 2e-9, 1e-15);
}

// Engines and wires too fast to matter leave every cycle where it was.
TEST(Transfers, FastEnginesAndWiresChangeNoRun) {
  Rng rng(21, "runs");
  const auto up_to = [&](std::uint64_t n) { return static_cast<std::int64_t>(1 + rng.below(n)); };
  for (int i = 0; i < 300; ++i) {
    const SystolicArray array{up_to(64), up_to(64), static_cast<Dataflow>(rng.below(3)),
                              Folds::Overlapped};
    const Product product{up_to(900), up_to(900), up_to(900)};
    SystolicMemory memory;
    memory.input_bytes = memory.weight_bytes = memory.output_bytes = up_to(1 << 18);
    memory.port = {double(up_to(64)), up_to(100)};
    const SystolicRun plain = systolic_run(array, product, memory);
    Transfers t(1, kCycle, memory.port.bytes_per_cycle);
    t.through(DmaEngines{1000, BytesPerSecond{1e15}, {}, {}});
    t.through(OnChipNetwork{OnChipTopology::Ring, BytesPerSecond{1e18}, {}, 1, Copies::Unicast});
    memory.transfers = &t;
    const SystolicRun through = systolic_run(array, product, memory);
    ASSERT_EQ(through.cycles, plain.cycles);
    ASSERT_EQ(through.waited, plain.waited);
    ASSERT_NEAR(through.moving.memory * memory.port.bytes_per_cycle,
                double(plain.loaded + plain.stored), 1e-6 * double(plain.loaded));
  }
}

TEST(Transfers, SlowerEnginesNeverMakeARunFaster) {
  Rng rng(22, "engines");
  const auto up_to = [&](std::uint64_t n) { return static_cast<std::int64_t>(1 + rng.below(n)); };
  for (int i = 0; i < 200; ++i) {
    const SystolicArray array{64, 64, static_cast<Dataflow>(rng.below(3)), Folds::Overlapped};
    const Product product{up_to(2000), up_to(2000), up_to(2000)};
    SystolicMemory memory;
    memory.input_bytes = memory.weight_bytes = memory.output_bytes = up_to(1 << 20);
    memory.port = {kRate, 100};
    std::int64_t before = systolic_run(array, product, memory).cycles;
    for (const double cost : {0.0, 5.0, 50.0, 500.0}) {
      Transfers t(1, kCycle, kRate);
      t.through(sixteen(Seconds{cost * 1e-9}));
      memory.transfers = &t;
      const std::int64_t now = systolic_run(array, product, memory).cycles;
      ASSERT_GE(now, before);
      before = now;
    }
  }
}

}  // namespace
}  // namespace orrery
