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

Kernel rows(OpKind kind, double count, double features, double transcendentals) {
  Kernel k{.kind = kind};
  k.m = count;
  k.n = features;
  k.bytes_read = k.bytes_written = 2.0 * count * features;
  k.transcendentals = transcendentals;
  return k;
}

// One pass over rows that fit, and memory that is slower than the units: both models say the same.
TEST(ComputeModels, TileTakesTheRooflinesTimeForRowsThatFit) {
  const Machine m = machine(tpu_v5p(), "tpu");
  const auto tile = m.model("tile"), roofline = m.model("roofline");
  Rng rng(15, "rows");
  for (int i = 0; i < 200; ++i) {
    const double count = double(1000 + rng.below(100000)), features = double(64 + rng.below(8000));
    for (const Kernel& k :
         {rows(OpKind::Norm, count, features, 0), rows(OpKind::Norm, count, features, 1),
          rows(OpKind::Elementwise, count, features, 2)}) {
      const double ratio = tile->time(k).duration / roofline->time(k).duration;
      ASSERT_NEAR(ratio, 1.0, 0.05) << count << " x " << features;
    }
  }
}

Kernel attention(double batch, double queries, double keys, double width) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = batch;
  k.q_len = queries;
  k.kv_len = keys;
  k.heads = 32;
  k.kv_heads = 8;
  k.head_dim = k.v_head_dim = width;
  return k;
}

// The roofline assumes that prefill reaches half of the peak; the mapping, on arrays as wide as the
// heads, up to the products' 85% less what masked blocks and the softmax cost. Decode is bound by
// the same bytes at the same share.
TEST(ComputeModels, TileAgreesWithTheRooflineOnAttentionWithinWhatEachAssumes) {
  const Machine m = machine(tpu_v5p(), "tpu");
  const auto tile = m.model("tile"), roofline = m.model("roofline");
  for (double length = 2048; length <= 131072; length *= 2) {
    const Kernel prefill = attention(1, length, length, 128),
                 decode = attention(64, 1, length, 128);
    const double long_ratio = tile->time(prefill).duration / roofline->time(prefill).duration,
                 short_ratio = tile->time(decode).duration / roofline->time(decode).duration;
    EXPECT_GE(long_ratio, 0.45) << length;
    EXPECT_LE(long_ratio, 0.75) << length;
    EXPECT_NEAR(short_ratio, 1.0, 0.2) << length;
    // Heads half as wide do half the work in as much time.
    const Kernel narrow = attention(1, length, length, 64);
    EXPECT_NEAR(tile->detail(prefill).utilisation / tile->detail(narrow).utilisation, 2.0, 0.2);
  }
}

TEST(ComputeModels, NoAttentionOrRowKernelBeatsTheDataSheet) {
  const Machine m = machine(tpu_v5p(), "tpu");
  const auto tile = m.model("tile");
  Rng rng(16, "kernels");
  for (int i = 0; i < 300; ++i) {
    Kernel k = attention(double(1 + rng.below(8)), 1, double(1 + rng.below(20000)), 64);
    if (i % 2 == 0) k.q_len = k.kv_len;
    if (i % 3 == 0) k.window = double(1 + rng.below(5000));
    if (i % 4 == 0) k.pass = Pass::Backward;
    if (i % 5 == 0) k = rows(OpKind::Norm, 1000, double(1 + rng.below(1000000)), double(i % 2));
    const KernelDetail d = tile->detail(k);
    const double flops = d.time.flops.value(), bytes = d.time.bytes.value();
    const double peak = k.kind == OpKind::Norm ? m.chip.peak.vector.value() : 459e12;
    ASSERT_GE(d.time.duration.value(), flops / peak) << i;
    ASSERT_GE(d.time.duration.value(), bytes / m.chip.memory.bandwidth.value()) << i;
    ASSERT_LE(d.utilisation, 1.0);
    ASSERT_GE(d.traffic.back().bytes.value(), 0);
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
