// Networks of networks: a tree put together from stars is that tree; fibre is as slow as its light.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

// A switch of switches is a tree of leaves under one spine.
TEST(Composed, StarsOfAStarAreATree) {
  const NetworkFacts ours = network(
                                "{kind: composed, outer: {kind: single_switch, endpoints: 5}, "
                                "inner: {kind: single_switch, endpoints: 4}}")
                                ->facts();
  const NetworkFacts tree =
      network("{kind: fat_tree, hosts_per_leaf: 4, leaves: 5, spines: 1}")->facts();
  EXPECT_EQ(ours.endpoints, tree.endpoints);
  EXPECT_EQ(ours.switches, tree.switches);
  EXPECT_EQ(ours.cables, tree.cables);
  EXPECT_EQ(ours.diameter, tree.diameter);
  EXPECT_NEAR(ours.average_hops, tree.average_hops, 1e-12);
}

// Rings of rings: n^2 endpoints, each node's two outer cables at its first two endpoints.
TEST(Composed, DealsOuterCablesToInnerPortsInTurn) {
  const auto t = network(
      "{kind: composed, outer: {kind: ring, endpoints: 3}, inner: {kind: ring, endpoints: 4}}");
  EXPECT_EQ(t->facts().endpoints, 12);
  EXPECT_EQ(t->facts().cables, 3 * 4 + 3);
  std::vector<int> outer(12, 0);
  for (const Link& l : t->wires().links) {
    if (t->wires().kinds[l.kind].name.starts_with("outer")) ++outer[l.from];
  }
  EXPECT_EQ(outer, (std::vector<int>{1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(t->vertex_name(5), "(1)/(1)");
}

TEST(Composed, UplinksMultiplyOuterCablesOfNodes) {
  const NetworkFacts f =
      network(
          "{kind: composed, uplinks: 4, outer: {kind: fat_tree, hosts_per_leaf: 2, leaves: 2, "
          "spines: 2}, inner: {kind: single_switch, endpoints: 8, planes: 4}}")
          ->facts();
  EXPECT_EQ(f.endpoints, 4 * 8);
  EXPECT_EQ(f.cables, 4 * 8 * 4 + 4 * 4 + 2 * 2);
}

TEST(Composed, MistakesInsideStandWhereTheyAre) {
  EXPECT_EQ(
      test::mistake("{kind: composed, outer: {kind: ring, endpoints: 3}, inner: {kind: rign}}")
          .substr(0, 48),
      "topology:1:67: /inner/kind: saw rign; expected o");
  EXPECT_EQ(test::mistake("{kind: composed, outer: {kind: ring, endpoints: 3}}"),
            "topology:1:1: /: saw no 'inner'; expected this key here");
}

// Planes of one switch are the planes of a switch.
TEST(MultiPlane, OfSwitchesIsASwitchOfPlanes) {
  const NetworkFacts ours =
      network("{kind: multi_plane, planes: 4, plane: {kind: single_switch, endpoints: 9}}")
          ->facts();
  const NetworkFacts known = network("{kind: single_switch, endpoints: 9, planes: 4}")->facts();
  EXPECT_EQ(ours.switches, known.switches);
  EXPECT_EQ(ours.cables, known.cables);
  EXPECT_EQ(ours.diameter, known.diameter);
  EXPECT_DOUBLE_EQ(ours.average_hops, known.average_hops);
  EXPECT_DOUBLE_EQ(ours.bisection.value(), known.bisection.value());
}

TEST(MultiPlane, StripesAPlanesOwnWaysEvenly) {
  const auto t = network(
      "{kind: multi_plane, planes: 4, plane: {kind: fat_tree, hosts_per_leaf: 2, leaves: 2, "
      "spines: 2}}");
  const auto routing = t->routing("d_mod_k", 1);
  std::vector<LinkShare> shares;
  routing->spread(0, 3, 0, shares);
  EXPECT_EQ(shares.size(), 4U * 4U);
  for (const LinkShare& s : shares) EXPECT_DOUBLE_EQ(s.share, 0.25);
}

TEST(MultiPlane, WithoutSwitchesIsRefused) {
  EXPECT_EQ(test::mistake("{kind: multi_plane, planes: 2, plane: {kind: ring, endpoints: 4}}"),
            "topology:1:39: /plane: saw a network without switches; expected one whose endpoints "
            "hang from switches");
}

constexpr const char* kTwoSites =
    "{kind: wan_sites, sites: 2, distance: 1000 km, wan_link: {bandwidth: 100 GB/s}, "
    "site: {kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 2}}";

// t = n d / c: 1.467 x 1e6 m / 299,792,458 m/s.
TEST(WanSites, ACableIsAsSlowAsLightInItsFibre) {
  const auto t = network(kTwoSites);
  const LinkKind& wan = t->wires().kinds.back();
  EXPECT_NEAR(wan.latency.value(), 1.467e6 / 299792458.0, 1e-12);
  EXPECT_NEAR(wan.latency.value(), 4.8934e-3, 1e-7);
  EXPECT_TRUE(wan.optical);
}

// Host, leaf, spine, gateway, gateway, spine, leaf, host; and all that crosses is the one cable.
TEST(WanSites, FarHostsMeetThroughGateways) {
  const NetworkFacts f = network(kTwoSites)->facts();
  EXPECT_EQ(f.endpoints, 8);
  EXPECT_EQ(f.switches, 2 * (4 + 1));
  EXPECT_EQ(f.cables, 2 * (4 + 4 + 2) + 1);
  EXPECT_EQ(f.diameter, 7);
  EXPECT_DOUBLE_EQ(f.bisection.value(), 100e9);
}

TEST(WanSites, InPiecesAreRefused) {
  EXPECT_EQ(test::mistake("{kind: wan_sites, sites: 3, routes: [{a: 0, b: 1, distance: 5 km}], "
                          "wan_link: {bandwidth: 1 GB/s}, site: {kind: ring, endpoints: 2}}"),
            "topology:1:37: /routes: saw no way from site 0 to site 2; expected routes that join "
            "all sites");
  EXPECT_EQ(test::mistake("{kind: wan_sites, sites: 2, distance: 5, wan_link: {bandwidth: 1 GB/s}, "
                          "site: {kind: ring, endpoints: 2}}"),
            "topology:1:39: /distance: saw 5; expected a distance such as 800 km");
}

}  // namespace
}  // namespace orrery
