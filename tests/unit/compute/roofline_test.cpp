#include <gtest/gtest.h>

#include <string>

#include "../../support/chips.hpp"
#include "orrery/compute/moe_layer.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

using testing::b200;
using testing::h100;
using testing::tpu;

const std::string kFolder = ORRERY_SOURCE_DIR "/catalog/calibration/kernels";

KernelCalibration calibration(const std::string& name) {
  const auto read = read_kernel_calibration(kFolder + "/" + name + ".yaml");
  if (!read) {
    for (const Error& e : read.error()) ADD_FAILURE() << to_string(e);
    return {};
  }
  return *read;
}

std::unique_ptr<ComputeModel> model_of(const Chip& chip) {
  return make_roofline(chip, calibration(chip.kind == ChipKind::Tpu ? "tpu" : chip.name));
}

Kernel product(double m, double n, double k) {
  return {.kind = OpKind::Matmul, .m = m, .n = n, .k = k};
}

Kernel attention(double batch, double q, double kv, double heads, double kv_heads) {
  Kernel kernel{.kind = OpKind::Attention};
  kernel.batch = batch;
  kernel.q_len = q;
  kernel.kv_len = kv;
  kernel.heads = heads;
  kernel.kv_heads = kv_heads;
  kernel.head_dim = kernel.v_head_dim = 128;
  return kernel;
}

