#include "orrery/hw/cluster.hpp"

#include <gtest/gtest.h>

#include "orrery/hw/slice.hpp"

namespace orrery {
namespace {

using Ints = std::vector<int>;
using Bools = std::vector<bool>;

Tier switched(int width) { return {.name = "switch", .width = width, .bandwidth = 100_GBps}; }
Tier torus(Ints shape, int block) {
  return {.name = "ici",
          .kind = TierKind::Torus,
          .shape = std::move(shape),
          .block = block,
          .bandwidth = 50_GBps};
}
ClusterFile nodes_of_eight() { return {.name = "c", .tiers = {switched(8), switched(1)}}; }

Ints widths(const ClusterFile& file, int chips) {
  const auto cluster = finish_cluster(file, {}, chips, Node{});
  Ints out;
  if (cluster) {
    for (const Tier& t : cluster->tiers) out.push_back(t.width);
  }
  return out;
}

TEST(FinishCluster, TheLastTierGrowsAndAPartialNodeShrinksTheFirst) {
  EXPECT_EQ(widths(nodes_of_eight(), 1024), (Ints{8, 128}));
  EXPECT_EQ(widths(nodes_of_eight(), 8), (Ints{8}));
  EXPECT_EQ(widths(nodes_of_eight(), 6), (Ints{6}));
  EXPECT_EQ(widths({.name = "c", .tiers = {switched(8), switched(4), switched(1)}}, 16),
            (Ints{8, 2}));
}

TEST(FinishCluster, AnImpossibleSizeNamesTheNearestOnes) {
  const auto bad = finish_cluster(nodes_of_eight(), {}, 20, Node{});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().front().what,
            "saw 20 chips of c, which fill no whole nodes or slices; expected 16 or 24");
  EXPECT_FALSE(finish_cluster(nodes_of_eight(), {}, -1, Node{}));
  EXPECT_FALSE(finish_cluster({.name = "c", .tiers = {switched(72)}}, {}, 73, Node{}));
}

TEST(FinishCluster, AFullMeshWithFewerChipsHasFewerLinks) {
  Tier mesh = switched(8);
  mesh.kind = TierKind::FullMesh;
  const auto two = finish_cluster({.name = "c", .tiers = {mesh}}, {}, 2, Node{});
  ASSERT_TRUE(two);
  EXPECT_DOUBLE_EQ(two->tiers[0].bandwidth.value(), 100e9 / 7);
}

struct SliceCase {
  Tier pod;
  int chips;
  Ints shape;
  Bools wrap;
};
class SliceTest : public testing::TestWithParam<SliceCase> {};

TEST_P(SliceTest, IsTheMostCubicOneTheWiringAllows) {
  const SliceCase& c = GetParam();
  const auto slice = most_cubic_slice(c.pod, c.chips);
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->shape, c.shape);
  EXPECT_EQ(slice->wrap, c.wrap);
}
INSTANTIATE_TEST_SUITE_P(
    Pods, SliceTest,
    testing::Values(SliceCase{torus({16, 16, 16}, 4), 8, {2, 2, 2}, {false, false, false}},
                    SliceCase{torus({16, 16, 16}, 4), 64, {4, 4, 4}, {true, true, true}},
                    SliceCase{torus({16, 16, 16}, 4), 512, {8, 8, 8}, {true, true, true}},
                    SliceCase{torus({16, 20, 28}, 4), 8960, {16, 20, 28}, {true, true, true}},
                    SliceCase{torus({16, 20, 28}, 4), 6144, {16, 16, 24}, {true, true, true}},
                    SliceCase{torus({16, 16}, 0), 16, {4, 4}, {false, false}},
                    SliceCase{torus({16, 16}, 0), 128, {8, 16}, {false, true}},
                    SliceCase{torus({16, 16}, 0), 256, {16, 16}, {true, true}}));

TEST(FinishCluster, MoreChipsThanAPodBecomeEqualSlicesOverTheNextTier) {
  const ClusterFile v5e{.name = "v5e", .tiers = {torus({16, 16}, 0), switched(1)}};
  EXPECT_EQ(widths(v5e, 1024), (Ints{256, 4}));
  EXPECT_EQ(widths(v5e, 96), Ints{});  // no box of powers of two
  const ClusterFile v4{.name = "v4", .tiers = {torus({16, 16, 16}, 4), switched(1)}};
  EXPECT_EQ(widths(v4, 8192), (Ints{4096, 2}));
}

}  // namespace
}  // namespace orrery
