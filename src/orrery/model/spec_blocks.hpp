// The optional blocks of a ModelSpec: latent attention, experts, scans, towers. Plain numbers, no
// rule.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "orrery/base/text/reader.hpp"

namespace orrery {

// What the window layers (`W`, `C` of the layer pattern) have otherwise than the full ones; 0 = the
// same.
struct LocalAttention {
  std::int64_t window = 0;  // keys that a query of a local layer sees
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0, v_head_dim = 0;
  bool sinks = false;  // one learned logit a head; also switched on by ModelSpec::sinks
};

// Multi-head latent attention (DeepSeek-V2): K and V from one compressed vector a token.
struct LatentAttention {
  std::int64_t q_lora = 0;  // 0: queries come straight from hidden
  std::int64_t kv_lora = 0;
  std::int64_t qk_nope = 0, qk_rope = 0, v = 0;
};

// DSA's lightning indexer: cheap scores that choose the keys of the attention core.
struct Indexer {
  std::int64_t heads = 0, head_dim = 0, top_k = 0;
};

// DeepSeek-V4's attention: shared 1-head KV stored once per `ratio` tokens, grouped low-rank
// output.
struct CompressedAttention {
  std::int64_t sparse_ratio = 4;   // layers `S`: an indexer picks among these
  std::int64_t heavy_ratio = 128;  // layers `H`: all are read
  std::int64_t q_lora = 0;
  std::int64_t qk_rope = 0;  // the rotated part of head_dim
  std::int64_t out_groups = 1, out_lora = 0;
};

struct Experts {
  std::int64_t experts = 0, top_k = 0;
  std::int64_t ffn = 0;          // of one routed expert
  std::int64_t shared_ffn = 0;   // of all shared experts together; 0: none
  bool shared_gate = false;      // a learned scalar gate on the shared expert
  std::int64_t dense_first = 0;  // layers before the first with experts
  std::int64_t every = 1;        // experts in each `every`-th layer after those
  std::int64_t latent = 0;       // routed experts work on this many features; 0: hidden
  bool latent_norm = false;      // a norm after the experts, before going back to hidden
  bool router_bias = false;      // one learned or balanced bias an expert
  bool bias = false;             // biases inside the experts
  bool beside_dense = false;     // a dense MLP of width ModelSpec::ffn runs beside the experts
  std::int64_t hash_layers =
      0;  // first layers that pick experts by token id, without router scores
};

struct Mamba {
  std::int64_t heads = 0, head_dim = 0, state = 0, groups = 1, conv = 4;
  bool conv_bias = true, bias = false;
};

enum class LinearKind : std::uint8_t { GatedDeltaNet, Kda };

template <>
struct EnumNames<LinearKind> {
  static constexpr std::pair<const char*, LinearKind> values[] = {
      {"gated_delta_net", LinearKind::GatedDeltaNet}, {"kda", LinearKind::Kda}};
};

struct LinearMixer {
  LinearKind kind = LinearKind::GatedDeltaNet;
  std::int64_t key_heads = 0, value_heads = 0, key_dim = 0, value_dim = 0, conv = 4;
  bool full_rank_gate = false;  // KDA: the output gate is one full matrix instead of two thin ones
};

// A vision encoder (also the body of a ViT). Text-only runs skip it; its weights still count.
struct Vision {
  std::int64_t layers = 0, hidden = 0, ffn = 0, heads = 0;
  std::int64_t head_dim = 0;       // 0: hidden / heads
  std::int64_t patch_inputs = 0;   // values of one patch, e.g. 3 x 14 x 14
  std::int64_t positions = 0;      // learned position vectors
  std::int64_t merge = 1;          // patches that make one token of the decoder
  std::int64_t projector_ffn = 0;  // hidden width of the two-matrix projector; 0: one matrix
  bool gated = false, bias = true, rms_norm = false;
  double tokens = 0;  // patches in a sequence; 0: text only
};

// The encoder of an encoder-decoder model; widths are the decoder's.
struct TextEncoder {
  std::int64_t layers = 0;
  double tokens = 0;  // of one sequence
};

template <class V>
void describe(V& v, LocalAttention& a) {
  v("window", a.window, "keys that a query of a local layer sees", kRequired);
  v("heads", a.heads, "query heads of local layers; 0: as elsewhere");
  v("kv_heads", a.kv_heads, "key and value heads of local layers; 0: as elsewhere");
  v("head_dim", a.head_dim, "of queries and keys of local layers; 0: as elsewhere");
  v("v_head_dim", a.v_head_dim, "of values of local layers; 0: as elsewhere");
  v("sinks", a.sinks, "local layers have a learned sink logit a head");
}

template <class V>
void describe(V& v, LatentAttention& a) {
  v("q_lora", a.q_lora, "rank of the query compression; 0: none");
  v("kv_lora", a.kv_lora, "rank of the key and value compression: what the cache holds", kRequired);
  v("qk_nope", a.qk_nope, "unrotated features of a query head", kRequired);
  v("qk_rope", a.qk_rope, "rotated features of a query head, shared by all key heads", kRequired);
  v("v", a.v, "features of a value head", kRequired);
}

template <class V>
void describe(V& v, Indexer& i) {
  v("heads", i.heads, "query heads of the indexer", kRequired);
  v("head_dim", i.head_dim, "features of an indexer head", kRequired);
  v("top_k", i.top_k, "keys that the attention core keeps", kRequired);
}

template <class V>
void describe(V& v, CompressedAttention& a) {
  v("sparse_ratio", a.sparse_ratio, "tokens per stored key in layers S");
  v("heavy_ratio", a.heavy_ratio, "tokens per stored key in layers H");
  v("q_lora", a.q_lora, "rank of the query compression", kRequired);
  v("qk_rope", a.qk_rope, "rotated features of a head");
  v("out_groups", a.out_groups, "groups of heads of the output projection");
  v("out_lora", a.out_lora, "rank of one group's output projection", kRequired);
}

template <class V>
void describe(V& v, Experts& e) {
  v("experts", e.experts, "routed experts a layer", kRequired);
  v("top_k", e.top_k, "routed experts a token visits", kRequired);
  v("ffn", e.ffn, "inner width of one routed expert", kRequired);
  v("shared_ffn", e.shared_ffn, "inner width of all shared experts together; 0: none");
  v("shared_gate", e.shared_gate, "the shared expert has a learned scalar gate");
  v("dense_first", e.dense_first, "layers before the first one with experts");
  v("every", e.every, "of the layers after those, each this many-th has experts");
  v("latent", e.latent, "routed experts see this many features; 0: hidden");
  v("latent_norm", e.latent_norm, "a norm on the experts' sum before it is projected back");
  v("router_bias", e.router_bias, "a bias an expert in the router");
  v("bias", e.bias, "biases inside the experts");
  v("beside_dense", e.beside_dense, "a dense MLP runs beside the experts");
  v("hash_layers", e.hash_layers, "first layers that choose experts by token id");
}

template <class V>
void describe(V& v, Mamba& m) {
  v("heads", m.heads, "heads of the scan", kRequired);
  v("head_dim", m.head_dim, "features of a head", kRequired);
  v("state", m.state, "state size", kRequired);
  v("groups", m.groups, "groups that share B and C");
  v("conv", m.conv, "taps of the convolution");
  v("conv_bias", m.conv_bias, "the convolution has a bias");
  v("bias", m.bias, "the projections have biases");
}

template <class V>
void describe(V& v, LinearMixer& l) {
  v("kind", l.kind, "which recurrence");
  v("key_heads", l.key_heads, "query and key heads", kRequired);
  v("value_heads", l.value_heads, "value heads; 0: as many as key heads");
  v("key_dim", l.key_dim, "features of a query or key head", kRequired);
  v("value_dim", l.value_dim, "features of a value head; 0: as a key head");
  v("conv", l.conv, "taps of the short convolution");
  v("full_rank_gate", l.full_rank_gate, "KDA: one full matrix for the output gate");
}

template <class V>
void describe(V& v, Vision& t) {
  v("layers", t.layers, "layers of the tower", kRequired);
  v("hidden", t.hidden, "width", kRequired);
  v("ffn", t.ffn, "inner width of its MLPs", kRequired);
  v("heads", t.heads, "attention heads", kRequired);
  v("head_dim", t.head_dim, "0: hidden / heads");
  v("patch_inputs", t.patch_inputs, "values of one patch, e.g. 3 x 14 x 14");
  v("positions", t.positions, "learned position vectors");
  v("merge", t.merge, "patches that make one token of the decoder");
  v("projector_ffn", t.projector_ffn, "hidden width of a two-matrix projector; 0: one matrix");
  v("gated", t.gated, "MLPs have a gate");
  v("bias", t.bias, "projections have biases");
  v("rms_norm", t.rms_norm, "RMS norms instead of layer norms");
  v("tokens", t.tokens, "patches in a sequence; 0: text-only runs");
}

template <class V>
void describe(V& v, TextEncoder& t) {
  v("layers", t.layers, "encoder layers", kRequired);
  v("tokens", t.tokens, "encoder tokens of one sequence", kRequired);
}

}  // namespace orrery
