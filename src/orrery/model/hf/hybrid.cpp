// Decoders that mix attention with scans: Qwen3-Next and 3.5, Nemotron-H, Mamba-2.
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {
namespace {

void read_qwen_next(Config& root, ModelSpec& m) {
  Config c = root.section("text_config");
  read_common(c, m);
  m.tied_embeddings = c.flag("tie_word_embeddings", root.flag("tie_word_embeddings", false));
  m.qk_norm = QkNorm::Head;
  m.output_gate = c.flag("attn_output_gate", true);
  read_window(c, m);
  const std::int64_t interval = c.integer("full_attention_interval", 4);
  if (!c.has("layer_types") && interval > 0 && interval < 1000) {
    m.mixers.assign(static_cast<std::size_t>(interval), 'L');
    m.mixers.back() = 'F';
  }
  m.linear = LinearMixer{.kind = LinearKind::GatedDeltaNet,
                         .key_heads = c.integer("linear_num_key_heads"),
                         .value_heads = c.integer("linear_num_value_heads"),
                         .key_dim = c.integer("linear_key_head_dim"),
                         .value_dim = c.integer("linear_value_head_dim"),
                         .conv = c.integer("linear_conv_kernel_dim", 4)};
  if (c.has("num_experts")) {
    read_experts(c, m);
    m.moe->every = c.integer("decoder_sparse_step", 1);
    m.moe->shared_gate = m.moe->shared_ffn > 0;
  }
  m.mtp_layers = c.integer("mtp_num_hidden_layers", 0);
  m.mtp_mixers = std::string("F");
  read_qwen_vision(root, m);
}

// One block a layer: a letter of hybrid_override_pattern, or a name of layers_block_type.
void read_nemotron_h(Config& c, ModelSpec& m) {
  std::string blocks = c.letters("layers_block_type",
                                 {{"mamba", 'M'}, {"attention", '*'}, {"moe", 'E'}, {"mlp", '-'}});
  if (blocks.empty()) blocks = c.text("hybrid_override_pattern", "");
  if (blocks.empty())
    c.fail("hybrid_override_pattern", "saw no layers; expected this key or layers_block_type");
  m.mixers.clear();
  for (const char block : blocks) {
    m.mixers += block == 'M' ? 'M' : block == '*' ? 'F' : '-';
    m.mlps += block == 'E' ? 'E' : block == '-' ? 'D' : '-';
    if (block != 'M' && block != '*' && block != 'E' && block != '-') {
      c.fail("hybrid_override_pattern", "saw an unknown letter; expected M, *, E or -");
      break;
    }
  }
  m.layers = c.integer("num_hidden_layers", static_cast<std::int64_t>(blocks.size()));
  if (m.layers != static_cast<std::int64_t>(blocks.size())) {
    c.fail("num_hidden_layers", "expected as many layers as the pattern has blocks");
  }
  m.hidden = c.integer("hidden_size");
  m.ffn = c.integer("intermediate_size", 0);
  m.heads = c.integer("num_attention_heads");
  m.kv_heads = c.integer("num_key_value_heads", m.heads);
  m.head_dim = c.integer("head_dim", 0);
  m.vocabulary = c.integer("vocab_size");
  m.positions = c.integer("max_position_embeddings", 0);
  m.tied_embeddings = c.flag("tie_word_embeddings", false);
  m.attention_bias = c.flag("attention_bias", false);
  m.mlp_bias = c.flag("mlp_bias", false);
  m.gated = false;   // squared ReLU
  m.rotary = false;  // Mamba layers carry the order
  m.mamba = Mamba{.heads = c.integer("mamba_num_heads"),
                  .head_dim = c.integer("mamba_head_dim"),
                  .state = c.integer("ssm_state_size"),
                  .groups = c.integer("n_groups", 1),
                  .conv = c.integer("conv_kernel", 4),
                  .conv_bias = c.flag("use_conv_bias", true),
                  .bias = c.flag("use_bias", false)};
  if (m.mlps.find('E') != std::string::npos) {
    read_experts(c, m);
    m.moe->router_bias = true;
    m.moe->latent = c.integer("moe_latent_size", 0);
  }
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
  m.mtp_mixers = std::string("F");
  m.mtp_mlps.assign(1, m.moe ? 'E' : 'D');
}

void read_mamba2(Config& c, ModelSpec& m) {
  m.layers = c.integer("num_hidden_layers");
  m.hidden = c.integer("hidden_size");
  m.vocabulary = c.integer("vocab_size");
  m.tied_embeddings = c.flag("tie_word_embeddings", false);
  m.mixers = std::string("M");
  m.mlps = std::string("-");
  m.mamba = Mamba{.heads = c.integer("num_heads"),
                  .head_dim = c.integer("head_dim"),
                  .state = c.integer("state_size"),
                  .groups = c.integer("n_groups", 1),
                  .conv = c.integer("conv_kernel", 4),
                  .conv_bias = c.flag("use_conv_bias", true),
                  .bias = c.flag("use_bias", false)};
}

}  // namespace

const std::vector<Family>& hybrid_families() {
  static const std::vector<Family> families = {
      {"Qwen3NextForCausalLM", read_qwen_next},
      {"Qwen3_5ForConditionalGeneration", read_qwen_next},
      {"Qwen3_5MoeForConditionalGeneration", read_qwen_next},
      {"NemotronHForCausalLM", read_nemotron_h},
      {"Mamba2ForCausalLM", read_mamba2},
  };
  return families;
}

}  // namespace orrery::hf
