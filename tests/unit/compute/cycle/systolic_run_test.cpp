#include "orrery/compute/cycle/systolic_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

constexpr Dataflow kDataflows[] = {Dataflow::OutputStationary, Dataflow::WeightStationary,
                                   Dataflow::InputStationary};

std::int64_t up_to(Rng& rng, std::uint64_t n) {
  return static_cast<std::int64_t>(1 + rng.below(n));
}

TEST(SystolicRun, WithoutStallsEqualsTheClosedFormForEveryShape) {
  Rng rng(3, "shapes");
  for (int i = 0; i < 6000; ++i) {
    const SystolicArray array{up_to(rng, 300), up_to(rng, 300), kDataflows[rng.below(3)],
                              static_cast<Folds>(rng.below(2))};
    const Product product{up_to(rng, 5000), up_to(rng, 5000), up_to(rng, 5000)};
    const SystolicRun run = systolic_run(array, product, {});
    ASSERT_EQ(run.cycles, stall_free_cycles(array, product));
    ASSERT_EQ(run.waited, 0);
  }
}

// A word a bank and as many banks as anybody can want never conflicts.
TEST(SystolicRun, BanksForEveryElementEqualNoBanks) {
  Rng rng(4, "banks");
  for (int i = 0; i < 100; ++i) {
    const SystolicArray array{up_to(rng, 16), up_to(rng, 16), kDataflows[rng.below(3)],
                              Folds::Separate};
    const Product product{up_to(rng, 60), up_to(rng, 60), up_to(rng, 60)};
    SystolicMemory memory;
    memory.pads = {{3600, 1}, {3600, 1}, {3600, 1}};
    ASSERT_EQ(systolic_run(array, product, memory).cycles, stall_free_cycles(array, product));
  }
}

TEST(SystolicRun, NeverBeatsTheArrayOrTheBandwidth) {
  Rng rng(5, "bounds");
  for (int i = 0; i < 2000; ++i) {
    const SystolicArray array{up_to(rng, 128), up_to(rng, 128), kDataflows[rng.below(3)],
                              static_cast<Folds>(rng.below(2))};
    const Product p{up_to(rng, 3000), up_to(rng, 3000), up_to(rng, 3000)};
    SystolicMemory memory;
    memory.input_bytes = memory.weight_bytes = memory.output_bytes = up_to(rng, 1 << 22);
    memory.port = {0.1 * double(up_to(rng, 10000)), up_to(rng, 500)};
    const SystolicRun run = systolic_run(array, p, memory);
    ASSERT_GE(run.cycles, run.stall_free);
    ASSERT_GE(double(run.cycles) * memory.port.bytes_per_cycle, double(run.loaded + run.stored));
    // Every operand is read once and every result written once at least.
    ASSERT_GE(run.loaded, 2 * (p.m * p.k + p.k * p.n));
    ASSERT_GE(run.stored, 2 * p.m * p.n);
  }
}

TEST(SystolicRun, MoreBandwidthIsNeverSlower) {
  Rng rng(6, "faster");
  for (int i = 0; i < 500; ++i) {
    const SystolicArray array{64, 64, kDataflows[rng.below(3)], Folds::Overlapped};
    const Product p{up_to(rng, 2000), up_to(rng, 2000), up_to(rng, 2000)};
    SystolicMemory slow;
    slow.input_bytes = slow.weight_bytes = slow.output_bytes = up_to(rng, 1 << 20);
    slow.port = {double(up_to(rng, 400)), 100};
    SystolicMemory fast = slow;
    fast.port.bytes_per_cycle *= 2.0;
    ASSERT_LE(systolic_run(array, p, fast).cycles, systolic_run(array, p, slow).cycles);
  }
}

// One fold: load, compute and store follow each other.
TEST(SystolicRun, OneFoldTakesLoadPlusComputePlusStore) {
  const SystolicArray array{8, 8, Dataflow::OutputStationary, Folds::Separate};
  SystolicMemory memory;
  memory.port = {4.0, 30};
  const SystolicRun run = systolic_run(array, {8, 8, 16}, memory);
  const std::int64_t load = 2 * (8 * 16 + 8 * 16) / 4 + 30, store = 2 * 8 * 8 / 4;
  EXPECT_EQ(run.cycles, load + (16 + 8 + 8 - 2) + store);
}

TEST(FoldQueue, ManyFoldsAlikeFinishAsIfEnteredOneByOne) {
  Rng rng(8, "queue");
  for (int i = 0; i < 2000; ++i) {
    const MemoryPort port{0.5 * double(up_to(rng, 64)), up_to(rng, 300)};
    FoldQueue at_once(port), one_by_one(port);
    for (int kind = 0; kind < 3; ++kind) {
      const FoldWork fold{up_to(rng, 500), up_to(rng, 300), up_to(rng, 9000) * up_to(rng, 2) - 1,
                          up_to(rng, 4000) - 1};
      const std::int64_t count = up_to(rng, 60);
      at_once.enter(fold, count);
      for (std::int64_t n = 0; n < count; ++n) one_by_one.enter(fold, 1);
    }
    ASSERT_EQ(at_once.finish(), one_by_one.finish());
    ASSERT_EQ(at_once.waited(), one_by_one.waited());
  }
}

// Loads and stores that take turns on a busy memory may come back to where they were only every so
// many folds: 1 to 300 cycles of latency and work let no cycle be longer than thousands.
TEST(FoldQueue, ABillionFoldsOfAnyKindCostThousands) {
  Rng rng(9, "cycles");
  for (int i = 0; i < 2000; ++i) {
    FoldQueue queue({0.5 * double(up_to(rng, 64)), up_to(rng, 300)});
    queue.enter({up_to(rng, 500), up_to(rng, 300), up_to(rng, 18000) - 1, up_to(rng, 4000) - 1},
                1'000'000'000);
    ASSERT_LT(queue.simulated(), 10'000);
  }
}

TEST(FoldQueue, RoundsRepeatedFinishAsIfEntered) {
  const FoldWork first{700, 50, 4096, 0}, other{200, 50, 1024, 512};
  FoldQueue repeated({16.0, 100}), entered({16.0, 100});
  for (int i = 0; i < 1000; ++i) {
    entered.enter(first, 1);
    entered.enter(other, 20);
  }
  for (int i = 1; i <= 1000; ++i) {
    const FoldQueue::Mark before = repeated.mark();
    repeated.enter(first, 1);
    repeated.enter(other, 20);
    if (repeated.mark().ahead != before.ahead) continue;
    repeated.repeat(before, 1000 - i);
    break;
  }
  EXPECT_EQ(repeated.finish(), entered.finish());
  EXPECT_EQ(repeated.waited(), entered.waited());
  EXPECT_LT(repeated.simulated(), entered.simulated());
}

TEST(FoldQueue, AMillionFoldsAlikeCostAHandful) {
  FoldQueue queue({16.0, 100});
  queue.enter({200, 50, 4096, 1024}, 1'000'000);
  EXPECT_LT(queue.simulated(), 50);
  EXPECT_GE(queue.finish(), std::int64_t{1'000'000} * (4096 + 1024) / 16);
}

}  // namespace
}  // namespace orrery
