#include "orrery/model/hf_config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "orrery/model/build.hpp"

namespace orrery {
namespace {

tl::expected<ModelSpec, Diagnostics> load(const std::string& text) {
  const auto node = parse_document(text, "config.json");
  if (!node) return tl::unexpected(node.error());
  return from_hf_config(*node, "model");
}

double billions(const std::string& text) {
  const auto spec = load(text);
  if (!spec) {
    ADD_FAILURE() << to_string(spec.error().front());
    return 0;
  }
  return parameters(build(*spec)) / 1e9;
}

std::string first_error(const std::string& text) {
  const auto spec = load(text);
  return spec ? "no error" : to_string(spec.error().front());
}

TEST(HfConfig, AnUnknownArchitectureNamesTheFieldAndTheKnownOnes) {
  const std::string error = first_error(R"({"architectures": ["RingForCausalLM"]})");
  EXPECT_TRUE(error.starts_with(
      "config.json:1:20: /architectures/0: saw \"RingForCausalLM\"; expected one of"))
      << error;
  EXPECT_NE(error.find("LlamaForCausalLM"), std::string::npos);
}

TEST(HfConfig, MissingAndMistypedFieldsAreToldTogetherAtTheirPlaces) {
  const auto spec = load(R"({"architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": "many", "hidden_size": 64, "num_attention_heads": 4})");
  ASSERT_FALSE(spec.has_value());
  ASSERT_EQ(spec.error().size(), 2u);
  EXPECT_EQ(spec.error()[0].where, "config.json:2:26: /num_hidden_layers");
  EXPECT_NE(spec.error()[1].what.find("vocab_size"), std::string::npos);
}

TEST(HfConfig, WrongShapesOfTheTextAreErrors) {
  EXPECT_NE(first_error("[1, 2]"), "no error");
  EXPECT_NE(first_error("{}"), "no error");
  EXPECT_NE(first_error(R"({"architectures": []})"), "no error");
  EXPECT_NE(first_error(R"({"architectures": "LlamaForCausalLM"})"), "no error");
  EXPECT_NE(
      first_error(R"({"architectures": ["Gemma3ForConditionalGeneration"], "text_config": 3})"),
      "no error");
  EXPECT_NE(first_error(R"({"architectures": ["KimiK25ForConditionalGeneration"]})"), "no error");
}

TEST(HfConfig, HugeOrNegativeNumbersAreErrors) {
  const auto with = [](const char* layers, const char* hidden) {
    return first_error(
        std::string(R"({"architectures": ["GPT2LMHeadModel"], "n_head": 4, "vocab_size": 10,
      "n_positions": 8, "n_layer": )") +
        layers + ", \"n_embd\": " + hidden + "}");
  };
  EXPECT_EQ(with("2", "64"), "no error");
  for (const char* bad : {"-1", "0", "99999999999999999999", "4294967296", "2000000000", "1.5"}) {
    EXPECT_NE(with(bad, "64"), "no error") << bad;
    EXPECT_NE(with("2", bad), "no error") << bad;
  }
}

TEST(HfConfig, HeadsMustBeAMultipleOfKvHeads) {
  const std::string error =
      first_error(R"({"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 2,
    "hidden_size": 64, "intermediate_size": 64, "num_attention_heads": 8, "num_key_value_heads": 3, "vocab_size": 10})");
  EXPECT_NE(error.find("expected a divisor of the 8 heads"), std::string::npos) << error;
}

// Checkpoint sizes on the Hub, in billions.
TEST(HfConfig, ClassicFamiliesHaveTheirCheckpointsSizes) {
  EXPECT_NEAR(
      billions(R"({"architectures": ["GPT2LMHeadModel"], "n_layer": 12, "n_embd": 768, "n_head": 12,
    "n_positions": 1024, "vocab_size": 50257})"),
      0.12443981, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["GPTJForCausalLM"], "n_layer": 28, "n_embd": 4096, "n_head": 16,
    "n_inner": null, "n_positions": 2048, "vocab_size": 50400, "tie_word_embeddings": false})"),
      6.050882784, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["BertForMaskedLM"], "num_hidden_layers": 12, "hidden_size": 768,
    "intermediate_size": 3072, "num_attention_heads": 12, "vocab_size": 30522, "max_position_embeddings": 512,
    "type_vocab_size": 2})"),
      0.109514298, 1e-8);
  EXPECT_NEAR(
      billions(R"({"architectures": ["OPTForCausalLM"], "num_hidden_layers": 12, "hidden_size": 768,
    "ffn_dim": 3072, "num_attention_heads": 12, "vocab_size": 50272, "max_position_embeddings": 2048})"),
      0.125239296, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["BloomForCausalLM"], "n_layer": 24, "hidden_size": 1024, "n_head": 16,
    "vocab_size": 250880})"),
      0.559214592, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["FalconForCausalLM"], "num_hidden_layers": 32, "hidden_size": 4544,
    "num_attention_heads": 71, "vocab_size": 65024, "multi_query": true, "parallel_attn": true, "bias": false})"),
      6.921720704, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["T5ForConditionalGeneration"], "num_layers": 12, "d_model": 768,
    "d_ff": 3072, "d_kv": 64, "num_heads": 12, "vocab_size": 32128})"),
      0.222903552, 1e-8);
  EXPECT_NEAR(billions(R"({"architectures": ["ViTForImageClassification"], "num_hidden_layers": 12,
    "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "patch_size": 16, "image_size": 224})"),
              0.086567656, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["MPTForCausalLM"], "n_layers": 32, "d_model": 4096, "n_heads": 32,
    "vocab_size": 50432, "max_seq_len": 2048, "no_bias": true, "attn_config": {"alibi": true}})"),
      6.649286656, 1e-8);
}

