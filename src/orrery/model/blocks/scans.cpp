// Mixers with a fixed state: gated DeltaNet, Kimi delta attention, Mamba-2.
#include "orrery/model/blocks/block.hpp"

namespace orrery::blocks {

void add_linear_attention(const ModelSpec& spec, Ops& ops) {
  const LinearMixer& l = *spec.linear;
  const std::int64_t h = spec.hidden;
  const std::int64_t q = l.key_heads * l.key_dim;
  const std::int64_t v = l.value_heads * l.value_dim;
  const bool kda = l.kind == LinearKind::Kda;
  if (kda) {
    // Kimi Linear (arXiv 2510.26692, section 4): decay a feature, through a thin pair of matrices;
    // beta a head; the output gate through a thin pair too, unless it is full rank.
    ops.push_back(matmul("linear.in", h, 2 * q + v + l.value_heads, Sharding::Column, Bias::No));
    Op decay =
        matmul("linear.decay_down", h, l.key_dim, Sharding::Replicated, Bias::No, Keeps::Nothing);
    ops.push_back(decay);
    Op up = matmul("linear.decay_up", l.key_dim, q, Sharding::Column, Bias::Yes);  // bias: dt_bias
    ops.push_back(up);
    if (l.full_rank_gate) {
      ops.push_back(matmul("linear.gate_proj", h, v, Sharding::Column, Bias::No, Keeps::Nothing));
    } else {
      ops.push_back(matmul("linear.gate_down", h, l.value_dim, Sharding::Replicated, Bias::No,
                           Keeps::Nothing));
      ops.push_back(matmul("linear.gate_up", l.value_dim, v, Sharding::Column, Bias::No));
    }
  } else {
    // Qwen3-Next: queries, keys, values, output gate, then beta and decay, one number a value head.
    ops.push_back(
        matmul("linear.in", h, 2 * q + 2 * v + 2 * l.value_heads, Sharding::Column, Bias::No));
  }
  ops.push_back(convolution("linear.conv", 2 * q + v, l.conv, Bias::No, Sharding::Inner));
  Op scan;
  scan.name = "linear.core";
  scan.kind = OpKind::LinearAttention;
  scan.sharding = Sharding::Heads;
  scan.attention.heads = l.value_heads;
  scan.attention.kv_heads = l.key_heads;
  scan.attention.head_dim = l.key_dim;
  scan.attention.v_head_dim = l.value_dim;
  scan.n = v;
  scan.k = 2 * q + v;
  // A_log a head; gated DeltaNet has its dt_bias here, KDA had it above.
  scan.parameters = scan.active_parameters = (kda ? 1 : 2) * l.value_heads;
  scan.saved = static_cast<double>(2 * q + v + (kda ? q : 0) + 2 * l.value_heads);
  scan.state_elements = l.value_heads * l.key_dim * l.value_dim;
  ops.push_back(scan);
  Op gated = norm("linear.norm", v, NormKind::Rms, Sharding::Heads);  // gated RMS norm over a head
  gated.parameters = gated.active_parameters = l.value_dim;
  gated.k = 2 * v;
  gated.saved = 2.0 * static_cast<double>(v);
  ops.push_back(gated);
  ops.push_back(matmul("linear.out", v, h, Sharding::Row, Bias::No));
}

void add_mamba(const ModelSpec& spec, Ops& ops) {
  const Mamba& m = *spec.mamba;
  const std::int64_t inner = m.heads * m.head_dim;
  const std::int64_t bc = 2 * m.groups * m.state;
  const Bias bias = bias_if(m.bias);
  // z, x, B, C and one dt a head (Dao and Gu 2024, section 8: parallel projections).
  ops.push_back(matmul("mamba.in", spec.hidden, 2 * inner + bc + m.heads, Sharding::Column, bias));
  ops.push_back(
      convolution("mamba.conv", inner + bc, m.conv, bias_if(m.conv_bias), Sharding::Inner));
  Op scan;
  scan.name = "mamba.core";
  scan.kind = OpKind::StateSpace;
  scan.sharding = Sharding::Heads;
  scan.attention.heads = m.heads;
  scan.attention.kv_heads = m.groups;
  scan.attention.head_dim = m.head_dim;
  scan.attention.v_head_dim = m.head_dim;
  scan.attention.state = m.state;
  scan.n = inner;
  scan.k = inner + bc + m.heads;
  scan.parameters = scan.active_parameters = 3 * m.heads;  // A, D, dt_bias
  scan.saved = static_cast<double>(scan.k);
  scan.state_elements = m.heads * m.head_dim * m.state;
  ops.push_back(scan);
  Op gated = norm("mamba.norm", inner, NormKind::Rms, Sharding::Heads);
  gated.k = 2 * inner;
  gated.saved = 2.0 * static_cast<double>(inner);
  ops.push_back(gated);
  ops.push_back(matmul("mamba.out", inner, spec.hidden, Sharding::Row, bias));
}

}  // namespace orrery::blocks
