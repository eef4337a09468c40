#include "orrery/model/build.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

ModelSpec read_spec(const std::string& text) {
  const auto node = parse_document(text, "model.yaml");
  EXPECT_TRUE(node.has_value());
  Diagnostics problems;
  const ModelSpec spec = read<ModelSpec>(*node, problems);
  for (const Error& problem : problems) ADD_FAILURE() << to_string(problem);
  return spec;
}

ModelSpec gpt() {
  return read_spec(
      "{layers: 48, hidden: 6144, ffn: 24576, heads: 64, vocabulary: 51200, positions: 2048, "
      "gated: false, "
      "norm: layer, attention_bias: true, mlp_bias: true, learned_positions: true, dropout: true, "
      "tied_embeddings: true}");
}

// Bytes a token of one layer at 16 bits, cut as op.hpp says beside `saved`.
double saved_bytes(const Layer& layer, double tensor, bool sequence_parallel) {
  double total = 0;
  for (const Op& op : layer.ops) {
    const bool cut = op.sharding == Sharding::Row || op.sharding == Sharding::Heads ||
                     op.sharding == Sharding::Inner || sequence_parallel;
    total += (2 * op.saved + op.saved_bytes) / (cut ? tensor : 1.0);
  }
  return total;
}

TEST(Build, GptLayerKeepsWhatKorthikantiCount) {
  // Korthikanti et al. 2022, equations 1, 2 and 4: sbh(34 + 5as/h), sbh(10 + 24/t + 5as/ht), all
  // over t.
  const OpGraph graph = build(gpt());
  const Layer& layer = graph.layers.at(0);
  const double h = 6144;
  EXPECT_DOUBLE_EQ(saved_bytes(layer, 1, false), 34 * h);
  EXPECT_DOUBLE_EQ(saved_bytes(layer, 8, false), (10 + 24.0 / 8) * h);
  EXPECT_DOUBLE_EQ(saved_bytes(layer, 8, true), 34 * h / 8);
  double per_score = 0;
  for (const Op& op : layer.ops) per_score += op.saved_bytes_per_score;
  EXPECT_EQ(per_score, 5.0);
}

TEST(Build, GptLayerDoesTheWellKnownWork) {
  // Narayanan et al. 2021, appendix: 24 B s h^2 + 4 B s^2 h a layer forward, all keys counted.
  OpGraph graph = build(gpt());
  const double s = 2048, h = 6144;
  const auto flops = [&] {
    double total = 0;
    for (const Op& op : graph.layers.at(0).ops) total += forward_flops(op, s, s);
    return total;
  };
  EXPECT_DOUBLE_EQ(flops(), 24 * s * h * h + 2 * s * (s + 1) * h);
  for (Op& op : graph.layers.at(0).ops) op.attention.causal = false;
  EXPECT_DOUBLE_EQ(flops(), 24 * s * h * h + 4 * s * s * h);
}

TEST(Build, ALlamaNeedsSixNumbers) {
  const ModelSpec spec = read_spec(
      "{layers: 32, hidden: 4096, ffn: 14336, heads: 32, kv_heads: 8, vocabulary: 128256}");
  EXPECT_EQ(spec.head_dim, 128);
  EXPECT_EQ(parameters(build(spec)),
            8030261248.0);  // the sum of the published checkpoint's tensors
}

TEST(Build, AMixtralCountsEveryExpertAndTwoActiveOnes) {
  const OpGraph graph =
      build(read_spec("{layers: 32, hidden: 4096, heads: 32, kv_heads: 8, vocabulary: 32000, "
                      "moe: {experts: 8, top_k: 2, ffn: 14336}}"));
  EXPECT_EQ(parameters(graph), 46702792704.0);  // the sum of the published checkpoint's tensors
  EXPECT_NEAR(active_parameters(graph), 12.9e9, 0.05e9);  // Jiang et al. 2024, section 1
}

}  // namespace
}  // namespace orrery
