// What most config.json files share, in the spellings of the Llama line.
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {

void read_common(Config& c, ModelSpec& m) {
  m.layers = c.integer("num_hidden_layers");
  m.hidden = c.integer("hidden_size");
  m.ffn = c.integer("intermediate_size", 0);
  m.heads = c.integer("num_attention_heads");
  m.kv_heads = c.integer("num_key_value_heads", m.heads);
  m.head_dim = c.integer("head_dim", 0);
  m.v_head_dim = c.integer("v_head_dim", 0);
  m.vocabulary = c.integer("vocab_size");
  m.positions = c.integer("max_position_embeddings", 0);
  m.tied_embeddings = c.flag("tie_word_embeddings", false);
  m.attention_bias = c.flag("attention_bias", false);
  m.mlp_bias = c.flag("mlp_bias", false);
  if (m.layers > 100'000) c.fail("num_hidden_layers", "expected at most 100000 layers");
}

void read_experts(Config& c, ModelSpec& m) {
  Experts e;
  e.experts = c.integer_of({"num_experts", "n_routed_experts", "num_local_experts"});
  e.top_k = c.integer_of({"num_experts_per_tok", "num_experts_per_token", "top_k_experts"});
  e.ffn = c.integer_of({"moe_intermediate_size", "intermediate_size"});
  e.dense_first = c.integer("first_k_dense_replace", 0);
  e.shared_ffn = c.integer("shared_expert_intermediate_size", 0);
  if (c.has("moe_shared_expert_intermediate_size")) {
    e.shared_ffn =
        c.integer("moe_shared_expert_intermediate_size") * c.integer("n_shared_experts", 1);
  } else if (c.has("n_shared_experts") || c.has("num_shared_experts")) {
    e.shared_ffn = c.integer_of({"n_shared_experts", "num_shared_experts"}) * e.ffn;
  }
  e.router_bias = c.text("topk_method", "") == "noaux_tc";
  m.moe = e;
}

void read_window(Config& c, ModelSpec& m) {
  const std::string types = c.letters("layer_types", {{"full_attention", 'F'},
                                                      {"sliding_attention", 'W'},
                                                      {"chunked_attention", 'C'},
                                                      {"linear_attention", 'L'}});
  if (!types.empty()) {
    if (static_cast<std::int64_t>(types.size()) != m.layers) {
      c.fail("layer_types", "expected as many entries as num_hidden_layers");
    }
    m.mixers = types;
  } else if (c.has("sliding_window") && c.flag("use_sliding_window", true)) {
    m.mixers = std::string("W");
  }
  if (m.mixers.find('W') != std::string::npos)
    m.local.emplace().window = c.integer("sliding_window");
}

void read_latent(Config& c, ModelSpec& m) {
  LatentAttention mla;
  mla.q_lora = c.integer("q_lora_rank", 0);
  mla.kv_lora = c.integer("kv_lora_rank");
  mla.qk_nope = c.integer("qk_nope_head_dim");
  mla.qk_rope = c.integer("qk_rope_head_dim");
  mla.v = c.integer("v_head_dim");
  m.mla = mla;
  m.head_dim = mla.qk_nope + mla.qk_rope;  // GLM-5 writes another number under head_dim
  m.v_head_dim = mla.v;
  if (c.has("index_topk")) {
    m.indexer = Indexer{.heads = c.integer("index_n_heads"),
                        .head_dim = c.integer("index_head_dim"),
                        .top_k = c.integer("index_topk")};
  }
}

// transformers, models/qwen3_vl: patches by a 3D convolution with bias, learned positions, layer
// norms, a merger of two matrices over merged patches.
void read_qwen_vision(Config& root, ModelSpec& m) {
  if (!root.has("vision_config")) return;
  Config c = root.section("vision_config");
  Vision v;
  v.layers = c.integer("depth");
  v.hidden = c.integer("hidden_size");
  v.ffn = c.integer("intermediate_size");
  v.heads = c.integer("num_heads");
  const std::int64_t patch = c.integer("patch_size");
  v.patch_inputs =
      c.integer("in_channels", 3) * c.integer("temporal_patch_size", 1) * patch * patch;
  v.positions = c.integer("num_position_embeddings", 0);
  const std::int64_t side = c.integer("spatial_merge_size", 1);
  v.merge = side * side;
  v.projector_ffn = v.hidden * v.merge;
  m.vision = v;
}

// Moonshot's MoonViT: 2D positions on a grid, then a merger of two matrices.
void read_moon_vision(Config& root, ModelSpec& m) {
  if (!root.has("vision_config")) return;
  Config c = root.section("vision_config");
  Vision v;
  v.layers = c.integer("vt_num_hidden_layers");
  v.hidden = c.integer("vt_hidden_size");
  v.ffn = c.integer("vt_intermediate_size");
  v.heads = c.integer("vt_num_attention_heads");
  if (c.has("qkv_hidden_size") && v.heads > 0) v.head_dim = c.integer("qkv_hidden_size") / v.heads;
  const std::int64_t patch = c.integer("patch_size");
  v.patch_inputs = 3 * patch * patch;
  v.positions = c.integer("init_pos_emb_height", 0) * c.integer("init_pos_emb_width", 0);
  v.merge = 1;
  for (const std::int64_t side : c.integers("merge_kernel_size")) {
    v.merge = side > 0 && side < 1024 && v.merge < 1024 ? v.merge * side : 0;
  }
  v.projector_ffn = v.merge > 0 ? v.hidden * v.merge : 0;
  v.bias = c.flag("linear_bias", true);
  v.rms_norm = c.text("norm_type", "layernorm") == "rmsnorm";
  m.vision = v;
}

}  // namespace orrery::hf
