#include "orrery/ops/op_graph.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

// The definition: query t of a causal sequence sees the keys up to t that the mask leaves.
double counted_keys(std::int64_t sequence, std::int64_t window, bool chunked) {
  double total = 0;
  for (std::int64_t t = 1; t <= sequence; ++t) {
    if (window == 0) {
      total += static_cast<double>(t);
    } else {
      total += static_cast<double>(chunked ? (t - 1) % window + 1 : std::min(t, window));
    }
  }
  return total / static_cast<double>(sequence);
}

TEST(MeanKeys, EqualsACountOverTheMask) {
  for (const std::int64_t window : {0, 16, 64, 1000}) {
    AttentionShape shape;
    shape.window = window;
    EXPECT_DOUBLE_EQ(mean_keys(shape, 256), counted_keys(256, window, false)) << window;
  }
  AttentionShape chunks;
  chunks.window = 64;
  chunks.chunked = true;
  EXPECT_DOUBLE_EQ(mean_keys(chunks, 256), counted_keys(256, 64, true));
}

TEST(MeanKeys, FullAttentionSeesAllAndAnIndexerAtMostItsPick) {
  AttentionShape full;
  full.causal = false;
  EXPECT_EQ(mean_keys(full, 100), 100);
  AttentionShape picked;
  picked.selected = 16;
  EXPECT_DOUBLE_EQ(mean_keys(picked, 256), counted_keys(256, 16, false));
  EXPECT_DOUBLE_EQ(mean_keys(picked, 8), counted_keys(8, 0, false));  // fewer keys than it may pick
}

TEST(MeanKeys, CompressedKeysAndRecentOnesAddUp) {
  AttentionShape shape;
  shape.compress = 4;
  shape.recent = 16;
  // 64 compressed keys, half seen on average, and the latest 16 as they are.
  EXPECT_DOUBLE_EQ(mean_keys(shape, 256), (64 + 1) / 2.0 + counted_keys(256, 16, false));
}

TEST(OpGraph, CachesAndStatesCountEachRepeatedLayer) {
  Op attention;
  attention.cache = 10;
  Op scan;
  scan.state_elements = 7;
  OpGraph graph;
  graph.layers = {Layer{"a", {attention}}, Layer{"b", {scan}}};
  graph.body = {{0, 3}, {1, 2}, {0, 1}};
  EXPECT_EQ(kv_cache_elements_per_token(graph), 40);
  EXPECT_EQ(state_elements_per_sequence(graph), 14);
  EXPECT_EQ(depth(graph), 6);
}

}  // namespace
}  // namespace orrery
