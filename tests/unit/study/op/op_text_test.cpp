#include "orrery/study/op/op_text.hpp"

#include <gtest/gtest.h>

#include <iterator>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

std::string problems(std::string_view text) {
  std::string out;
  const auto read = parse_op(text);
  if (read) return "read";
  for (const Error& e : read.error()) out += to_string(e) + "\n";
  return out;
}

TEST(OpText, AProductIsRowsColumnsDepthAndAFormat) {
  const auto k = parse_op("matmul 4096x1024x512 fp8 weights=fp4 count=3 scaling=block quantise=1");
  ASSERT_TRUE(k.has_value());
  EXPECT_EQ(k->kind, OpKind::Matmul);
  EXPECT_EQ(k->m, 4096);
  EXPECT_EQ(k->n, 1024);
  EXPECT_EQ(k->k, 512);
  EXPECT_EQ(k->count, 3);
  EXPECT_EQ(k->compute, DType::Fp8);
  EXPECT_EQ(k->weights, DType::Fp4);
  EXPECT_EQ(k->scaling, Scaling::Block);
  EXPECT_TRUE(k->quantises_input);
}

TEST(OpText, WhatIsLeftOutFollowsWhatIsGiven) {
  const auto k = parse_op("attention q=8k heads=32 bf16");
  ASSERT_TRUE(k.has_value());
  EXPECT_EQ(k->q_len, 8000);
  EXPECT_EQ(k->kv_len, 8000);
  EXPECT_EQ(k->kv_heads, 32);
  EXPECT_EQ(k->head_dim, 128);
  EXPECT_EQ(k->v_head_dim, 128);
  EXPECT_EQ(k->weights, DType::Bf16);
  EXPECT_TRUE(k->causal);
}

// ResNet's first layer without padding: floor((224 - 7) / 2) + 1 = 109 outputs a side, as PyTorch's
// page on Conv2d has it; its three pixels of padding on each side make 112.
TEST(OpText, AConvolutionIsItsImplicitProduct) {
  const auto k = parse_op("convolution 8x224x224x3 filters=64 window=7 stride=2");
  ASSERT_TRUE(k.has_value());
  EXPECT_EQ(k->kind, OpKind::Matmul);
  EXPECT_EQ(k->m, 8 * 109 * 109);
  EXPECT_EQ(k->n, 64);
  EXPECT_EQ(k->k, 7 * 7 * 3);
}

TEST(OpText, AConvolutionOfPaddedPixelsHasTheOutputsOfThePaper) {
  const auto k = parse_op("convolution 1x230x230x3 filters=64 window=7 stride=2");
  ASSERT_TRUE(k.has_value());
  EXPECT_EQ(k->m, 112 * 112);
}

TEST(OpText, ValuesThatContradictEachOtherAreWrong) {
  EXPECT_EQ(problems("attention q=4096 kv=100 heads=32 bf16"),
            "op:1:21: saw kv 100; expected no less than q: the last query sees all keys\n");
  EXPECT_EQ(problems("attention q=4096 kv=100 heads=32 causal=0 bf16"), "read");
  EXPECT_EQ(problems("attention q=64 heads=32 kv_heads=5"),
            "op:1:34: saw kv_heads 5; expected a divisor of heads\n");
  EXPECT_EQ(problems("attention q=64 heads=32 causal=2"),
            "op:1:32: saw '2'; expected causal, 0 or 1\n");
  EXPECT_EQ(problems("mla_decode kv=64 latent=64"),
            "op:1:25: saw '64'; expected latent, a whole number from 65\n");
  EXPECT_EQ(problems("convolution 1x2x8x8 filters=8"),
            "op:1:30: saw window 3; expected no more than height and width\n");
  EXPECT_EQ(problems("grouped_matmul 64x8x8 experts=4 heaviest=15"),
            "op:1:42: saw heaviest 15; expected 0, or from rows / experts to rows\n");
  EXPECT_EQ(problems("top_k 8x7 k=8"), "op:1:13: saw k 8; expected no more than experts\n");
}

