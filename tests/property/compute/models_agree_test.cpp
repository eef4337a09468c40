// What the three compute models owe each other and the data sheet, for any product.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "../../support/chips.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/compute/models/builtins.hpp"

namespace orrery {
namespace {

const std::string kFolder = ORRERY_SOURCE_DIR "/catalog/calibration/kernels/";

Chip tpu_v5p() {
  Chip chip = testing::tpu(128);
  chip.peak.bf16 = chip.peak.fp16 = chip.peak.fp8 = FlopsPerSecond{459e12};
  chip.peak.int8 = FlopsPerSecond{918e12};
  chip.memory.bandwidth = BytesPerSecond{2.765e12};
  chip.clock = Hertz{1.75e9};
  chip.sram = 128_MiB;
  return chip;
}

struct Machine {
  Chip chip;
  KernelCalibration calibration;

  [[nodiscard]] std::unique_ptr<ComputeModel> model(const char* name) const {
    return make_compute_model(name, chip, calibration);
  }
};

Machine machine(const Chip& chip, const std::string& calibration) {
  const auto read = read_kernel_calibration(kFolder + calibration + ".yaml");
  EXPECT_TRUE(read.has_value());
  return {chip, read.value_or(KernelCalibration{})};
}

std::vector<Machine> machines() {
  return {machine(testing::h100(), "h100-sxm"), machine(testing::b200(), "b200"),
          machine(testing::a100(), "a100-sxm"), machine(tpu_v5p(), "tpu")};
}

// Dimensions spread evenly over their logarithms.
Kernel product(Rng& rng) {
  const auto dimension = [&] {
    return std::floor(std::exp(rng.uniform() * std::log(20000.0)) + 1);
  };
  return {.kind = OpKind::Matmul, .m = dimension(), .n = dimension(), .k = dimension()};
}

double bound(const Machine& m, const Kernel& k) {
  const double bytes = 2.0 * (k.m * k.k + k.k * k.n + k.m * k.n);
  return std::max(2.0 * k.m * k.n * k.k / m.chip.peak.bf16.value(),
                  bytes / m.chip.memory.bandwidth.value());
}

TEST(ComputeModels, NoneBeatsThePeaksOfTheDataSheet) {
  Rng rng(11, "products");
  for (const Machine& m : machines()) {
    for (const ComputeModelKind& kind : compute_models()) {
      const auto model = make_compute_model(kind.name, m.chip, m.calibration);
      for (int i = 0; i < 500; ++i) {
        const Kernel k = product(rng);
        const KernelDetail detail = model->detail(k);
        ASSERT_GE(detail.time.duration.value(), bound(m, k) * (1 - 1e-12))
            << kind.name << " on " << m.chip.name << ": " << k.m << " x " << k.n << " x " << k.k;
        ASSERT_LE(detail.utilisation, 1.0);
        ASSERT_GE(detail.traffic.front().bytes.value(), 0.0);
      }
    }
  }
}

// The queues fill and drain where the closed form adds a share of the shorter bound: they may
// differ by that share, and by nothing else in cycle's favour.
constexpr double kBand = 0.25;

TEST(ComputeModels, CycleIsNeverFasterThanTileBeyondTheBand) {
  Rng rng(12, "products");
  for (const Machine& m : machines()) {
    const auto tile = m.model("tile"), cycle = m.model("cycle");
    for (int i = 0; i < 500; ++i) {
      const Kernel k = product(rng);
      const double ratio = cycle->time(k).duration / tile->time(k).duration;
      ASSERT_GE(ratio, 1.0 - kBand) << m.chip.name << ": " << k.m << " x " << k.n << " x " << k.k;
    }
  }
}

TEST(ComputeModels, TileEqualsTheCalibratedFormulasOnGpus) {
  Rng rng(13, "products");
  for (const Machine& m : machines()) {
    if (m.chip.kind != ChipKind::Gpu) continue;
    const auto tile = m.model("tile"), roofline = m.model("roofline");
    for (int i = 0; i < 500; ++i) {
      Kernel k = product(rng);
      if (i % 2 == 0) {
        k = {.kind = OpKind::Attention, .batch = k.m, .q_len = k.n, .kv_len = k.k};
        k.heads = k.kv_heads = 8;
        k.head_dim = k.v_head_dim = 128;
      }
      ASSERT_EQ(tile->time(k).duration.value(), roofline->time(k).duration.value());
    }
  }
}

TEST(ComputeModels, TheSameKernelHasTheSameTimeAgain) {
  const Machine m = machine(tpu_v5p(), "tpu");
  const auto tile = m.model("tile");
  Rng rng(14, "products");
  for (int i = 0; i < 50; ++i) {
    const Kernel k = product(rng);
    const double first = tile->time(k).duration.value();
    ASSERT_EQ(tile->time(k).duration.value(), first);
    ASSERT_EQ(m.model("tile")->time(k).duration.value(), first);
  }
}

TEST(ComputeModels, AnUnknownNameMakesNone) {
  const Machine m = machine(testing::h100(), "h100-sxm");
  EXPECT_EQ(m.model("rooflin"), nullptr);
}

}  // namespace
}  // namespace orrery
