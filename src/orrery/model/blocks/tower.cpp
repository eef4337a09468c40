// Encoders beside the main stack: vision towers (also a ViT's own body) and T5's text encoder.
#include "orrery/model/blocks/block.hpp"
#include "orrery/model/build.hpp"

namespace orrery::blocks {
namespace {

ModelSpec body_of(const Vision& vision) {
  ModelSpec body;
  body.name = "vision";
  body.kind = ModelKind::Encoder;
  body.layers = vision.layers;
  body.hidden = vision.hidden;
  body.ffn = vision.ffn;
  body.heads = vision.heads;
  body.head_dim = vision.head_dim;
  body.gated = vision.gated;
  body.norm = vision.rms_norm ? NormKind::Rms : NormKind::Layer;
  body.attention_bias = body.mlp_bias = vision.bias;
  body.rotary = false;
  complete(body);
  return body;
}

}  // namespace

Tower vision_tower(const ModelSpec& spec) {
  const Vision& v = *spec.vision;
  const ModelSpec body = body_of(v);
  Tower tower;
  OpGraph& graph = tower.graph;
  graph.name = body.name;
  graph.hidden = body.hidden;
  graph.is_decoder = false;
  graph.layers.push_back(layer_of(body, 'F', 'D'));
  graph.body.push_back({0, static_cast<int>(body.layers)});
  graph.input = Layer{"input", {}};
  if (v.patch_inputs > 0) {
    graph.input.ops.push_back(
        matmul("patches", v.patch_inputs, v.hidden, Sharding::Replicated, bias_if(v.bias)));
  }
  if (v.positions > 0) {
    Op positions;
    positions.name = "positions";
    positions.kind = OpKind::Embedding;
    positions.sharding = Sharding::Replicated;
    positions.n = v.hidden;
    positions.k = v.positions;
    positions.parameters = positions.active_parameters = v.positions * v.hidden;
    graph.input.ops.push_back(positions);
  }
  graph.output = Layer{"output", {}};
  Ops& out = graph.output.ops;
  out.push_back(norm("final_norm", v.hidden, body.norm));
  const std::int64_t merged = v.hidden * v.merge;
  const double rows = 1.0 / static_cast<double>(v.merge);
  const auto project = [&](const char* name, std::int64_t k, std::int64_t n) {
    out.push_back(matmul(name, k, n, Sharding::Replicated, bias_if(v.bias)));
    out.back().rows_per_token = rows;
    out.back().saved *= rows;
  };
  if (v.projector_ffn > 0) {
    project("projector.up", merged, v.projector_ffn);
    Op act = elementwise("projector.act", v.projector_ffn, v.projector_ffn, Sharding::Replicated);
    act.rows_per_token = rows;
    act.saved = static_cast<double>(v.projector_ffn) * rows;
    out.push_back(act);
    project("projector.down", v.projector_ffn, spec.hidden);
  } else {
    project("projector", merged, spec.hidden);
  }
  tower.tokens_per_sequence = v.tokens;
  return tower;
}

Tower text_encoder(const ModelSpec& spec) {
  ModelSpec body = spec;
  body.kind = ModelKind::Encoder;
  body.layers = spec.encoder->layers;
  body.mixers = std::string("F");
  body.mlps.clear();
  complete(body);
  Tower tower;
  OpGraph& graph = tower.graph;
  graph.name = std::string("encoder");
  graph.hidden = spec.hidden;
  graph.vocabulary = spec.vocabulary;
  graph.is_decoder = false;
  graph.layers.push_back(layer_of(body, 'F', 'D'));
  graph.body.push_back({0, static_cast<int>(body.layers)});
  graph.input = input_layer(body);
  graph.input.ops.front().reuses_weights = true;  // one embedding for both stacks
  graph.output = Layer{"output", {}};
  graph.output.ops.push_back(norm("final_norm", spec.hidden, spec.norm));
  tower.tokens_per_sequence = spec.encoder->tokens;
  return tower;
}

}  // namespace orrery::blocks
