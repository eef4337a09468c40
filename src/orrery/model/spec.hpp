// ModelSpec: an architecture in its own numbers; build.hpp turns it into ops.
//
//   {layers: 32, hidden: 4096, ffn: 14336, heads: 32, kv_heads: 8, vocabulary: 128256}
//
// is a Llama-like decoder: what is not said is a gated MLP, RMS norms, rotary positions, no biases.
// read<ModelSpec>(node, problems) fills in what follows from the rest and checks it all.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/model/spec_blocks.hpp"

namespace orrery {

enum class ModelKind : std::uint8_t { Decoder, Encoder, EncoderDecoder, Vit };
enum class NormKind : std::uint8_t { Rms, Layer, LayerNoBias };
enum class QkNorm : std::uint8_t { None, Head, Layer };

template <>
struct EnumNames<ModelKind> {
  static constexpr std::pair<const char*, ModelKind> values[] = {
      {"decoder", ModelKind::Decoder},
      {"encoder", ModelKind::Encoder},
      {"encoder_decoder", ModelKind::EncoderDecoder},
      {"vit", ModelKind::Vit}};
};
template <>
struct EnumNames<NormKind> {
  static constexpr std::pair<const char*, NormKind> values[] = {
      {"rms", NormKind::Rms}, {"layer", NormKind::Layer}, {"layer_no_bias", NormKind::LayerNoBias}};
};
template <>
struct EnumNames<QkNorm> {
  static constexpr std::pair<const char*, QkNorm> values[] = {
      {"none", QkNorm::None}, {"head", QkNorm::Head}, {"layer", QkNorm::Layer}};
};

struct ModelSpec {
  std::string name;
  std::string source;
  ModelKind kind = ModelKind::Decoder;
  std::int64_t layers = 0, hidden = 0, ffn = 0;
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0, v_head_dim = 0;
  std::int64_t vocabulary = 0;
  std::int64_t positions =
      0;  // longest sequence, learned position vectors when `learned_positions`

  // One letter a layer, repeated when shorter than `layers`; blanks do not count.
  // F full, W window, C chunk, L linear, M Mamba-2, S compressed and indexed, H heavily compressed,
  // - none.
  std::string mixers = "F";
  // D dense, E experts, - none. Empty: what moe.dense_first and moe.every say, or all dense.
  std::string mlps;

  bool gated = true;
  NormKind norm = NormKind::Rms;
  bool post_norms = false;  // each block's output is normed too (Gemma)
  bool final_norm = true;
  bool embedding_norm = false;   // a norm right after the embeddings (BERT, BLOOM)
  bool parallel_block = false;   // attention and MLP side by side (GPT-J, Falcon, PaLM)
  std::int64_t block_norms = 0;  // norms at the head of a parallel block: 1 or 2; 0: 1 if parallel
  bool tied_embeddings = false;
  bool attention_bias = false, qkv_bias = false, mlp_bias = false, head_bias = false;
  bool rotary = true;
  bool learned_positions = false;
  std::int64_t patch_inputs = 0;  // vit: values of one patch; positions are its tokens
  std::int64_t token_types = 0;
  std::int64_t position_buckets = 0;  // relative position bias vectors (T5)
  bool dropout = false;
  QkNorm qk_norm = QkNorm::None;
  bool sinks = false;        // one learned logit a head in every attention layer
  bool output_gate = false;  // a gate as wide as the attention's output, made with the queries
  bool shared_kv = false;    // full layers use their keys as values (Gemma 4)
  bool layer_scale = false;  // one learned scalar a layer
  bool pooler = false, lm_transform = false;  // BERT's pooler, its extra matrix before the head
  std::int64_t residual_streams = 1;          // hyper-connections: hidden states kept side by side
  std::int64_t residual_block = 0;  // attention residuals over blocks of this many layers; 0: none

  std::optional<LocalAttention> local;
  std::optional<LatentAttention> mla;
  std::optional<Indexer> indexer;
  std::optional<CompressedAttention> compressed;
  std::optional<Experts> moe;
  std::optional<Mamba> mamba;
  std::optional<LinearMixer> linear;
  std::optional<Vision> vision;
  std::optional<TextEncoder> encoder;

