#include "orrery/program/stages.hpp"

#include <numeric>

#include "orrery/program/plan_check.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

ParallelPlan pipeline(int stages, int chunks) {
  ParallelPlan plan;
  plan.pipeline = stages;
  plan.virtual_stages = chunks;
  return plan;
}

// Llama 3 (arXiv:2407.21783, section 3.3.2): one layer less on the first and last of 16 x 4 chunks,
// so that 126 layers fit.
TEST(Stages, EmbeddingAndHeadTakeALayersPlace) {
  ParallelPlan plan = pipeline(16, 4);
  plan.stages.embedding_is_layer = plan.stages.head_is_layer = true;
  const std::vector<int> sizes = chunk_sizes(test::model("llama-3.1-405b"), plan);
  ASSERT_EQ(sizes.size(), 64u);
  EXPECT_EQ(sizes.front(), 1);
  EXPECT_EQ(sizes.back(), 1);
  for (std::size_t c = 1; c < 63; ++c) EXPECT_EQ(sizes[c], 2);
}

TEST(Stages, EveryLayerIsPlacedOnceHoweverItIsCut) {
  const OpGraph graph = test::model("deepseek-v3");
  for (const int stages : {1, 2, 4, 8, 16}) {
    for (const bool balanced : {false, true}) {
      ParallelPlan plan = pipeline(stages, 1);
      plan.stages.balanced = balanced;
      int total = 0;
      for (const StageContents& s : stages_of(graph, plan)) total += s.layers();
      EXPECT_EQ(total, depth(graph)) << stages << balanced;
    }
  }
}

TEST(Stages, BalancedGivesTheLastStageFewerLayers) {
  ParallelPlan plan = pipeline(16, 1);
  plan.stages.balanced = true;  // the head and the extra head of DeepSeek-V3 weigh several layers
  const std::vector<int> sizes = chunk_sizes(test::model("deepseek-v3"), plan);
  EXPECT_LT(sizes.back(), sizes[5]);
}

TEST(Stages, AnExplicitListMustAddUp) {
  const OpGraph graph = test::model("llama-3.1-8b");
  ParallelPlan plan = pipeline(2, 1);
  plan.stages.layers = {15, 17};
  EXPECT_EQ(chunk_sizes(graph, plan), (std::vector<int>{15, 17}));
  plan.stages.layers = {15, 16};
  EXPECT_TRUE(chunk_sizes(graph, plan).empty());
}

TEST(NearestDivisor, IsADivisorAndNear) {
  EXPECT_EQ(nearest_divisor(128, 7), 8);
  EXPECT_EQ(nearest_divisor(96, 5), 4);
  EXPECT_EQ(nearest_divisor(1, 9), 1);
}

}  // namespace
}  // namespace orrery
