// The older families: BERT, T5, ViT, GPT-2, GPT-J, OPT, BLOOM, MPT, Falcon.
#include "orrery/model/hf/config.hpp"

namespace orrery::hf {
namespace {

// Layer norms and biases everywhere, a plain MLP.
void make_classic(ModelSpec& m) {
  m.gated = false;
  m.norm = NormKind::Layer;
  m.attention_bias = m.mlp_bias = true;
  m.rotary = false;
}

void read_bert(Config& c, ModelSpec& m) {
  read_common(c, m);
  make_classic(m);
  m.kind = ModelKind::Encoder;
  m.learned_positions = m.embedding_norm = true;
  m.final_norm = false;  // norms stand after the blocks, two a layer all the same
  m.token_types = c.integer("type_vocab_size", 2);
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
  m.lm_transform = m.head_bias = true;
  m.dropout = true;
}

void read_bert_pretraining(Config& c, ModelSpec& m) {
  read_bert(c, m);
  m.pooler = true;
}

void read_t5(Config& c, ModelSpec& m) {
  m.kind = ModelKind::EncoderDecoder;
  m.layers = c.integer("num_decoder_layers", c.integer("num_layers"));
  m.hidden = c.integer("d_model");
  m.ffn = c.integer("d_ff");
  m.heads = c.integer("num_heads");
  m.head_dim = c.integer("d_kv");
  m.vocabulary = c.integer("vocab_size");
  m.positions = c.integer("n_positions", 512);
  m.gated = c.text("feed_forward_proj", "relu").starts_with("gated");
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
  m.position_buckets = c.integer("relative_attention_num_buckets", 32);
  m.rotary = false;
  m.dropout = true;
  m.encoder =
      TextEncoder{.layers = c.integer("num_layers"), .tokens = static_cast<double>(m.positions)};
}

void read_vit(Config& c, ModelSpec& m) {
  m.kind = ModelKind::Vit;
  m.layers = c.integer("num_hidden_layers");
  m.hidden = c.integer("hidden_size");
  m.ffn = c.integer("intermediate_size");
  m.heads = c.integer("num_attention_heads");
  make_classic(m);
  m.attention_bias = c.flag("qkv_bias", true);
  const std::int64_t patch = c.integer("patch_size");
  const std::int64_t side = patch > 0 ? c.integer("image_size") / patch : 0;
  m.positions = side * side + 1;  // and the class token
  m.learned_positions = true;
  m.patch_inputs = c.integer("num_channels", 3) * patch * patch;
  const Node* labels = c.node().find("id2label");
  m.vocabulary = labels != nullptr && labels->is_map() && !labels->members.empty()
                     ? static_cast<std::int64_t>(labels->members.size())
                     : c.integer("num_labels", 1000);
  m.head_bias = true;
}

// transformers 4 GPT-2 spellings; GPT-J shares them.
void read_gpt_names(Config& c, ModelSpec& m) {
  m.layers = c.integer_of({"n_layer", "num_hidden_layers"});
  m.hidden = c.integer_of({"n_embd", "hidden_size"});
  m.heads = c.integer_of({"n_head", "num_attention_heads"});
  m.ffn = c.integer("n_inner", 4 * m.hidden);
  m.vocabulary = c.integer("vocab_size");
  m.positions = c.integer_of({"n_positions", "max_position_embeddings"});
}

void read_gpt2(Config& c, ModelSpec& m) {
  read_gpt_names(c, m);
  make_classic(m);
  m.learned_positions = m.dropout = true;
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
}

void read_gptj(Config& c, ModelSpec& m) {
  read_gpt_names(c, m);
  make_classic(m);
  m.attention_bias = false;
  m.rotary = m.parallel_block = m.head_bias = true;
  m.tied_embeddings = c.flag("tie_word_embeddings", false);
}

void read_opt(Config& c, ModelSpec& m) {
  read_common(c, m);
  make_classic(m);
  m.ffn = c.integer("ffn_dim");
  m.positions += 2;  // the table starts at an offset of two
  m.learned_positions = m.dropout = true;
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
}

void read_bloom(Config& c, ModelSpec& m) {
  m.layers = c.integer_of({"n_layer", "num_hidden_layers"});
  m.hidden = c.integer_of({"hidden_size", "n_embed"});
  m.heads = c.integer_of({"n_head", "num_attention_heads"});
  m.ffn = 4 * m.hidden;
  m.vocabulary = c.integer("vocab_size");
  make_classic(m);
  m.embedding_norm = true;
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
}

void read_mpt(Config& c, ModelSpec& m) {
  m.layers = c.integer("n_layers");
  m.hidden = c.integer("d_model");
  m.heads = c.integer("n_heads");
  m.ffn = c.integer("expansion_ratio", 4) * m.hidden;
  m.vocabulary = c.integer("vocab_size");
  m.positions = c.integer("max_seq_len", 0);
  make_classic(m);
  if (c.flag("no_bias", false)) {
    m.attention_bias = m.mlp_bias = false;
    m.norm = NormKind::LayerNoBias;
  }
  if (c.has("attn_config")) {
    Config attention = c.section("attn_config");
    m.kv_heads = attention.integer("kv_n_heads", 0);
    m.learned_positions = !attention.flag("alibi", false) && !attention.flag("rope", false);
  }
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
}

void read_falcon(Config& c, ModelSpec& m) {
  m.layers = c.integer_of({"num_hidden_layers", "n_layer"});
  m.hidden = c.integer("hidden_size");
  m.heads = c.integer_of({"num_attention_heads", "n_head"});
  m.vocabulary = c.integer("vocab_size");
  m.ffn = c.integer("ffn_hidden_size", 4 * m.hidden);
  make_classic(m);
  m.attention_bias = m.mlp_bias = c.flag("bias", false);
  m.rotary = !c.flag("alibi", false);
  m.tied_embeddings = c.flag("tie_word_embeddings", true);
  const bool newer = c.flag("new_decoder_architecture", false);
  if (newer) {
    m.kv_heads = c.integer_of({"num_kv_heads", "n_head_kv"});
  } else if (c.flag("multi_query", true)) {
    m.kv_heads = 1;
  }
  m.parallel_block = newer || c.flag("parallel_attn", true);
  m.block_norms = newer ? c.integer("num_ln_in_parallel_attn", 2) : 0;
}

}  // namespace

const std::vector<Family>& classic_families() {
  static const std::vector<Family> families = {
      {"BertForMaskedLM", read_bert},
      {"BertForPreTraining", read_bert_pretraining},
      {"T5ForConditionalGeneration", read_t5},
      {"ViTForImageClassification", read_vit},
      {"GPT2LMHeadModel", read_gpt2},
      {"GPTJForCausalLM", read_gptj},
      {"OPTForCausalLM", read_opt},
      {"BloomForCausalLM", read_bloom},
      {"MPTForCausalLM", read_mpt},
      {"FalconForCausalLM", read_falcon},
      {"MptForCausalLM", read_mpt},
      {"BloomModel", read_bloom},
  };
  return families;
}

}  // namespace orrery::hf
