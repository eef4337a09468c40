// Failed links and switches: what is left keeps every promise of a topology, and what is cut off is
// named.
#include <gtest/gtest.h>

#include "orrery/network/graph/waiting_cycle.hpp"
#include "orrery/network/routings/failed_way.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

class WhatIsLeft : public testing::TestWithParam<const char*> {};

bool is_fixed(const Topology& t, std::string_view name) {
  const auto fixed = t.fixed_routings();
  return std::find(fixed.begin(), fixed.end(), name) != fixed.end();
}

TEST_P(WhatIsLeft, IsRoutedAroundWithoutDeadlock) {
  const auto t = network(GetParam());
  for (const std::string_view name : t->routings()) {
    if (is_fixed(*t, name)) continue;
    SCOPED_TRACE(name);
    const auto routing = t->routing(name, 7);
    test::expect_routes_lead_there(*t, *routing, name == "ecmp" || name == "spray");
    EXPECT_TRUE(waiting_cycle(t->wires(), *routing, 6).empty());
    for (std::uint32_t a = 0; a < t->wires().endpoints; ++a) {
      for (std::uint32_t b = 0; b < t->wires().endpoints; ++b) {
        EXPECT_FALSE(failed_link(t->wires(), *routing, a, b, 0)) << a << " to " << b;
      }
    }
  }
}

TEST_P(WhatIsLeft, IsCountedAsASearchCounts) {
  const auto t = network(GetParam());
  const NetworkFacts facts = t->facts();
  const auto graph = test::neighbours(t->wires());
  int diameter = 0;
  double sum = 0.0;
  const std::uint32_t n = t->wires().endpoints;
  for (std::uint32_t a = 0; a < n; ++a) {
    const std::vector<int> far = test::distances(graph, a);
    for (std::uint32_t b = 0; b < n; ++b) {
      EXPECT_EQ(t->distance(b, a), far[b]);
      diameter = std::max(diameter, far[b]);
      sum += far[b];
    }
  }
  EXPECT_EQ(facts.diameter, diameter);
  EXPECT_NEAR(facts.average_hops, sum / (double{1} * n * (n - 1)), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    Small, WhatIsLeft,
    testing::Values(
        "{kind: torus, shape: [4, 4], failed: {links: ['(0,0) - (1,0)', '(2,2) - (2,3)']}}",
        "{kind: ring, endpoints: 6, failed: {links: ['(0) - (5)']}}",
        "{kind: fat_tree, radix: 4, failed: {switches: [core 0]}}",
        "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 3, failed: {share: 20%, seed: 4}}",
        "{kind: dragonfly, routers: 4, global_ports: 2, terminals: 2, failed: {share: 15%}}",
        "{kind: hypercube, dimensions: 4, failed: {share: 0.1}}"));

// Beyond 2,048 routers there is no table: distances are searched from both ends, or a field of them
// from one.
TEST(WhatIsLeftOfALargeNetwork, IsAsFarByBothSearches) {
  const auto t = network("{kind: torus, shape: [50, 50], failed: {share: 2%, seed: 5}}");
  const auto graph = test::neighbours(t->wires());
  for (const std::uint32_t to : {0U, 1234U}) {
    const std::vector<int> far = test::distances(graph, to);
    const std::vector<int> field = t->distances(to, 50);
    ASSERT_EQ(field.size(), far.size());
    for (std::uint32_t v = 0; v < far.size(); v += 7) {
      EXPECT_EQ(field[v], far[v]);
      EXPECT_EQ(t->distance(v, to), far[v]);
    }
    const auto routing = t->routing("ecmp", 1);
    std::vector<Hop> way;
    routing->route(777, to, 3, way);
    EXPECT_EQ(static_cast<int>(way.size()), far[777]);
  }
}

// The direct cable is gone: round the ring it is n - 1 hops. The bisection of an open line is one.
TEST(FailedLink, MakesARingALine) {
  const NetworkFacts f =
      network("{kind: ring, endpoints: 6, failed: {links: ['(0) - (5)']}}")->facts();
  EXPECT_EQ(f.cables, 5);
  EXPECT_EQ(f.diameter, 5);
  EXPECT_DOUBLE_EQ(f.bisection.value(), 50e9);
}

TEST(FailedSwitch, TakesItsCablesWithIt) {
  const NetworkFacts f = network(
                             "{kind: fat_tree, hosts_per_leaf: 4, leaves: 3, spines: 2, failed: "
                             "{switches: [spine 1]}}")
                             ->facts();
  EXPECT_EQ(f.switches, 3 + 1);
  EXPECT_EQ(f.cables, 12 + 3);
  EXPECT_EQ(f.diameter, 4);
}

TEST(FailedShare, DrawsThatManyOfTheCablesBetweenSwitches) {
  // 12 cables between leaves and spines; the hosts' are not drawn.
  const auto t = network(
      "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 3, failed: {share: 25%, seed: 9}}");
  EXPECT_EQ(t->facts().cables, 12 + 12 - 3);
  const auto again = network(
      "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 3, failed: {share: 25%, seed: 9}}");
  EXPECT_EQ(t->wires().failed, again->wires().failed);
}

TEST(FixedRouting, MeetsTheFailedLinkOnlyOnItsWays) {
  const auto t = network("{kind: torus, shape: [4, 4], failed: {links: ['(0,0) - (1,0)']}}");
  EXPECT_EQ(t->fixed_routings(), std::vector<std::string_view>{"dimension_order"});
  const auto routing = t->routing("dimension_order", 1);
  EXPECT_TRUE(failed_link(t->wires(), *routing, 0, 1, 0));   // (0,0) to (1,0)
  EXPECT_TRUE(failed_link(t->wires(), *routing, 0, 2, 0));   // half of it goes that way
  EXPECT_FALSE(failed_link(t->wires(), *routing, 0, 4, 0));  // along the other dimension
  EXPECT_FALSE(failed_link(t->wires(), *routing, 5, 6, 0));
}

TEST(Failures, ThatCutEndpointsOffNameTheCut) {
  EXPECT_EQ(
      test::mistake("{kind: mesh, shape: [4], failed: {links: ['(1) - (2)', '(0) - (1)']}}"),
      "topology:1:34: /failed: saw failures that cut off 2 of 4 endpoints ((0), (1)); all cables "
      "between them and the rest have failed: (1) - (2); expected a way between all endpoints");
}

TEST(Failures, ThatNameNothingAreLocated) {
  EXPECT_EQ(test::mistake("{kind: ring, endpoints: 4, failed: {links: ['(0) - (9)']}}"),
            "topology:1:45: /failed/links/0: saw (9), which is no vertex; expected a name such as "
            "(3); did you mean '(0)'?");
  EXPECT_EQ(test::mistake("{kind: ring, endpoints: 4, failed: {links: ['(0) - (2)']}}"),
            "topology:1:45: /failed/links/0: saw (0) - (2), which no cable joins; expected the two "
            "ends of one");
  EXPECT_EQ(test::mistake("{kind: ring, endpoints: 4, failed: {switches: ['(0)']}}"),
            "topology:1:48: /failed/switches/0: saw (0), which is an endpoint; expected a switch");
  EXPECT_EQ(test::mistake("{kind: ring, endpoints: 4, failed: {share: 150%}}"),
            "topology:1:44: /failed/share: saw 150%; expected 0% to below 100%");
}

}  // namespace
}  // namespace orrery
