#include "orrery/model/build.hpp"

#include <map>
#include <utility>

#include "orrery/base/check.hpp"
#include "orrery/model/blocks/block.hpp"

namespace orrery {
namespace blocks {
namespace {

const char* mixer_name(char letter) {
  switch (letter) {
    case 'W':
      return "window";
    case 'C':
      return "chunk";
    case 'L':
      return "linear";
    case 'M':
      return "mamba";
    case 'S':
      return "sparse";
    case 'H':
      return "compressed";
    case '-':
      return "";
    default:
      return "attention";
  }
}

const char* mlp_name(char letter) {
  if (letter == '-') return "";
  return letter == 'E' ? "moe" : "mlp";
}

// norm, attention and MLP, one residual add for both.
void add_side_by_side(const ModelSpec& spec, char mixer, char mlp, Ops& ops) {
  add_block_norm(spec, "1", ops);
  add_mixer(spec, mixer, ops);
  if (spec.block_norms > 1) add_block_norm(spec, "2", ops);
  add_mlp(spec, mlp, ops);
  add_residual(spec, "1", ops);
}

}  // namespace

Layer layer_of(const ModelSpec& spec, char mixer, char mlp) {
  Layer layer;
  layer.name = mixer_name(mixer);
  if (mixer != '-' && mlp != '-') layer.name += "+";
  layer.name += mlp_name(mlp);
  if (spec.parallel_block && mixer != '-' && mlp != '-') {
    add_side_by_side(spec, mixer, mlp, layer.ops);
    return layer;
  }
  if (mixer != '-') {
    add_block_norm(spec, "1", layer.ops);
    add_mixer(spec, mixer, layer.ops);
    add_residual(spec, "1", layer.ops);
  }
  if (spec.kind == ModelKind::EncoderDecoder) {
    // Encoder rows a decoder token, for decoder sequences as long as the model allows.
    const double rows =
        spec.positions > 0 ? spec.encoder->tokens / static_cast<double>(spec.positions) : 1.0;
    add_cross_attention(spec, rows, layer.ops);
  }
  if (mlp != '-') {
    add_block_norm(spec, "2", layer.ops);
    add_mlp(spec, mlp, layer.ops);
    add_residual(spec, "2", layer.ops);
  }
  if (spec.layer_scale && !layer.ops.empty()) {
    layer.ops.back().parameters += 1;
    layer.ops.back().active_parameters += 1;
  }
  return layer;
}

}  // namespace blocks

OpGraph build(const ModelSpec& spec) {
  ORRERY_CHECK(static_cast<std::int64_t>(spec.mixers.size()) == spec.layers, "{} is not completed",
               spec.name);
  OpGraph graph;
  graph.name = spec.name;
  graph.hidden = spec.hidden;
  graph.vocabulary = spec.vocabulary;
  graph.tied_embeddings = spec.tied_embeddings;
  graph.is_decoder = spec.kind == ModelKind::Decoder || spec.kind == ModelKind::EncoderDecoder;
  std::map<std::pair<char, char>, int> known;
  for (std::size_t i = 0; i < spec.mixers.size(); ++i) {
    const std::pair<char, char> key{spec.mixers[i], spec.mlps[i]};
    const auto [at, is_new] = known.emplace(key, static_cast<int>(graph.layers.size()));
    if (is_new) graph.layers.push_back(blocks::layer_of(spec, key.first, key.second));
    if (!graph.body.empty() && graph.body.back().layer == at->second) {
      ++graph.body.back().count;
    } else {
      graph.body.push_back({at->second, 1});
    }
  }
  graph.input = blocks::input_layer(spec);
  graph.output = blocks::output_layer(spec);
  for (int i = 0; i < spec.mtp_layers; ++i)
    graph.extra_heads.push_back(blocks::prediction_module(spec, i));
  if (spec.vision) graph.towers.push_back(blocks::vision_tower(spec));
  if (spec.encoder) graph.towers.push_back(blocks::text_encoder(spec));
  return graph;
}

}  // namespace orrery