// 1e7 cubed is a month of an H100; what is beyond it could not be counted in cycles.
TEST(OpText, AProductIsAtMostTheWorkOfMonths) {
  EXPECT_EQ(problems("matmul 10000000x10000000x10000000"), "read");
  EXPECT_EQ(problems("matmul 10000000x10000000x10000001"),
            "op:1:26: saw k 10000001; expected at most 1e21 multiply-adds in all\n");
  EXPECT_EQ(problems("matmul 1x1x1 count=1e13"),
            "op:1:20: saw '1e13'; expected count, a whole number up to 1e12\n");
}

TEST(OpText, StreamsCountTheirBytes) {
  const auto norm = parse_op("norm 100x10 fp32");
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->bytes_read, 4000);
  const auto add = parse_op("elementwise 100x10 inputs=2 bf16");
  ASSERT_TRUE(add.has_value());
  EXPECT_EQ(add->bytes_read, 4000);
  EXPECT_EQ(add->bytes_written, 2000);
  const auto cast = parse_op("quantise 100x10 bf16 weights=fp4 scaling=mx");
  ASSERT_TRUE(cast.has_value());
  EXPECT_EQ(cast->bytes_read, 2000);
  EXPECT_EQ(cast->bytes_written, 562.5);  // with a scale for every 16
  const auto back = parse_op("dequantise 100x10 bf16");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->bytes_read, 1000);
  EXPECT_EQ(back->bytes_written, 2000);
  EXPECT_EQ(parse_op("softmax 8x8")->transcendentals, 1);
  EXPECT_EQ(parse_op("decode kv=8 heads=8 page=16")->page, 16);
}

TEST(OpText, EveryMistakeIsLocatedByColumn) {
  EXPECT_EQ(problems("matmul 8192x81y2x8192 bf61"),
            "op:1:13: saw '81y2'; expected n, a whole number from 1\n"
            "op:1:23: saw 'bf61'; expected matmul MxNxK [count=1] and a number format such as "
            "bf16\n");
  EXPECT_EQ(problems("matmul 8x8 bf16"), "op:1:8: saw 2 sizes; expected matmul MxNxK [count=1]\n");
  EXPECT_EQ(problems("matmul bf16"), "op:1:12: saw no sizes; expected matmul MxNxK [count=1]\n");
  EXPECT_EQ(problems("norm 8x0"), "op:1:8: saw '0'; expected features, a whole number from 1\n");
  EXPECT_EQ(problems("norm 8x8 bf16 fp8"), "op:1:15: saw a second format, fp8; expected one\n");
  EXPECT_EQ(problems("decode heads=2"),
            "op:1:15: saw no kv; expected decode [batch=1] [q=1] kv=N heads=N [kv_heads=heads] "
            "[dim=128] [window=0] [page=0]\n");
  EXPECT_EQ(problems("top_k 8x8 k=nan"), "op:1:13: saw 'nan'; expected k, a whole number from 1\n");
  EXPECT_EQ(problems("top_k 8x8 scaling=rwo"),
            "op:1:19: saw 'rwo'; expected one of none, tensor, row, block, mx\n");
}

TEST(OpText, EveryFormIsRead) {
  const char* kExamples[] = {"matmul 64x64x64",
                             "grouped_matmul 64x64x64 experts=8",
                             "convolution 8x64x64x3 filters=8",
                             "attention q=8 heads=8",
                             "decode kv=8 heads=8",
                             "mla_decode kv=8",
                             "scan tokens=8 heads=8",
                             "norm 8x8",
                             "softmax 8x8",
                             "quantise 8x8",
                             "dequantise 8x8",
                             "elementwise 8x8",
                             "embedding 8x8",
                             "top_k 8x8"};
  ASSERT_EQ(op_forms().size(), std::size(kExamples));
  for (const char* text : kExamples) EXPECT_EQ(problems(text), "read") << text;
}

TEST(OpText, NoTextCrashes) {
  const char* kPieces[] = {"matmul", " ",    "8x8x8",     "bf16",     "=",  "x", "q=",   "heads=4",
                           "\xff",   "1e99", "attention", "weights=", "-1", "",  "kv=8", "decode"};
  Rng rng(9, "text");
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int n = 0; n < 6; ++n) text += kPieces[rng.below(16)] + std::string(rng.below(2), ' ');
    const auto read = parse_op(text);
    ASSERT_TRUE(read.has_value() || !read.error().empty());
  }
}

}  // namespace
}  // namespace orrery
