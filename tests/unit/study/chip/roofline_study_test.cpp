// Ops of a model on a chip's roofline: no op above its roof, work as counted from parameters.
#include "orrery/study/chip/roofline_study.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "orrery/compute/roofline_model.hpp"
#include "orrery/study/chip/roofline_picture.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

RooflineStudy study_of(const char* model, const char* chip_name, const RooflineQuestion& q) {
  const Chip chip = *test::catalog().chip(chip_name, Node{});
  const auto compute = make_roofline(chip, *test::catalog().kernels(chip));
  return roofline_study(test::model(model), chip, *compute, q);
}

TEST(RooflineStudyTest, NoOpIsAboveItsRoof) {
  for (const char* chip : {"h100-sxm", "b200", "tpu-v5p", "mi300x"}) {
    for (const char* model : {"llama-3.1-8b", "mixtral-8x7b", "deepseek-v3", "bert-large"}) {
      for (const double length : {16.0, 512.0, 8192.0}) {
        const RooflineStudy s = study_of(model, chip, {Task::Prefill, 4, length, DType::Bf16});
        EXPECT_FALSE(s.points.empty());
        for (const RooflinePoint& p : s.points) {
          if (!(p.work > Flops{}) || !(p.bytes > Bytes{})) continue;
          EXPECT_LE(p.reached(), s.roof(p.intensity(), p.units) * (1 + 1e-9))
              << p.op << " of " << model << " on " << chip;
        }
      }
    }
  }
}

// 2 FLOP a weight and token, Llama 3.1 8B: 32 layers of 4096 x (4096 + 2 x 1024) for qkv.
TEST(RooflineStudyTest, WorkOfAProductIsTwiceItsWeightsForEveryToken) {
  const RooflineStudy s = study_of("llama-3.1-8b", "h100-sxm", {});
  for (const RooflinePoint& p : s.points) {
    if (p.op == "attention.qkv") {
      EXPECT_DOUBLE_EQ(p.work.value(), 32.0 * 2 * 8192 * 4096 * (4096 + 2 * 1024));
    }
  }
}

// A decode step of one sequence reads every weight once: 2 FLOP for 2 bytes.
TEST(RooflineStudyTest, DecodingOneSequenceDoesOneFlopAByte) {
  const RooflineStudy s =
      study_of("llama-3.1-8b", "h100-sxm", {Task::Decode, 1, 4096, DType::Bf16});
  for (const RooflinePoint& p : s.points) {
    if (p.op == "mlp.gate_up") {
      EXPECT_NEAR(p.intensity(), 1.0, 0.01);
      EXPECT_EQ(p.bound, Bound::Memory);
    }
  }
}

TEST(RooflineStudyTest, TheWindowHoldsRidgeAndEveryOp) {
  const RooflineStudy s = study_of("deepseek-v3", "h200", {Task::Decode, 64, 4096, DType::Fp8});
  const RooflineWindow w = window_of(s);
  for (const RooflinePoint& p : s.points) {
    if (!(p.work > Flops{})) continue;
    EXPECT_GE(std::log2(p.intensity()), w.left);
    EXPECT_LE(std::log2(p.intensity()), w.right);
    EXPECT_GE(std::log2(p.reached().value()), w.low);
  }
  for (const FlopsPerSecond peak : ceilings_of(s)) EXPECT_LE(std::log2(peak.value()), w.high);
}

}  // namespace
}  // namespace orrery
