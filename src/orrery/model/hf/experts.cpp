// Decoders with plain attention and experts: Mixtral, Qwen3-MoE, gpt-oss, Llama 4, MiniMax,
// MiMo-V2, ...
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {
namespace {

void read_mixtral(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.ffn = 0;
  if (c.has("sliding_window")) read_window(c, m);
}

void read_qwen3_moe(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.qk_norm = QkNorm::Head;
  m.moe->every = c.integer("decoder_sparse_step", 1);
}

void read_gpt_oss(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.ffn = 0;
  m.moe->router_bias = m.moe->bias = true;
  m.sinks = true;
  read_window(c, m);
}

void read_minimax_m2(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.ffn = 0;
  m.moe->router_bias = c.flag("use_routing_bias", true);
  if (c.flag("use_qk_norm", false)) {
    m.qk_norm = c.text("qk_norm_type", "per_layer") == "per_layer" ? QkNorm::Layer : QkNorm::Head;
  }
  if (c.flag("use_mtp", false)) {
    m.mtp_layers = c.integer("num_mtp_modules", 0) * c.integer("mtp_transformer_layers", 1);
  }
}

// Every fourth layer attends to all keys without rotary positions, the others in chunks.
void read_llama4(Config& root, ModelSpec& m) {
  Config c = root.section("text_config");
  read_common(c, m);
  read_experts(c, m);
  m.ffn = c.integer("intermediate_size_mlp");
  m.moe->shared_ffn = m.moe->ffn;
  m.moe->every = c.integer("interleave_moe_layer_step", 1);
  m.mixers = std::string("CCCF");
  m.local.emplace().window = c.integer("attention_chunk_size");
}

void read_mimo_v2(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.mixers = c.letters("hybrid_layer_pattern", {{"0", 'F'}, {"1", 'W'}});
  m.mlps = c.letters("moe_layer_freq", {{"0", 'D'}, {"1", 'E'}});
  LocalAttention local;
  local.window = c.integer("sliding_window");
  local.heads = c.integer("swa_num_attention_heads", 0);
  local.kv_heads = c.integer("swa_num_key_value_heads", 0);
  local.head_dim = c.integer("swa_head_dim", 0);
  local.v_head_dim = c.integer("swa_v_head_dim", 0);
  local.sinks = c.flag("add_swa_attention_sink_bias", false);
  m.sinks = c.flag("add_full_attention_sink_bias", false);
  m.local = local;
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
  m.mtp_mixers = std::string("W");
  m.mtp_mlps = std::string("D");
}

void read_step(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.moe->shared_ffn = c.integer("share_expert_dim", m.moe->shared_ffn);
  m.moe->router_bias = c.flag("use_moe_router_bias", false);
  read_window(c, m);
  m.qk_norm = QkNorm::Head;
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
}

// Sliding layers have their own head shapes; full ones use keys as values and wider heads.
void read_gemma4(Config& root, ModelSpec& m) {
  Config c = root.section("text_config");
  read_common(c, m);
  m.tied_embeddings = c.flag("tie_word_embeddings", root.flag("tie_word_embeddings", true));
  m.qk_norm = QkNorm::Head;
  m.post_norms = true;
  m.shared_kv = c.flag("attention_k_eq_v", false);
  LocalAttention local;
  local.heads = m.heads;
  local.kv_heads = m.kv_heads;
  local.head_dim = local.v_head_dim = m.head_dim;
  read_window(c, m);
  if (m.local) local.window = m.local->window;
  m.local = local;
  m.head_dim = m.v_head_dim = c.integer("global_head_dim", m.head_dim);
  m.kv_heads = c.integer("num_global_key_value_heads", m.kv_heads);
  if (c.flag("enable_moe_block", false)) {
    read_experts(c, m);
    m.moe->beside_dense = true;
  }
  if (!root.has("vision_config")) return;
  Config v = root.section("vision_config");
  Vision tower;
  tower.layers = v.integer("num_hidden_layers");
  tower.hidden = v.integer("hidden_size");
  tower.ffn = v.integer("intermediate_size");
  tower.heads = v.integer("num_attention_heads");
  tower.head_dim = v.integer("head_dim", 0);
  const std::int64_t patch = v.integer("patch_size");
  tower.patch_inputs = 3 * patch * patch;
  tower.positions =
      2 * v.integer("position_embedding_size", 0);  // one table for rows, one for columns
  tower.gated = true;
  tower.bias = false;
  tower.rms_norm = true;
  m.vision = tower;
}

}  // namespace

const std::vector<Family>& expert_families() {
  static const std::vector<Family> families = {
      {"MixtralForCausalLM", read_mixtral},
      {"Qwen3MoeForCausalLM", read_qwen3_moe},
      {"GptOssForCausalLM", read_gpt_oss},
      {"MiniMaxM2ForCausalLM", read_minimax_m2},
      {"Llama4ForConditionalGeneration", read_llama4},
      {"Llama4ForCausalLM", read_llama4},
      {"MiMoV2FlashForCausalLM", read_mimo_v2},
      {"Step3p5ForCausalLM", read_step},
      {"Step3p7FlashForCausalLM", read_step},
      {"Gemma4ForConditionalGeneration", read_gemma4},
      {"Gemma4ForCausalLM", read_gemma4},
  };
  return families;
}

}  // namespace orrery::hf
