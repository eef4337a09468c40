// Published parameter counts against ours, for every sample config.json and the catalog.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "orrery/model/build.hpp"
#include "orrery/model/hf_config.hpp"

namespace orrery {
namespace {

std::filesystem::path shared() {
  const char* set = std::getenv("ORRERY_SHARED");
  return set != nullptr ? set : ORRERY_SOURCE_DIR "/../shared";
}

// Whether an active count takes in the input embedding: publishers differ.
enum class Embedding { In, Out };
// Whether the total takes in towers: a model's name often does not.
enum class Towers { In, Out };

struct Published {
  const char* file;
  const char* catalog;
  double total;   // billions
  double active;  // billions; 0: dense or not published
  Embedding embedding;
  Towers towers;
  double tolerance;         // of the total: half a unit of its last printed digit, or 0.5 %
  double active_tolerance;  // same
  const char* source;
};

// Documented misses, which their tolerance lets through; no shape was bent to hide one:
//
// - Llama-4-Scout: 109 B is printed for text and vision together; the sample lacks its
//   vision_config. The text alone has 107.8 B, 1.1 % less.
//
// - GLM-5: 40 B active is printed; without the embedding we count 40.8 B, without the indexers too
//   40.1 B.
//
// - DeepSeek-V3.2: 671 B and 37 B are V3's numbers; the indexers of 61 layers add 0.85 B.
//
// - Kimi-K2.5: K2's report prints 1.04 T; its own shapes give 1.026 T. We found no reason.
//
// - DeepSeek-V4-Pro: 1.6 T is printed; the main model has 1.573 T, 1.599 T with the MTP module.
const Published kPublished[] = {
    {"MiniMaxAI--MiniMax-M2.5", "minimax-m2.5", 230, 10, Embedding::Out, Towers::In, 0.01, 0.05,
     "model card"},
    {"Qwen--Qwen3-0.6B", "qwen3-0.6b", 0.596, 0, Embedding::In, Towers::In, 0.005, 0,
     "checkpoint size on the Hub"},
    {"Qwen--Qwen3-1.7B", "qwen3-1.7b", 1.7, 0, Embedding::In, Towers::In, 0.03, 0,
     "model card: 1.7B"},
    {"Qwen--Qwen3-32B", "qwen3-32b", 32.8, 0, Embedding::In, Towers::In, 0.005, 0,
     "model card: 32.8B"},
    {"Qwen--Qwen3-235B-A22B", "qwen3-235b-a22b", 235, 22, Embedding::In, Towers::In, 0.005, 0.02,
     "model card"},
    {"Qwen--Qwen3-Coder-480B-A35B-Instruct", "qwen3-coder-480b-a35b", 480, 35, Embedding::In,
     Towers::In, 0.005, 0.02, "model card"},
    {"Qwen--Qwen3.5-27B", "qwen3.5-27b", 27, 0, Embedding::In, Towers::Out, 0.005, 0, "name"},
    {"Qwen--Qwen3.5-397B-A17B", "qwen3.5-397b-a17b", 397, 17, Embedding::In, Towers::In, 0.005,
     0.025, "name"},
    {"XiaomiMiMo--MiMo-7B-Base", "mimo-7b", 7.83, 0, Embedding::In, Towers::In, 0.03, 0,
     "checkpoint on the Hub, with its MTP module of 0.21B"},
    {"XiaomiMiMo--MiMo-V2-Flash", "mimo-v2-flash", 309, 15, Embedding::In, Towers::In, 0.005, 0.035,
     "model card"},
    {"deepseek-ai--DeepSeek-R1", "deepseek-r1", 671, 37, Embedding::Out, Towers::In, 0.005, 0.015,
     "model card"},
    {"deepseek-ai--DeepSeek-V3", "deepseek-v3", 671, 37, Embedding::Out, Towers::In, 0.005, 0.015,
     "arXiv:2412.19437, abstract"},
    {"deepseek-ai--DeepSeek-V3.2", "deepseek-v3.2", 671, 37, Embedding::Out, Towers::In, 0.005,
     0.015, "DeepSeek-V3's, from which it continues"},
    {"deepseek-ai--DeepSeek-V4-Pro", "deepseek-v4-pro", 1600, 49, Embedding::Out, Towers::In, 0.02,
     0.01, "technical report, abstract"},
    {"google--gemma-4-26B-A4B", "gemma-4-26b-a4b", 25.2, 3.8, Embedding::In, Towers::Out, 0.005,
     0.013, "model card"},
    {"meta-llama--Llama-4-Maverick-17B-128E-Instruct", "llama-4-maverick", 400, 17, Embedding::In,
     Towers::In, 0.005, 0.02, "model card"},
    {"meta-llama--Llama-4-Scout-17B-16E-Instruct", "llama-4-scout", 109, 17, Embedding::In,
     Towers::In, 0.012, 0.02, "model card"},
    {"meta-llama--Meta-Llama-3.1-70B", "llama-3.1-70b", 70.6, 0, Embedding::In, Towers::In, 0.005,
     0, "model card"},
    {"meta-llama--Meta-Llama-3.1-8B", "llama-3.1-8b", 8.03, 0, Embedding::In, Towers::In, 0.005, 0,
     "model card"},
    {"mistralai--Mixtral-8x7B-v0.1", "mixtral-8x7b", 46.7, 12.9, Embedding::In, Towers::In, 0.005,
     0.005, "release announcement"},
    {"moonshotai--Kimi-K2.5", "kimi-k2.5", 1040, 32, Embedding::Out, Towers::In, 0.015, 0.015,
     "model card"},
    {"moonshotai--Kimi-K3", "kimi-k3", 2779.931837, 104, Embedding::Out, Towers::In, 1e-6, 0.005,
     "checkpoint size on the Hub: 2,779,931,837,184"},
    {"nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "nemotron-3-nano", 31.6, 3.2, Embedding::Out,
     Towers::In, 0.005, 0.015, "technical report: 31.6B, 3.2B active (3.6B with embeddings)"},
    {"nvidia--NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16", "nemotron-3-ultra", 550, 55, Embedding::Out,
     Towers::In, 0.005, 0.01, "name"},
    {"openai--gpt-oss-120b", "gpt-oss-120b", 116.83, 5.13, Embedding::Out, Towers::In, 0.005, 0.005,
     "model card, table 1"},
    {"stepfun-ai--Step-3.7-Flash", "step-3.7-flash", 196, 11, Embedding::In, Towers::In, 0.005,
     0.045, "Step-3.5-Flash model card"},
    {"zai-org--GLM-5", "glm-5", 744, 40, Embedding::Out, Towers::In, 0.005, 0.025, "model card"},
};

class PublishedCount : public testing::TestWithParam<Published> {};

void expect_counts(const ModelSpec& spec, const Published& row) {
  OpGraph graph = build(spec);
  if (row.towers == Towers::Out) graph.towers.clear();
  const double total = parameters(graph) / 1e9;
  EXPECT_NEAR(total / row.total, 1.0, row.tolerance) << total << " B, " << row.source;
  if (row.active == 0) return;
  double active = active_parameters(graph) / 1e9;
  if (row.embedding == Embedding::Out)
    active -= static_cast<double>(graph.input.ops.front().parameters) / 1e9;
  EXPECT_NEAR(active / row.active, 1.0, row.active_tolerance) << active << " B, " << row.source;
}

ModelSpec from_catalog(const std::string& name) {
  const auto node =
      read_document(std::string(ORRERY_SOURCE_DIR "/catalog/models/") + name + ".yaml");
  EXPECT_TRUE(node.has_value()) << name;
  if (!node) return {};
  Diagnostics problems;
  ModelSpec spec = read<ModelSpec>(*node, problems);
  for (const Error& problem : problems) ADD_FAILURE() << to_string(problem);
  return spec;
}

TEST_P(PublishedCount, HoldsForTheCatalogFile) {
  expect_counts(from_catalog(GetParam().catalog), GetParam());
}

TEST_P(PublishedCount, HoldsForTheConfigAsPublished) {
  const auto path =
      shared() / "samples/hf-config" / (std::string(GetParam().file) + "_config.json");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no sample " << path;
  const auto node = read_document(path.string());
  ASSERT_TRUE(node.has_value());
  const auto spec = from_hf_config(*node, GetParam().file);
  ASSERT_TRUE(spec.has_value()) << to_string(spec.error().front());
  expect_counts(*spec, GetParam());
  // The catalog says the same thing in our own words.
  const OpGraph ours = build(from_catalog(GetParam().catalog));
  const OpGraph theirs = build(*spec);
  EXPECT_EQ(parameters(ours, ExtraHeads::Counted), parameters(theirs, ExtraHeads::Counted));
  EXPECT_EQ(active_parameters(ours), active_parameters(theirs));
  EXPECT_EQ(kv_cache_elements_per_token(ours), kv_cache_elements_per_token(theirs));
  EXPECT_EQ(forward_flops(ours, 8192), forward_flops(theirs, 8192));
}

INSTANTIATE_TEST_SUITE_P(Every, PublishedCount, testing::ValuesIn(kPublished),
                         [](const auto& each) {
                           std::string name = each.param.catalog;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(ParameterCount, CatalogModelsWithoutASampleMatchTheirPapers) {
  struct Row {
    const char* name;
    double total;
    double tolerance;
    const char* source;
  };
  const Row rows[] = {
      {"llama-3.1-405b", 405.85, 0.0005, "checkpoint size on the Hub"},
      {"llama2-7b", 6.74, 0.001, "checkpoint size on the Hub"},
      {"llama2-13b", 13.02, 0.001, "checkpoint size on the Hub"},
      {"llama2-70b", 68.98, 0.001, "checkpoint size on the Hub"},
      {"mixtral-8x22b", 141, 0.005, "release announcement"},
      {"qwen3-30b-a3b", 30.5, 0.005, "model card"},
      {"gpt-oss-20b", 20.91, 0.005, "model card, table 1"},
      {"gptj-6b", 6.05, 0.005, "model card"},
      {"falcon-180b", 180, 0.005, "Almazrouei et al. 2023"},
      {"palm-540b", 540.35, 0.0005, "Chowdhery et al. 2022, table 1"},
      {"gemma3-12b", 12.2, 0.005, "checkpoint size on the Hub, vision tower included"},
      {"bert-large", 0.336, 0.005, "Devlin et al. 2018 print 340M; the checkpoint has 336M"},
      {"t5-base", 0.2229, 0.001, "Raffel et al. 2020 print 220M; the checkpoint has 222.9M"},
      {"t5-large", 0.7377, 0.001, "Raffel et al. 2020 print 770M; the checkpoint has 737.7M"},
      {"vit-base", 0.08657, 0.001, "Dosovitskiy et al. 2021 print 86M"},
      {"vit-large", 0.3043, 0.001, "Dosovitskiy et al. 2021 print 307M; the checkpoint has 304.3M"},
      {"mpt-7b", 6.6589, 0.0001, "llm-foundry benchmarking/README.md, sequence 2048"},
      {"mpt-125m", 0.1253, 0.0005, "the same"},
      {"mpt-70b", 64.8624, 0.0001, "the same"},
      {"gpt-1.7b", 1.7, 0.03, "arXiv:2104.04473, table 1"},
      {"gpt-39b", 39.1, 0.002, "the same"},
      {"gpt-145b", 145.6, 0.001, "the same"},
      {"gpt-530b", 529.6, 0.001, "the same"},
      {"gpt-1t", 1008.0, 0.001, "the same"},
      {"gpt-22b", 22, 0.005, "arXiv:2205.05198, table 3"},
      {"gpt-175b", 175, 0.005, "the same"},
      {"gpt-462b", 462, 0.005, "Megatron-LM README"},
      {"gpt-177b", 177, 0.005, "Megatron-LM README"},
  };
  for (const Row& row : rows) {
    const double total = parameters(build(from_catalog(row.name))) / 1e9;
    EXPECT_NEAR(total / row.total, 1.0, row.tolerance)
        << row.name << ": " << total << " B, " << row.source;
  }
}

// Whatever the architecture, a token's products are two FLOPs a weight that it uses.
TEST(Catalog, MatrixWorkIsTwiceTheActiveWeights) {
  for (const auto& entry :
       std::filesystem::directory_iterator(ORRERY_SOURCE_DIR "/catalog/models")) {
    const ModelSpec spec = from_catalog(entry.path().stem().string());
    const OpGraph graph = build(spec);
    for (const Layer& layer : graph.layers) {
      for (const Op& op : layer.ops) {
        if (op.kind != OpKind::Matmul && op.kind != OpKind::GroupedMatmul) continue;
        // Biases, scales and the compressors' position tables are weights without a product.
        const double weights = static_cast<double>(op.active_parameters) * op.rows_per_token;
        const double products = forward_flops(op, 1, 1024) / 2;
        EXPECT_LE(products, weights) << spec.name << " " << op.name;
        EXPECT_GE(products, 0.98 * weights) << spec.name << " " << op.name;
      }
    }
  }
}

TEST(Catalog, EveryFileIsReadHasASourceAndIsNamedAsItSays) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(ORRERY_SOURCE_DIR "/catalog/models")) {
    const std::string stem = entry.path().stem().string();
    const ModelSpec spec = from_catalog(stem);
    EXPECT_EQ(spec.name, stem);
    EXPECT_FALSE(spec.source.empty()) << stem;
    EXPECT_GT(forward_flops(build(spec), 1024), 0) << stem;
    EXPECT_EQ(depth(build(spec)), spec.layers) << stem;
    ++files;
  }
  EXPECT_GE(files, 88);
}

}  // namespace
}  // namespace orrery
