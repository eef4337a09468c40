// MLA (DeepSeek-V2, section 2.1), DSA's indexer (DeepSeek-V3.2-Exp) and V4's compressed attention.
#include "orrery/model/blocks/block.hpp"

namespace orrery::blocks {
namespace {

constexpr double kSoftmaxBytes =
    2.0;  // as in attention.cpp: 16-bit probabilities of unfused attention

Op core(const AttentionShape& shape) {
  Op op;
  op.name = "attention.core";
  op.kind = OpKind::Attention;
  op.sharding = Sharding::Heads;
  op.attention = shape;
  op.n = shape.heads * shape.v_head_dim;
  op.k = shape.heads * shape.head_dim + shape.kv_heads * (shape.head_dim + shape.v_head_dim);
  op.saved = static_cast<double>(op.k);
  op.saved_bytes_per_score = kSoftmaxBytes;
  op.recompute_cheap = true;
  return op;
}

}  // namespace

void add_indexer(const Indexer& indexer, std::int64_t queries_from, std::int64_t keys_from,
                 Ops& ops) {
  // Each query head has a weight made from the layer's input; one key vector is shared by all
  // heads.
  ops.push_back(matmul("indexer.q", queries_from, indexer.heads * indexer.head_dim,
                       Sharding::Replicated, Bias::No, Keeps::Nothing));
  ops.push_back(matmul("indexer.k", keys_from, indexer.head_dim + indexer.heads,
                       Sharding::Replicated, Bias::No, Keeps::Nothing));
  ops.push_back(norm("indexer.k_norm", indexer.head_dim, NormKind::Layer, Sharding::Replicated));
  Op scores;
  scores.name = "indexer.scores";
  scores.kind = OpKind::SparseIndex;
  scores.sharding = Sharding::Replicated;
  scores.attention.heads = indexer.heads;
  scores.attention.kv_heads = 1;
  scores.attention.head_dim = indexer.head_dim;
  scores.attention.state = indexer.top_k;
  scores.n = indexer.top_k;
  scores.k = (indexer.heads + 1) * indexer.head_dim;
  scores.saved = static_cast<double>(scores.k);
  scores.cache = indexer.head_dim;
  ops.push_back(scores);
}

void add_latent_attention(const ModelSpec& spec, Ops& ops) {
  const LatentAttention& mla = *spec.mla;
  const std::int64_t h = spec.hidden;
  const std::int64_t qk = mla.qk_nope + mla.qk_rope;
  const Bias bias = bias_if(spec.attention_bias);
  const std::int64_t gate = spec.output_gate ? spec.heads * mla.v : 0;
  if (mla.q_lora > 0) {
    ops.push_back(matmul("attention.q_down", h, mla.q_lora, Sharding::Replicated, bias));
    ops.push_back(norm("attention.q_norm", mla.q_lora, spec.norm, Sharding::Replicated));
    ops.push_back(
        matmul("attention.q_up", mla.q_lora, spec.heads * qk, Sharding::Column, Bias::No));
  } else {
    ops.push_back(matmul("attention.q", h, spec.heads * qk, Sharding::Column, Bias::No));
  }
  ops.push_back(matmul("attention.kv_down", h, mla.kv_lora + mla.qk_rope, Sharding::Replicated,
                       bias, Keeps::Nothing));
  ops.push_back(norm("attention.kv_norm", mla.kv_lora, spec.norm, Sharding::Replicated));
  ops.push_back(matmul("attention.kv_up", mla.kv_lora, spec.heads * (mla.qk_nope + mla.v),
                       Sharding::Column, Bias::No));
  if (gate > 0) {
    ops.push_back(
        matmul("attention.gate_proj", h, gate, Sharding::Column, Bias::No, Keeps::Nothing));
  }
  if (spec.rotary && mla.qk_rope > 0) {
    const std::int64_t turned = (spec.heads + 1) * mla.qk_rope;
    ops.push_back(elementwise("attention.rotary", turned, turned, Sharding::Inner));
  }
  AttentionShape a;
  a.heads = a.kv_heads = spec.heads;
  a.head_dim = qk;
  a.v_head_dim = mla.v;
  a.kv_latent = mla.kv_lora + mla.qk_rope;
  if (spec.indexer) {
    add_indexer(*spec.indexer, mla.q_lora > 0 ? mla.q_lora : h, h, ops);
    a.selected = spec.indexer->top_k;
  }
  Op attention = core(a);
  attention.cache = a.kv_latent;
  ops.push_back(attention);
  if (gate > 0) {
    Op op = elementwise("attention.gate", 2 * gate, gate, Sharding::Inner);
    op.saved = 2.0 * static_cast<double>(gate);
    ops.push_back(op);
  }
  ops.push_back(matmul("attention.out", spec.heads * mla.v, h, Sharding::Row, bias));
}

void add_compressed_attention(const ModelSpec& spec, char letter, Ops& ops) {
  const CompressedAttention& c = *spec.compressed;
  const std::int64_t h = spec.hidden;
  const std::int64_t d = spec.head_dim;
  ops.push_back(matmul("attention.q_down", h, c.q_lora, Sharding::Replicated, Bias::No));
  ops.push_back(norm("attention.q_norm", c.q_lora, spec.norm, Sharding::Replicated));
  ops.push_back(matmul("attention.q_up", c.q_lora, spec.heads * d, Sharding::Column, Bias::No));
  ops.push_back(matmul("attention.kv_down", h, d, Sharding::Replicated, Bias::No, Keeps::Nothing));
  ops.push_back(norm("attention.kv_norm", d, spec.norm, Sharding::Replicated));
  AttentionShape a;
  a.heads = spec.heads;
  a.kv_heads = 1;
  a.head_dim = a.v_head_dim = d;
  a.kv_latent = d;  // one vector a position is key and value of every head
  std::int64_t cache = d;
  if (letter == 'W') {
    a.window = spec.local->window;
  } else {
    const bool sparse = letter == 'S';
    a.compress = sparse ? c.sparse_ratio : c.heavy_ratio;
    a.recent = spec.local->window;
    // Keys and their pooling weights, a learned position bias a slot; layers S pool two overlapping
    // windows and so make twice as many features (DeepSeek-V4, inference/model.py, Compressor).
    const std::int64_t wide = (sparse ? 2 : 1) * d;
    Op compressor =
        matmul("compressor", h, 2 * wide, Sharding::Replicated, Bias::No, Keeps::Nothing);
    compressor.parameters += a.compress * wide;
    compressor.active_parameters = compressor.parameters;
    ops.push_back(compressor);
    Op pooled = norm("compressor.norm", d, spec.norm, Sharding::Replicated);
    pooled.saved = static_cast<double>(2 * wide);
    ops.push_back(pooled);
    cache = d / a.compress;
    if (sparse) {
      const Indexer& x = *spec.indexer;
      const std::int64_t twice = 2 * x.head_dim;
      ops.push_back(matmul("indexer.q", c.q_lora, x.heads * x.head_dim, Sharding::Replicated,
                           Bias::No, Keeps::Nothing));
      Op k = matmul("indexer.k", h, 2 * twice + x.heads, Sharding::Replicated, Bias::No,
                    Keeps::Nothing);
      k.parameters += a.compress * twice;
      k.active_parameters = k.parameters;
      ops.push_back(k);
      ops.push_back(norm("indexer.k_norm", x.head_dim, spec.norm, Sharding::Replicated));
      Op scores;
      scores.name = "indexer.scores";
      scores.kind = OpKind::SparseIndex;
      scores.sharding = Sharding::Replicated;
      scores.attention.heads = x.heads;
      scores.attention.kv_heads = 1;
      scores.attention.head_dim = x.head_dim;
      scores.attention.state = scores.n = x.top_k;
      scores.attention.compress = a.compress;
      scores.k = (x.heads + 1) * x.head_dim;
      scores.saved = static_cast<double>(x.heads * x.head_dim);
      scores.cache = x.head_dim / a.compress;
      ops.push_back(scores);
      a.selected = x.top_k;
    }
  }
  const std::int64_t turned = (spec.heads + 1) * c.qk_rope;
  if (turned > 0) ops.push_back(elementwise("attention.rotary", turned, turned, Sharding::Inner));
  Op attention = core(a);
  attention.cache = cache;
  attention.saved = static_cast<double>((a.heads + 1) * d);  // keys are the values
  attention.parameters = attention.active_parameters = spec.local->sinks ? a.heads : 0;
  ops.push_back(attention);
  // Each group of heads goes through its own [heads/groups x d, out_lora] matrix, then all
  // together.
  Op down = matmul("attention.out_down", spec.heads * d / c.out_groups, c.out_groups * c.out_lora,
                   Sharding::Column, Bias::No);
  down.sharding = Sharding::Inner;  // groups are cut like heads
  down.saved = static_cast<double>(spec.heads * d);
  ops.push_back(down);
  ops.push_back(matmul("attention.out", c.out_groups * c.out_lora, h, Sharding::Row, Bias::No));
}

}  // namespace orrery::blocks
