#include "orrery/program/groups.hpp"

#include "support/catalog.hpp"

namespace orrery {
namespace {

TEST(Groups, TensorRanksStayInsideTheNode) {
  const Cluster cluster = test::cluster("dgx-h100", 64);
  ParallelPlan plan;
  plan.tensor = 8;
  plan.data = 8;
  plan.expert_tensor = 8;
  const Groups g = groups_of(plan, cluster);
  EXPECT_EQ(g.tensor.members[0], 8);
  EXPECT_EQ(g.tensor.members[1], 1);
  EXPECT_EQ(g.data.members[0], 1);
  EXPECT_EQ(g.data.members[1], 8);
}

TEST(Groups, DataRanksFillTheNodeFirst) {
  const Cluster cluster = test::cluster("dgx-h100", 64);
  ParallelPlan plan;
  plan.tensor = 2;
  plan.data = 32;
  plan.expert_tensor = 2;
  const Groups g = groups_of(plan, cluster);
  EXPECT_EQ(g.data.members[0], 4);
  EXPECT_EQ(g.data.members[1], 8);
  EXPECT_EQ(g.data.ranks(), 32);
}

TEST(Groups, PipelineNeighboursAreAStageApart) {
  const Cluster cluster = test::cluster("dgx-h100", 64);
  ParallelPlan plan;
  plan.tensor = 8;
  plan.pipeline = 4;
  plan.data = 2;
  plan.expert_tensor = 8;
  EXPECT_EQ(groups_of(plan, cluster).pipeline.members[1], 2);
}

TEST(Groups, MembersAlwaysMultiplyToTheSize) {
  for (const int chips : {8, 16, 64, 256}) {
    const Cluster cluster = test::cluster("dgx-h100", chips);
    for (int size = 1; size <= chips; size *= 2) {
      for (int stride = 1; stride * size <= chips; stride *= 2) {
        EXPECT_EQ(placed(size, stride, cluster).ranks(), size)
            << chips << " " << size << " " << stride;
      }
    }
  }
}

}  // namespace
}  // namespace orrery
