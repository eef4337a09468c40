// Decoders with compressed keys and values: DeepSeek V2 to V4, Kimi K2 and K3, GLM-5.
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {
namespace {

void read_deepseek(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_latent(c, m);
  read_experts(c, m);
  m.moe->every = c.integer("moe_layer_freq", 1);
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
}

void read_kimi_vl(Config& root, ModelSpec& m) {
  Config c = root.required_section("text_config");
  read_deepseek(c, m);
  read_moon_vision(root, m);
}

// transformers, models/deepseek_v4: one shared key-value head, three kinds of layers, experts in
// all.
void read_deepseek_v4(Config& c, ModelSpec& m) {
  read_common(c, m);
  read_experts(c, m);
  m.ffn = 0;
  m.moe->hash_layers = c.integer("num_hash_layers", 0);
  m.residual_streams = c.integer("hc_mult", 1);
  std::string letters;
  CompressedAttention a;
  for (const std::int64_t ratio : c.integers("compress_ratios")) {
    if (static_cast<std::int64_t>(letters.size()) == m.layers)
      break;  // the rest is the MTP module's
    letters += ratio == 0 ? 'W' : ratio == 4 ? 'S' : 'H';
    if (ratio != 0 && ratio != 4) a.heavy_ratio = ratio;
  }
  if (static_cast<std::int64_t>(letters.size()) < m.layers || letters.empty()) {
    c.fail("compress_ratios", "expected a ratio for each of num_hidden_layers");
  }
  m.mixers = letters;
  a.q_lora = c.integer("q_lora_rank");
  a.qk_rope = c.integer("qk_rope_head_dim");
  a.out_groups = c.integer("o_groups");
  a.out_lora = c.integer("o_lora_rank");
  m.compressed = a;
  m.local.emplace().window = c.integer("sliding_window");
  m.local->sinks = true;
  m.indexer = Indexer{.heads = c.integer("index_n_heads"),
                      .head_dim = c.integer("index_head_dim"),
                      .top_k = c.integer("index_topk")};
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
  m.mtp_mixers = std::string("W");
}

// Kimi delta attention in most layers, latent attention without positions in the others.
void read_kimi_linear(Config& root, ModelSpec& m) {
  Config c = root.section("text_config");
  read_deepseek(c, m);
  m.rotary = !c.flag("mla_use_nope", false);
  m.output_gate = c.flag("mla_use_output_gate", false);
  m.moe->latent = c.integer("routed_expert_hidden_size", 0);
  m.moe->latent_norm = m.moe->latent > 0 && c.flag("latent_moe_use_norm", false);
  m.residual_block = c.integer("attn_res_block_size", 0);
  Config l = c.required_section("linear_attn_config");
  LinearMixer linear;
  linear.kind = LinearKind::Kda;
  linear.key_heads = l.integer("num_heads");
  linear.key_dim = l.integer("head_dim");
  linear.conv = l.integer("short_conv_kernel_size", 4);
  linear.full_rank_gate = l.flag("use_full_rank_gate", false);
  m.linear = linear;
  if (m.layers > 0 && m.layers <= 100'000) {
    std::string letters(static_cast<std::size_t>(m.layers), 'F');
    for (const std::int64_t layer : l.integers("kda_layers")) {  // counted from 1
      if (layer < 1 || layer > m.layers) {
        l.fail("kda_layers", "expected layers from 1 to num_hidden_layers");
        break;
      }
      letters[static_cast<std::size_t>(layer - 1)] = 'L';
    }
    m.mixers = letters;
  }
  read_moon_vision(root, m);
}

}  // namespace

const std::vector<Family>& latent_families() {
  static const std::vector<Family> families = {
      {"DeepseekV2ForCausalLM", read_deepseek},
      {"DeepseekV3ForCausalLM", read_deepseek},
      {"DeepseekV32ForCausalLM", read_deepseek},
      {"DeepseekV4ForCausalLM", read_deepseek_v4},
      {"GlmMoeDsaForCausalLM", read_deepseek},
      {"KimiK25ForConditionalGeneration", read_kimi_vl},
      {"KimiLinearForCausalLM", read_kimi_linear},
      {"KimiK3ForConditionalGeneration", read_kimi_linear},
  };
  return families;
}

}  // namespace orrery::hf
