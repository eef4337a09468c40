#include "orrery/model/blocks/block.hpp"

#include <utility>

namespace orrery::blocks {

Op matmul(std::string name, std::int64_t k, std::int64_t n, Sharding sharding, Bias bias,
          Keeps keeps) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Matmul;
  op.sharding = sharding;
  op.n = n;
  op.k = k;
  op.parameters = op.active_parameters = n * k + (bias == Bias::Yes ? n : 0);
  op.saved = keeps == Keeps::Input ? static_cast<double>(k) : 0.0;
  return op;
}

Op norm(std::string name, std::int64_t features, NormKind kind, Sharding sharding) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Norm;
  op.sharding = sharding;
  op.n = op.k = features;
  op.parameters = op.active_parameters = kind == NormKind::Layer ? 2 * features : features;
  op.saved = static_cast<double>(features);
  return op;
}

Op elementwise(std::string name, std::int64_t reads, std::int64_t writes, Sharding sharding) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Elementwise;
  op.sharding = sharding;
  op.k = reads;
  op.n = writes;
  return op;
}

Op convolution(std::string name, std::int64_t features, std::int64_t taps, Bias bias,
               Sharding sharding) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Convolution;
  op.sharding = sharding;
  op.n = features;
  op.k = taps;
  op.parameters = op.active_parameters = features * taps + (bias == Bias::Yes ? features : 0);
  op.saved = static_cast<double>(features);
  op.state_elements = features * taps;
  return op;
}

void add_mixer(const ModelSpec& spec, char letter, Ops& ops) {
  switch (letter) {
    case 'L':
      return add_linear_attention(spec, ops);
    case 'M':
      return add_mamba(spec, ops);
    case 'S':
    case 'H':
      return add_compressed_attention(spec, letter, ops);
    case 'F':
      if (spec.mla) return add_latent_attention(spec, ops);
      return add_attention(spec, letter, ops);
    case 'W':
      if (spec.compressed) return add_compressed_attention(spec, letter, ops);
      return add_attention(spec, letter, ops);
    default:
      return add_attention(spec, letter, ops);
  }
}

void add_mlp(const ModelSpec& spec, char letter, Ops& ops) {
  if (letter == 'E') {
    if (spec.moe->beside_dense) add_dense(spec, ops);
    add_experts(spec, ops);
  } else {
    add_dense(spec, ops);
  }
}

void add_residual(const ModelSpec& spec, const std::string& index, Ops& ops) {
  if (spec.dropout) {
    Op op = elementwise("dropout" + index, spec.hidden, spec.hidden, Sharding::Sequence);
    op.saved_bytes = static_cast<double>(spec.hidden);  // one byte a feature: the mask
    ops.push_back(op);
  }
  if (spec.post_norms) ops.push_back(norm("post_norm" + index, spec.hidden, spec.norm));
  ops.push_back(elementwise("residual" + index, (1 + spec.residual_streams) * spec.hidden,
                            spec.residual_streams * spec.hidden, Sharding::Sequence));
}

void add_block_norm(const ModelSpec& spec, const std::string& index, Ops& ops) {
  if (spec.residual_streams > 1) {
    // Manifold-constrained hyper-connections (DeepSeek-V4, inference/model.py, hc_pre): from all
    // streams, `streams` weights in, `streams` out and a streams x streams mixing matrix a token.
    const std::int64_t s = spec.residual_streams;
    Op mix = matmul("hyper" + index, s * spec.hidden, s * (2 + s), Sharding::Sequence, Bias::Yes);
    mix.parameters += 3;  // one scale for each of the three groups of weights
    mix.active_parameters = mix.parameters;
    ops.push_back(mix);
  }
  if (spec.residual_block > 0) {
    // Attention residuals (Kimi K3): a softmax over the stored block outputs, with a norm and a
    // query.
    Op op = elementwise("residual_attention" + index, spec.hidden, spec.hidden, Sharding::Sequence);
    op.parameters = op.active_parameters = 2 * spec.hidden;
    op.saved = static_cast<double>(spec.hidden);
    ops.push_back(op);
  }
  ops.push_back(norm("norm" + index, spec.hidden, spec.norm));
}

}  // namespace orrery::blocks
