#include "orrery/planner/search_space.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "small_models.hpp"

namespace orrery {
namespace {

using testing::World;

TEST(SpaceFor, HoldsOnlyDegreesThatDivideChipsAndHeads) {
  const World w = testing::world(testing::dense_graph(), 48, Bytes{80e9});
  const PlanSpace s = space_for(w.graph, w.base, w.work, w.cluster);
  EXPECT_EQ(s.tensor, (std::vector<int>{1, 2, 4, 8}));       // 8 heads
  EXPECT_EQ(s.pipeline, (std::vector<int>{1, 2, 3, 4, 6}));  // 6 layers
  EXPECT_EQ(s.context, (std::vector<int>{1, 2}));            // 4,096 tokens
  EXPECT_EQ(s.expert, (std::vector<int>{1}));
}

TEST(SpaceFor, TriesExpertDegreesThatDivideTheExperts) {
  const World w = testing::world(testing::expert_graph(), 16, Bytes{80e9});
  EXPECT_EQ(space_for(w.graph, w.base, w.work, w.cluster).expert, (std::vector<int>{1, 2, 4, 8}));
}

TEST(DegreesFor, LeaveFormatsOverlapAndScheduleAsTheyAre) {
  World w = testing::world(testing::dense_graph(), 8, Bytes{80e9});
  w.base.schedule = Schedule::ZeroBubble;
  w.base.overlap.tensor = true;
  w.base.sequence_parallel = true;
  const PlanSpace s = degrees_for(w.graph, w.base, w.work, w.cluster);
  EXPECT_EQ(s.schedule, std::vector<Schedule>{Schedule::ZeroBubble});
  EXPECT_EQ(s.overlap_tensor, std::vector<bool>{true});
  EXPECT_EQ(s.sequence_parallel, std::vector<bool>{true});
  EXPECT_EQ(s.zero.size(), 4U);
}

TEST(Shapes, FillTheChipsAndSplitTheBatch) {
  const World w = testing::world(testing::dense_graph(), 12, Bytes{80e9});
  const PlanSpace s = space_for(w.graph, w.base, w.work, w.cluster);
  const std::vector<Shape> all = shapes(s, w.graph, w.base, w.work, w.cluster);
  EXPECT_FALSE(all.empty());
  for (const Shape& shape : all) {
    const ParallelPlan& p = shape.plan;
    EXPECT_EQ(p.tensor * p.pipeline * p.context * p.data, 12);
    const double micro_batches = 16 / (p.data * shape.micro);
    EXPECT_EQ(micro_batches, std::floor(micro_batches));
    EXPECT_TRUE(p.virtual_stages == 1 || p.pipeline > 1);
  }
}

TEST(Shapes, ASpaceOfOnePlanHasOneShape) {
  World w = testing::world(testing::dense_graph(), 8, Bytes{80e9});
  w.base.tensor = 2;
  w.base.pipeline = 2;
  const auto all = shapes(space_of(w.base, w.work), w.graph, w.base, w.work, w.cluster);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].plan.data, 2);
}

}  // namespace
}  // namespace orrery
