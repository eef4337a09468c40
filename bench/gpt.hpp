// The two models that Calculon's paper searches plans for, and the clusters it does so on.
#pragma once
#include <fmt/format.h>

#include <stdexcept>

#include "orrery/model/build.hpp"
#include "orrery/study/study.hpp"

namespace orrery::bench {

// A study of `plan` ("auto" or a map in YAML's flow style).
inline Study gpt_study(int layers, int hidden, int heads, int chips, const std::string& plan) {
  const std::string text = fmt::format(
      "model: {{name: gpt, layers: {}, hidden: {}, ffn: {}, heads: {}, vocabulary: 51200, "
      "positions: 2048, learned_positions: true, gated: false, norm: layer, dropout: true, "
      "tied_embeddings: true, attention_bias: true, mlp_bias: true}}\n"
      "cluster: {{base: selene, chips: {}}}\n"
      "stack: none\ntask: train\n"
      "batch: {{global: {}, micro: 1, sequence: 2048}}\n"
      "plan: {}\n",
      layers, hidden, 4 * hidden, heads, chips, chips, plan);
  const auto root = parse_document(text, "bench");
  if (!root) throw std::runtime_error(to_string(root.error().front()));
  auto study = read_study(*root, Catalog::standard());
  if (!study) throw std::runtime_error(to_string(study.error().front()));
  return std::move(*study);
}

inline Study gpt3_175b(const std::string& plan) { return gpt_study(96, 12288, 96, 64, plan); }
inline Study gpt_1t(const std::string& plan) { return gpt_study(128, 25600, 160, 512, plan); }

}  // namespace orrery::bench