  std::int64_t mtp_layers = 0;  // multi-token prediction modules, used in training
  std::string mtp_mixers;       // as `mixers`; empty: the last layer's
  std::string mtp_mlps;
};

template <class V>
void describe(V& v, ModelSpec& m) {
  v("name", m.name, "shown in reports");
  v("source", m.source, "where the numbers were read");
  v("kind", m.kind, "what the stack is");
  v("layers", m.layers, "layers of the main stack", kRequired);
  v("hidden", m.hidden, "width of the residual stream", kRequired);
  v("ffn", m.ffn, "inner width of a dense MLP; 0 where no layer has one");
  v("heads", m.heads, "query heads; 0 where no layer has attention");
  v("kv_heads", m.kv_heads, "key and value heads; by default as many as heads");
  v("head_dim", m.head_dim, "features of a query or key head; by default hidden / heads");
  v("v_head_dim", m.v_head_dim, "features of a value head; by default head_dim");
  v("vocabulary", m.vocabulary, "rows of the embedding; classes of a vit", kRequired);
  v("positions", m.positions, "longest sequence; learned position vectors if there are any");
  v("mixers", m.mixers,
    "a letter a layer, repeated: F full, W window, C chunk, L linear, M mamba, - none");
  v("mlps", m.mlps, "a letter a layer, repeated: D dense, E experts, - none; by default from moe");
  v("gated", m.gated, "MLPs have a gate (SwiGLU, GeGLU)");
  v("norm", m.norm, "kind of the norms");
  v("post_norms", m.post_norms, "each block's output is normed too");
  v("final_norm", m.final_norm, "a norm before the head");
  v("embedding_norm", m.embedding_norm, "a norm right after the embeddings");
  v("parallel_block", m.parallel_block, "attention and MLP run side by side");
  v("block_norms", m.block_norms, "norms at the head of a parallel block");
  v("tied_embeddings", m.tied_embeddings, "the head reuses the embedding");
  v("attention_bias", m.attention_bias, "biases in the projections of attention");
  v("qkv_bias", m.qkv_bias, "biases in the Q, K and V projections only");
  v("mlp_bias", m.mlp_bias, "biases in the MLPs");
  v("head_bias", m.head_bias, "a bias in the output head");
  v("rotary", m.rotary, "rotary positions");
  v("learned_positions", m.learned_positions, "learned absolute positions; switches rotary off");
  v("patch_inputs", m.patch_inputs, "values of one patch of a vit, e.g. 3 x 16 x 16");
  v("token_types", m.token_types, "rows of the token type embedding");
  v("position_buckets", m.position_buckets, "relative position buckets a head");
  v("dropout", m.dropout, "trained with dropout in attention and after both blocks");
  v("qk_norm", m.qk_norm, "norms of queries and keys: a head at a time, or over the layer");
  v("sinks", m.sinks, "a learned sink logit a head");
  v("output_gate", m.output_gate, "attention's output is gated");
  v("shared_kv", m.shared_kv, "full attention layers use keys as values");
  v("layer_scale", m.layer_scale, "one learned scalar a layer");
  v("pooler", m.pooler, "a pooler after the stack (BERT)");
  v("lm_transform", m.lm_transform, "a matrix and a norm before the head (BERT)");
  v("residual_streams", m.residual_streams, "hyper-connections: residual streams side by side");
  v("residual_block", m.residual_block, "attention residuals over blocks of this many layers");
  v("local", m.local, "what local attention layers have otherwise");
  v("mla", m.mla, "multi-head latent attention");
  v("indexer", m.indexer, "sparse attention's indexer");
  v("compressed", m.compressed, "compressed attention of layers S and H");
  v("moe", m.moe, "mixture of experts");
  v("mamba", m.mamba, "Mamba-2 layers");
  v("linear", m.linear, "linear attention layers");
  v("vision", m.vision, "vision tower");
  v("encoder", m.encoder, "the encoder of an encoder-decoder");
  v("mtp_layers", m.mtp_layers, "multi-token prediction modules");
  v("mtp_mixers", m.mtp_mixers, "their mixers; by default the last layer's");
  v("mtp_mlps", m.mtp_mlps, "their MLPs; by default the last layer's");
}

// Fills in what follows from the rest: kv_heads, head_dim, v_head_dim, the whole layer pattern.
void complete(ModelSpec& spec);

// Everything that makes a spec impossible, at the places of `node` (which may lack the keys).
void check(const ModelSpec& spec, const Node& node, Diagnostics& problems);

// read<ModelSpec>: describe(), then complete() and check().
template <>
void read_into<ModelSpec>(const Node& node, ModelSpec& out, Diagnostics& problems);

}  // namespace orrery
