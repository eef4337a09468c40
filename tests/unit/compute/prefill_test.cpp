// Prefill on chips whose warps multiply from registers: blocks as large as shared memory lets them,
// the way of keys and values through L2, head dims that kernels are compiled for.
#include <gtest/gtest.h>

#include "../../support/chips.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

// An A100 with so much memory beside the units of each SM, of which 28 KiB stay a cache.
Chip registers_multiply(double kibibytes) {
  Chip chip = testing::a100();
  chip.matrix_instructions = MatrixInstructions::Synchronous;
  chip.sram = Bytes{chip.cores * kibibytes * 1024};
  return chip;
}

KernelCalibration calibration(double wait) {
  KernelCalibration c;
  c.attention.prefill = 1;
  c.attention.prefill_wait = wait;
  c.attention.tail = 0;
  c.matmul.l2_bandwidth = 2;
  return c;
}

constexpr double kLength = 8192, kHeads = 108;

Kernel prefill(double head) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = 1;
  k.q_len = k.kv_len = kLength;
  k.heads = k.kv_heads = kHeads;
  k.causal = false;
  k.head_dim = k.v_head_dim = head;
  return k;
}

double seconds(const Chip& chip, const KernelCalibration& c, double head) {
  return make_roofline(chip, c)->time(prefill(head)).duration.value();
}

// Every block of `rows` queries reads all keys and values, 2 bytes an element.
double through_l2(const Chip& chip, double head, double rows) {
  return kHeads * kLength / rows * kLength * 2 * head * 2 / (2 * chip.memory.bandwidth.value());
}

double waited(const Chip& chip, double head) {
  return seconds(chip, calibration(1), head) - seconds(chip, calibration(0), head);
}

// 128 queries of head dim 128, two stages of 64 keys and values and their scores: 112 KiB.
TEST(PrefillTest, BlocksAreHalfAsLargeWhereSharedMemoryIsTooSmall) {
  const Chip roomy = registers_multiply(28 + 112), tight = registers_multiply(28 + 111);
  EXPECT_NEAR(waited(roomy, 128), through_l2(roomy, 128, 128), 1e-9);
  EXPECT_NEAR(waited(tight, 128), through_l2(tight, 128, 64), 1e-9);
  EXPECT_NEAR(waited(tight, 64), through_l2(tight, 64, 128), 1e-9);
}

TEST(PrefillTest, AnUnknownSharedMemoryLimitsNothing) {
  const Chip chip = registers_multiply(0);
  EXPECT_NEAR(waited(chip, 128), through_l2(chip, 128, 128), 1e-9);
}

// Counted score by score.
TEST(PrefillTest, WorkIsWhatMaskAndWindowLeave) {
  for (const double cached : {0.0, 5.0, 40.0}) {
    for (const double window : {0.0, 1.0, 7.0, 30.0, 1000.0}) {
      Kernel k = prefill(64);
      k.causal = true;
      k.q_len = 20;
      k.kv_len = 20 + cached;
      k.window = window;
      double scores = 0;
      for (double query = cached; query < k.kv_len; ++query) {
        for (double key = 0; key <= query; ++key) scores += window == 0 || query - key < window;
      }
      const KernelTime t = make_roofline(registers_multiply(192), calibration(0))->time(k);
      EXPECT_DOUBLE_EQ(t.flops.value(), scores * kHeads * 2 * (64 + 64)) << cached << " " << window;
    }
  }
}

TEST(PrefillTest, OneLibraryCompilesPowersOfTwoTheOtherStepsOf32) {
  const Chip chip = registers_multiply(256);
  KernelCalibration c = calibration(0);
  const auto math = [&](double head) {
    return make_roofline(chip, c)->time(prefill(head)).math.value();
  };
  c.attention_library = "tensorrt_llm";
  EXPECT_DOUBLE_EQ(math(192), math(256));
  EXPECT_DOUBLE_EQ(math(80), math(128));
  c.attention_library = "flash_attention";
  EXPECT_LT(math(192), math(256));
  EXPECT_DOUBLE_EQ(math(80), math(96));
}

}  // namespace
}  // namespace orrery
