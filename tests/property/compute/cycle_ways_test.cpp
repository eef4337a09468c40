// What the cycle model owes a chip whose file says more of its memory, engines, wires and banks.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "../../support/chips.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/compute/models/builtins.hpp"

namespace orrery {
namespace {

DramKinds memories() {
  DramKinds out;
  for (const char* name : {"hbm2", "hbm2e", "hbm3", "hbm3e"}) {
    const auto document =
        read_document(std::string(ORRERY_SOURCE_DIR "/catalog/memories/") + name + ".yaml");
    Diagnostics problems;
    out.push_back(read<DramKind>(document.value(), problems));
    EXPECT_TRUE(problems.empty());
  }
  return out;
}

KernelCalibration calibration() {
  return read_kernel_calibration(ORRERY_SOURCE_DIR "/catalog/calibration/kernels/tpu.yaml").value();
}

// TPU v5p's size; how fast its scratchpad is and how many banks it has is made up.
Chip chip() {
  Chip c = testing::tpu(128);
  c.cores = 2;
  c.peak.bf16 = c.peak.fp16 = c.peak.fp8 = FlopsPerSecond{459e12};
  c.peak.int8 = FlopsPerSecond{918e12};
  c.memory.bandwidth = BytesPerSecond{2.765e12};
  c.clock = Hertz{1.75e9};
  MemoryLevel vmem;
  vmem.name = "vmem";
  vmem.capacity = c.sram = 128_MiB;
  vmem.bandwidth = BytesPerSecond{40e12};
  vmem.shared_by = 1;
  c.levels = {vmem};
  return c;
}

Chip with(const std::function<void(Chip&)>& change) {
  Chip c = chip();
  change(c);
  return c;
}

void add_dram(Chip& c) {
  c.package.memory = "hbm2e";
  c.package.stacks = 6;
}
void add_engines(Chip& c) { c.dma = {32, BytesPerSecond{80e9}, Seconds{30e-9}, Seconds{200e-9}}; }
void add_wires(Chip& c) {
  c.on_chip_network = {OnChipTopology::Mesh, BytesPerSecond{800e9}, Seconds{2e-9}, 2,
                       Copies::Multicast};
}
void add_banks(Chip& c) { c.levels[0].banks = 768; }

// Dimensions spread evenly over their logarithms.
Kernel product(Rng& rng) {
  const auto dimension = [&] { return std::floor(std::exp(rng.uniform() * std::log(6000.0)) + 1); };
  return {.kind = OpKind::Matmul, .m = dimension(), .n = dimension(), .k = dimension()};
}

std::unique_ptr<ComputeModel> cycle(const Chip& c, const DramKinds& known) {
  return make_compute_model("cycle", c, calibration(), known);
}

TEST(CycleWays, AChipThatSaysNothingOfThemIsPricedAsIfNobodyAsked) {
  Rng rng(31, "products");
  const auto asked = cycle(chip(), memories()), plain = cycle(chip(), {});
  const auto unknown = cycle(with(add_dram), {});
  const auto another =
      cycle(with([](Chip& c) { c.package.memory = "gddr6", c.package.stacks = 8; }), memories());
  for (int i = 0; i < 200; ++i) {
    const Kernel k = product(rng);
    const double time = plain->time(k).duration.value();
    ASSERT_EQ(asked->time(k).duration.value(), time);
    ASSERT_EQ(unknown->time(k).duration.value(), time);
    ASSERT_EQ(another->time(k).duration.value(), time);
  }
}

TEST(CycleWays, NoWayMakesAProductFaster) {
  Rng rng(32, "products");
  const DramKinds known = memories();
  const auto plain = cycle(chip(), known);
  const std::unique_ptr<ComputeModel> all[] = {
      cycle(with(add_dram), known), cycle(with(add_engines), known), cycle(with(add_wires), known),
      cycle(with(add_banks), known)};
  int slower[4] = {};
  for (int i = 0; i < 200; ++i) {
    const Kernel k = product(rng);
    const double time = plain->time(k).duration.value();
    for (int w = 0; w < 4; ++w) {
      const double through = all[w]->time(k).duration.value();
      ASSERT_GE(through, time) << w << ": " << k.m << " x " << k.n << " x " << k.k;
      slower[w] += through > time ? 1 : 0;
    }
  }
  for (const int count : slower) EXPECT_GT(count, 20);
}

TEST(CycleWays, AllTogetherNeitherBeatPeaksNorTileByMoreThanAQuarter) {
  Rng rng(33, "products");
  const Chip c = with([](Chip& it) {
    add_dram(it);
    add_engines(it);
    add_wires(it);
    add_banks(it);
  });
  const auto all = cycle(c, memories());
  const auto tile = make_compute_model("tile", c, calibration());
  for (int i = 0; i < 200; ++i) {
    const Kernel k = product(rng);
    const double bytes = 2.0 * (k.m * k.k + k.k * k.n + k.m * k.n);
    const double bound =
        std::max(2.0 * k.m * k.n * k.k / c.peak.bf16.value(), bytes / c.memory.bandwidth.value());
    const double time = all->time(k).duration.value();
    ASSERT_GE(time, bound * (1 - 1e-12));
    ASSERT_GE(time, 0.75 * tile->time(k).duration.value());
  }
}

// A bank for every element of a step: lanes of three operands on eight arrays.
TEST(CycleWays, BanksForEveryLaneNeverConflict) {
  Rng rng(34, "products");
  const auto plain = cycle(chip(), {});
  const auto banked = cycle(with([](Chip& c) {
                              c.levels[0].banks = 1 << 20;
                              c.levels[0].bandwidth = BytesPerSecond{8.0 * (1 << 20) * 1.75e9};
                            }),
                            {});
  for (int i = 0; i < 20; ++i) {
    Kernel k = product(rng);
    k.m = std::min(k.m, 200.0), k.n = std::min(k.n, 200.0), k.k = std::min(k.k, 200.0);
    ASSERT_EQ(banked->time(k).duration.value(), plain->time(k).duration.value());
  }
}

}  // namespace
}  // namespace orrery
