#include "orrery/network/topology_facts.hpp"

#include <gtest/gtest.h>

#include <queue>

namespace orrery {
namespace {

// Breadth-first search from every node: the ground truth for small tori.
TopologyFacts counted(const std::vector<int>& shape, bool wrap) {
  int n = 1;
  for (const int d : shape) n *= d;
  TopologyFacts out{.endpoints = n};
  double sum = 0.0;
  for (int from = 0; from < n; ++from) {
    std::vector<int> far(n, -1);
    std::queue<int> open({from});
    far[from] = 0;
    while (!open.empty()) {
      const int at = open.front();
      open.pop();
      int stride = 1;
      for (const int d : shape) {
        const int x = at / stride % d;
        for (const int step : {-1, 1}) {
          const int y = x + step;
          if (!wrap && (y < 0 || y >= d)) continue;
          const int to = at + ((y + d) % d - x) * stride;
          if (from == 0) ++out.links;
          if (far[to] >= 0) continue;
          far[to] = far[at] + 1;
          open.push(to);
        }
        stride *= d;
      }
    }
    for (const int f : far) {
      sum += f;
      out.diameter = std::max(out.diameter, f);
    }
  }
  out.links /= 2;
  out.average_hops = sum / (static_cast<double>(n) * (n - 1));
  return out;
}

TEST(TopologyFacts, ATorusCountsWhatASearchCounts) {
  for (const std::vector<int>& shape : {std::vector{4, 4}, {3, 5}, {2, 4, 4}, {4, 4, 6}}) {
    for (const bool wrap : {true, false}) {
      const auto want = counted(shape, wrap);
      const auto got = torus_facts(shape, std::vector<bool>(shape.size(), wrap));
      EXPECT_EQ(got.endpoints, want.endpoints);
      EXPECT_EQ(got.links, want.links);
      EXPECT_EQ(got.diameter, want.diameter);
      EXPECT_NEAR(got.average_hops, want.average_hops, 1e-12);
    }
  }
}

TEST(TopologyFacts, TheBisectionCutsTheLongestAxis) {
  EXPECT_EQ(torus_facts({16, 16}, {}).bisection_links, 32);  // TPU v5e: 1.6 TB/s over 50 GB/s
  EXPECT_EQ(torus_facts({16, 16, 16}, {}).bisection_links, 512);
  EXPECT_EQ(torus_facts({4, 8}, {false, false}).bisection_links, 4);
  EXPECT_EQ(full_mesh_facts(8).bisection_links, 16);
  EXPECT_EQ(fat_tree_facts(4).bisection_links, 8);
}

TEST(TopologyFacts, SwitchMeshAndFatTreeByHand) {
  EXPECT_EQ(switch_facts(8), (TopologyFacts{8, 8, 2, 2.0, 4}));
  EXPECT_EQ(full_mesh_facts(8), (TopologyFacts{8, 28, 1, 1.0, 16}));
  // k = 4: 16 hosts; one peer at 2 hops, two at 4, twelve at 6.
  EXPECT_EQ(fat_tree_facts(4), (TopologyFacts{16, 48, 6, (1 * 2 + 2 * 4 + 12 * 6) / 15.0, 8}));
}

TEST(TopologyFacts, ATierKnowsItsOwn) {
  const Tier torus{.kind = TierKind::Torus, .width = 8, .shape = {2, 4}, .wrap = {false, true}};
  EXPECT_EQ(facts_of(torus).links, 4 + 8);
  EXPECT_EQ(facts_of(Tier{.kind = TierKind::FullMesh, .width = 4}).links, 6);
}

}  // namespace
}  // namespace orrery
