// Dense decoders of the Llama line: Llama, Mistral, Qwen2 and 3, Phi-3, MiMo, InternLM, Gemma 3.
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {
namespace {

void read_llama(Config& c, ModelSpec& m) {
  read_common(c, m);
  if (c.flag("bias", false)) m.attention_bias = true;  // InternLM
}

void read_windowed(Config& c, ModelSpec& m) {
  read_common(c, m);
  if (c.flag("use_sliding_window", true)) read_window(c, m);
}

void read_qwen2(Config& c, ModelSpec& m) {
  read_common(c, m);
  m.attention_bias = false;
  m.qkv_bias = true;  // always there, and not on the output projection
}

void read_qwen3(Config& c, ModelSpec& m) {
  read_common(c, m);
  m.qk_norm = QkNorm::Head;
}

void read_mimo(Config& c, ModelSpec& m) {
  read_qwen2(c, m);
  m.mtp_layers = c.integer("num_nextn_predict_layers", 0);
}

void read_gemma3_text(Config& c, ModelSpec& m) {
  read_common(c, m);
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
  if (m.vocabulary == 0) m.vocabulary = 262208;
  m.qk_norm = QkNorm::Head;
  m.post_norms = true;
  read_window(c, m);
  const std::int64_t every = c.integer("sliding_window_pattern", 6);
  if (!c.has("layer_types") && m.local && every > 0 && every < 1000) {
    m.mixers.assign(static_cast<std::size_t>(every), 'W');
    m.mixers.back() = 'F';
  }
}

void read_gemma3(Config& root, ModelSpec& m) {
  Config c = root.section("text_config");
  read_gemma3_text(c, m);
  if (!root.has("vision_config")) return;
  Config v = root.section("vision_config");  // SigLIP, then one norm and one matrix
  Vision tower;
  tower.layers = v.integer("num_hidden_layers");
  tower.hidden = v.integer("hidden_size");
  tower.ffn = v.integer("intermediate_size");
  tower.heads = v.integer("num_attention_heads");
  const std::int64_t patch = v.integer("patch_size");
  tower.patch_inputs = 3 * patch * patch;
  const std::int64_t side = patch > 0 ? v.integer("image_size") / patch : 0;
  tower.positions = side * side;
  m.vision = tower;
}

}  // namespace

const std::vector<Family>& dense_families() {
  static const std::vector<Family> families = {
      {"LlamaForCausalLM", read_llama},
      {"MistralForCausalLM", read_windowed},
      {"InternLMForCausalLM", read_llama},
      {"Phi3ForCausalLM", read_windowed},
      {"Qwen2ForCausalLM", read_qwen2},
      {"Qwen3ForCausalLM", read_qwen3},
      {"MiMoForCausalLM", read_mimo},
      {"Gemma3ForCausalLM", read_gemma3_text},
      {"Gemma3ForConditionalGeneration", read_gemma3},
  };
  return families;
}

}  // namespace orrery::hf