TEST(HfConfig, DenseFamiliesHaveTheirCheckpointsSizes) {
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["Qwen2ForCausalLM"], "num_hidden_layers": 28, "hidden_size": 3584,
    "intermediate_size": 18944, "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064})"),
      7.615616512, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["Phi3ForCausalLM"], "num_hidden_layers": 32, "hidden_size": 3072,
    "intermediate_size": 8192, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32064})"),
      3.821079552, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["Gemma3ForCausalLM"], "num_hidden_layers": 26, "hidden_size": 1152,
    "intermediate_size": 6912, "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256,
    "vocab_size": 262144, "sliding_window": 512})"),
      0.999885952, 1e-8);
  EXPECT_NEAR(
      billions(
          R"({"architectures": ["Mamba2ForCausalLM"], "num_hidden_layers": 64, "hidden_size": 2560,
    "vocab_size": 50288, "num_heads": 80, "head_dim": 64, "state_size": 128, "n_groups": 1,
    "tie_word_embeddings": true})"),
      2.7, 0.01);
}

TEST(HfConfig, LatentAttentionCachesOneVectorALayer) {
  const auto spec = load(
      R"({"architectures": ["DeepseekV3ForCausalLM"], "num_hidden_layers": 61, "hidden_size": 7168,
    "intermediate_size": 18432, "num_attention_heads": 128, "vocab_size": 129280, "q_lora_rank": 1536,
    "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
    "n_routed_experts": 256, "num_experts_per_tok": 8, "moe_intermediate_size": 2048, "n_shared_experts": 1,
    "first_k_dense_replace": 3, "topk_method": "noaux_tc"})");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(kv_cache_elements_per_token(build(*spec)), 61 * 576);  // 70.3 KB a token at 16 bits
}

TEST(HfConfig, EverySampleLoadsAndAHalfOfItIsAnErrorWithoutACrash) {
  const char* set = std::getenv("ORRERY_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(set != nullptr ? set : ORRERY_SOURCE_DIR "/../shared") /
      "samples/hf-config";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no samples at " << folder;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_EQ(first_error(text.str()), "no error") << entry.path();
    EXPECT_NE(first_error(text.str().substr(0, text.str().size() / 2)), "no error") << entry.path();
    ++files;
  }
  EXPECT_GE(files, 27);
}

}  // namespace
}  // namespace orrery
