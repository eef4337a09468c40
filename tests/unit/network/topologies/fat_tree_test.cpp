#include <gtest/gtest.h>

#include <algorithm>

#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

// spine = destination mod spines, so that host links are the only bottleneck of an all-to-all on a
// full tree: N - 1 bytes each; on an oversubscribed one max(N - 1, H (N - H) / S).
TEST(FatTree, AnAllToAllLoadsLinksAsTheFormulaSays) {
  const auto load = [](const char* text) {
    const auto t = network(text);
    const auto loads = test::all_to_all_load(t->wires(), *t->routing("d_mod_k", 0));
    return *std::max_element(loads.begin(), loads.end());
  };
  EXPECT_DOUBLE_EQ(load("{kind: fat_tree, hosts_per_leaf: 8, leaves: 8, spines: 8}"), 63);
  EXPECT_DOUBLE_EQ(load("{kind: fat_tree, hosts_per_leaf: 8, leaves: 4, spines: 2}"), 8 * 24 / 2);
  EXPECT_DOUBLE_EQ(load("{kind: fat_tree, radix: 4}"), 15);
}

TEST(FatTree, TheSpineIsTheDestinationModuloTheSpines) {
  const auto t = network("{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}");
  std::vector<Hop> way;
  t->routing("d_mod_k", 0)->route(1, 14, 0, way);
  ASSERT_EQ(way.size(), 4);
  EXPECT_EQ(t->vertex_name(t->wires().link(way[0].link).to), "leaf 0");
  EXPECT_EQ(t->vertex_name(t->wires().link(way[1].link).to), "spine 2");
  EXPECT_EQ(t->vertex_name(t->wires().link(way[2].link).to), "leaf 3");
}

TEST(FatTree, AFullTreeHasOneOrbitOfEndpoints) {
  const auto t = network("{kind: fat_tree, hosts_per_leaf: 16, leaves: 16, spines: 16}");
  const auto symmetry = t->routing("d_mod_k", 0)->symmetry();
  ASSERT_TRUE(symmetry.has_value());
  EXPECT_EQ(symmetry->order, 256);
  EXPECT_EQ(symmetry->members, std::vector<std::uint32_t>(4, 256));
}

// k^3/4 hosts, 5 k^2/4 switches, 3 k^3/4 cables; half of the hosts' links cross.
TEST(FatTree, TheKaryTreeCountsAsPublished) {
  const NetworkFacts f = network("{kind: fat_tree, radix: 8}")->facts();
  EXPECT_EQ(f.endpoints, 128);
  EXPECT_EQ(f.switches, 80);
  EXPECT_EQ(f.cables, 384);
  EXPECT_DOUBLE_EQ(f.bisection.value(), 64 * 50e9);
  EXPECT_FALSE(f.bisection_is_bound);
}

// L S / 2 where leaves are oversubscribed.
TEST(FatTree, OversubscriptionNarrowsTheBisection) {
  const NetworkFacts f =
      network("{kind: fat_tree, hosts_per_leaf: 8, leaves: 4, spines: 2}")->facts();
  EXPECT_DOUBLE_EQ(f.bisection.value(), 4 * 2 / 2 * 50e9);
}

TEST(FatTree, MistakesStandWhereTheyAre) {
  EXPECT_EQ(test::mistake("{kind: fat_tree, radix: 5}"),
            "topology:1:25: /radix: saw radix: 5; expected an even number");
  EXPECT_EQ(test::mistake("{kind: fat_tree, hosts_per_leaf: 4, leaves: 4}"),
            "topology:1:1: /: saw spines: 0; expected 1 to 200000000");
  EXPECT_EQ(test::mistake("{kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 2, pods: 2, "
                          "cores: 3}"),
            "topology:1:75: /cores: saw 3 cores over 2 spines a pod; expected a multiple");
}

}  // namespace
}  // namespace orrery