class EveryCalibration : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryCalibration, IsReadWithoutProblems) {
  EXPECT_EQ(calibration(GetParam()).name, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Catalog, EveryCalibration,
                         ::testing::Values("a100-sxm", "h100-sxm", "h200", "b200", "b300", "gb200",
                                           "rtx-pro-6000-server", "v100", "ampere", "hopper",
                                           "blackwell", "blackwell-ultra", "blackwell-rtx", "ada",
                                           "volta", "gpu", "tpu", "npu", "sram"));

TEST(Roofline, NeverBeatsPeakOrBandwidth) {
  for (const Chip& chip : {h100(), b200(), tpu(256)}) {
    const auto model = model_of(chip);
    for (double m = 1; m <= 65536; m *= 4) {
      for (double n = 64; n <= 16384; n *= 4) {
        for (double k = 64; k <= 16384; k *= 4) {
          const KernelTime t = model->time(product(m, n, k));
          EXPECT_GT(t.duration, Flops{2 * m * n * k} / chip.peak.bf16);
          EXPECT_GT(t.duration, Bytes{2 * (m * n + n * k + m * k)} / chip.memory.bandwidth);
        }
      }
    }
  }
}

TEST(Roofline, AttentionNeverBeatsItsMathOrItsCache) {
  const Chip chip = h100();
  const auto model = model_of(chip);
  for (double length = 16; length <= 65536; length *= 4) {
    const Flops math{4.0 * 32 * length * length * 128 / 2};
    EXPECT_GT(model->time(attention(1, length, length, 32, 8)).duration, math / chip.peak.bf16);
    const Bytes cache{2.0 * 64 * length * 8 * 128 * 2};
    EXPECT_GT(model->time(attention(64, 1, length, 32, 8)).duration, cache / chip.memory.bandwidth);
  }
}

// Decode repeated on one cache: what fits into a part of L2 streams `l2_multiple` times as fast.
TEST(Roofline, ACacheLeftInL2IsReadFromThere) {
  Chip chip = h100();
  chip.l2 = Bytes{256e6};
  KernelCalibration c = calibration(chip.name);
  c.memory.l2_multiple = 2;
  c.attention.decode_rest = 0;
  c.attention.decode_floor = c.attention.decode_start_shared = c.attention.decode_row_shared = {};
  c.attention.split_floor = {};
  c.attention.decode_math = 1;
  const auto decode = [&](double batch, bool left) {
    Kernel k = attention(batch, 1, 4096, 32, 8);
    k.left_in_cache = left;
    return make_roofline(chip, c)->time(k).duration.value();
  };
  // 8 sequences x 4,096 tokens x 8 heads x 128 x 2 x 2 B = 134 MB; 16 of them: 268 MB
  EXPECT_NEAR(decode(8, true), decode(8, false) / 2, 1e-9);
  EXPECT_DOUBLE_EQ(decode(16, true), decode(16, false));
  chip.l2_copies = 2;  // 128 MB of its own for either half
  EXPECT_DOUBLE_EQ(decode(8, true), decode(8, false));
}

// More rows never take less time, but for what a coarser tile or another split saves at the seam.
TEST(Roofline, GrowsWithRowsUpToQuantisation) {
  const auto model = model_of(h100());
  for (const double n : {1024.0, 4096.0, 28672.0}) {
    Seconds longest;
    for (double m = 1; m < 20000; m = m * 1.1 + 1) {
      const Seconds t = model->time(product(static_cast<int>(m), n, 8192)).duration;
      EXPECT_GT(t / std::max(longest, Seconds{1e-9}), 0.97) << m << " rows by " << n;
      longest = std::max(longest, t);
    }
  }
}

TEST(Roofline, OneTileMoreThanAWaveCostsAWave) {
  const Chip chip = h100();
  KernelCalibration c = calibration("h100-sxm");
  c.matmul.tiles = {{128, 128}};
  c.matmul.bf16.split = 1;
  const auto model = make_roofline(chip, c);
  const KernelTime whole = model->time(product(128, 128.0 * chip.cores, 8192));
  const KernelTime more = model->time(product(128, 128.0 * chip.cores + 1, 8192));
  EXPECT_NEAR(more.math / whole.math, 2.0, 0.05);
}

TEST(Roofline, SystolicArraysPadToTheirSize) {
  const auto narrow = model_of(tpu(128)), wide = model_of(tpu(256));
  const Kernel odd = product(65536, 128, 8192), even = product(65536, 256, 8192);
  EXPECT_NEAR(wide->time(even).math / wide->time(odd).math, 1.0, 1e-9);
  EXPECT_NEAR(narrow->time(even).math / narrow->time(odd).math, 2.0, 0.05);
}

TEST(Roofline, CausalAttentionCostsHalfAndAWindowLess) {
  const auto model = model_of(h100());
  Kernel full = attention(1, 32768, 32768, 32, 8);
  const Seconds causal = model->time(full).math;
  Kernel windowed = full;
  windowed.window = 4096;
  full.causal = false;
  EXPECT_NEAR(causal / model->time(full).math, 0.5, 0.03);
  EXPECT_LT(model->time(windowed).math, 0.3 * causal);
}

TEST(Roofline, BackwardDoesTwoAndAHalfTimesTheProducts) {
  const auto model = model_of(h100());
  Kernel kernel = attention(4, 8192, 8192, 32, 32);
  const KernelTime forward = model->time(kernel);
  kernel.pass = Pass::Backward;
  const KernelTime backward = model->time(kernel);
  EXPECT_NEAR(backward.flops / forward.flops, 2.5, 1e-9);
  EXPECT_GT(backward.duration, 2.0 * forward.duration);
}

TEST(Roofline, EveryKindHasATime) {
  const auto model = model_of(b200());
  for (const OpKind kind :
       {OpKind::LinearAttention, OpKind::StateSpace, OpKind::SparseIndex, OpKind::Convolution,
        OpKind::Norm, OpKind::Elementwise, OpKind::Embedding, OpKind::Router, OpKind::Permute,
        OpKind::CrossEntropy}) {
    Kernel kernel{.kind = kind};
    kernel.bytes_read = kernel.bytes_written = 1e9;
    const KernelTime t = model->time(kernel);
    EXPECT_GT(t.duration, Bytes{2e9} / b200().memory.bandwidth);
    EXPECT_LT(t.duration, 2.0 * (Bytes{2e9} / b200().memory.bandwidth));
  }
}

TEST(MoeLayer, DealsEveryCopyOnce) {
  MoeLayer layer;
  layer.tokens = 4096;
  layer.hidden = 7168;
  layer.ffn = 2048;
  layer.top_k = 8;
  layer.experts = 256;
  layer.expert = 8;
  const MoeLoad even = moe_load(layer);
  EXPECT_EQ(even.rows, 4096.0 * 8 / 8);
  EXPECT_EQ(even.active, 32);
  layer.skew = 1.2;
  const MoeLoad skewed = moe_load(layer);
  EXPECT_GT(skewed.rows, even.rows);
  EXPECT_LT(skewed.rows, 4096.0 * 8);
  EXPECT_GT(skewed.heaviest, skewed.rows / skewed.active);
  double flops = 0;
  layer.skew = 0;
  for (const Kernel& kernel : moe_layer_kernels(layer)) {
    if (kernel.kind == OpKind::GroupedMatmul) flops += 2 * kernel.m * kernel.n * kernel.k;
  }
  EXPECT_EQ(flops, 2.0 * 4096 * 7168 * 2048 * 3);
}

TEST(Calibration, FallsBackFromNameToGenerationToKind) {
  Chip chip;
  chip.name = "gh200";
  chip.generation = "hopper";
  EXPECT_EQ(kernel_calibration_file(chip, kFolder), kFolder + "/hopper.yaml");
  chip.generation = "cdna3";
  EXPECT_EQ(kernel_calibration_file(chip, kFolder), kFolder + "/gpu.yaml");
  chip.calibration = "b200";
  EXPECT_EQ(kernel_calibration_file(chip, kFolder), kFolder + "/b200.yaml");
}

// A weight gradient sums across the scales of both operands. The cast that made MX's first layout
// wrote the second beside it: one byte more beside two read and one written, so a third of a cast.
// Row scales: both are cast anew.
TEST(Roofline, WeightGradientsCastAgainWhatTheirScalesCross) {
  const auto model = model_of(b200());
  const auto casting = [&](Scaling scaling, Pass pass) {
    Kernel kernel = product(8192, 8192, 8192);
    kernel.compute = kernel.weights = DType::Fp8;
    kernel.scaling = scaling;
    kernel.pass = pass;
    const Seconds plain = model->time(kernel).duration;
    kernel.quantises_input = true;
    return (model->time(kernel).duration - plain).value();
  };
  const double floor = calibration("b200").matmul.fp8_block.floor.value();
  const double mx = casting(Scaling::Mx, Pass::Forward) - floor;
  EXPECT_NEAR(casting(Scaling::Mx, Pass::BackwardWeight) - floor, 2 * mx / 3, 1e-9 * mx);
  const double row_floor = calibration("b200").matmul.fp8.floor.value();
  const double row = casting(Scaling::Row, Pass::Forward) - row_floor;
  EXPECT_NEAR(casting(Scaling::Row, Pass::BackwardWeight) - row_floor, 2 * row, 1e-9 * row);
}

}  // namespace
}  // namespace orrery
