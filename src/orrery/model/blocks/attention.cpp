// Softmax attention with plain keys and values: full, windowed, chunked, and to an encoder.
#include "orrery/model/blocks/block.hpp"

namespace orrery::blocks {
namespace {

// Bytes a score that unfused attention keeps: the softmax's output in 16 bits; with dropout its
// mask and its output too. Korthikanti et al. 2022, section 4.1: 2as^2b + as^2b + 2as^2b.
constexpr double kSoftmaxBytes = 2.0;
constexpr double kSoftmaxDropoutBytes = 5.0;

Op core(const ModelSpec& spec, const std::string& name, const AttentionShape& shape, bool sinks) {
  Op op;
  op.name = name;
  op.kind = OpKind::Attention;
  op.sharding = Sharding::Heads;
  op.attention = shape;
  op.n = shape.heads * shape.v_head_dim;
  op.k = shape.heads * shape.head_dim + shape.kv_heads * (shape.head_dim + shape.v_head_dim);
  op.saved = static_cast<double>(op.k);
  op.saved_bytes_per_score = spec.dropout ? kSoftmaxDropoutBytes : kSoftmaxBytes;
  op.recompute_cheap = true;
  op.parameters = sinks ? shape.heads : 0;
  op.active_parameters = op.parameters;
  return op;
}

void add_qk_norm(const ModelSpec& spec, const AttentionShape& a, Ops& ops) {
  if (spec.qk_norm == QkNorm::None) return;
  const std::int64_t features = (a.heads + a.kv_heads) * a.head_dim;
  Op op = norm("attention.qk_norm", features, spec.norm, Sharding::Heads);
  if (spec.qk_norm == QkNorm::Head) op.parameters = op.active_parameters = 2 * a.head_dim;
  ops.push_back(op);
}

}  // namespace

void add_attention(const ModelSpec& spec, char letter, Ops& ops) {
  const bool local = letter == 'W' || letter == 'C';
  const bool shares = spec.shared_kv && !local;
  AttentionShape a;
  a.heads = local ? spec.local->heads : spec.heads;
  a.kv_heads = local ? spec.local->kv_heads : spec.kv_heads;
  a.head_dim = local ? spec.local->head_dim : spec.head_dim;
  a.v_head_dim = local ? spec.local->v_head_dim : spec.v_head_dim;
  a.window = local ? spec.local->window : 0;
  a.chunked = letter == 'C';
  a.causal = spec.kind == ModelKind::Decoder || spec.kind == ModelKind::EncoderDecoder;
  const std::int64_t v = shares ? 0 : a.kv_heads * a.v_head_dim;
  const std::int64_t gate = spec.output_gate ? a.heads * a.v_head_dim : 0;
  ops.push_back(matmul("attention.qkv", spec.hidden, (a.heads + a.kv_heads) * a.head_dim + v + gate,
                       Sharding::Column, bias_if(spec.attention_bias || spec.qkv_bias)));
  add_qk_norm(spec, a, ops);
  if (spec.rotary) {
    const std::int64_t turned = (a.heads + a.kv_heads) * a.head_dim;
    ops.push_back(elementwise("attention.rotary", turned, turned, Sharding::Inner));
  }
  Op attention = core(spec, "attention.core", a, local ? spec.local->sinks : spec.sinks);
  attention.cache = a.causal ? a.kv_heads * (a.head_dim + (shares ? 0 : a.v_head_dim)) : 0;
  ops.push_back(attention);
  if (gate > 0) {
    Op op = elementwise("attention.gate", 2 * gate, gate, Sharding::Inner);
    op.saved = 2.0 * static_cast<double>(gate);
    ops.push_back(op);
  }
  ops.push_back(matmul("attention.out", a.heads * a.v_head_dim, spec.hidden, Sharding::Row,
                       bias_if(spec.attention_bias)));
}

void add_cross_attention(const ModelSpec& spec, double encoder_tokens_per_token, Ops& ops) {
  AttentionShape a;
  a.heads = spec.heads;
  a.kv_heads = spec.kv_heads;
  a.head_dim = spec.head_dim;
  a.v_head_dim = spec.v_head_dim;
  a.causal = false;
  a.cross = true;
  ops.push_back(norm("cross.norm", spec.hidden, spec.norm));
  ops.push_back(matmul("cross.q", spec.hidden, a.heads * a.head_dim, Sharding::Column,
                       bias_if(spec.attention_bias)));
  Op kv =
      matmul("cross.kv", spec.hidden, a.kv_heads * (a.head_dim + a.v_head_dim), Sharding::Column,
             bias_if(spec.attention_bias), Keeps::Nothing);  // the encoder's output, kept once
  kv.rows_per_token = encoder_tokens_per_token;
  ops.push_back(kv);
  ops.push_back(core(spec, "cross.core", a, false));
  ops.push_back(matmul("cross.out", a.heads * a.v_head_dim, spec.hidden, Sharding::Row,
                       bias_if(spec.attention_bias)));
  add_residual(spec, "_cross", ops);
}

}  // namespace orrery::blocks
