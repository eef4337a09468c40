#include <gtest/gtest.h>

#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

// g = a h + 1 groups; a (a - 1 + h) / 2 cables between the routers of each; at most three of them,
// and one at either end, on a shortest way.
TEST(Dragonfly, ABalancedOneCountsAsPublished) {
  const NetworkFacts f =
      network("{kind: dragonfly, routers: 4, global_ports: 2, terminals: 2}")->facts();
  EXPECT_EQ(f.endpoints, 2 * 4 * 9);
  EXPECT_EQ(f.switches, 4 * 9);
  EXPECT_EQ(f.cables - f.endpoints, 9 * 4 * (4 - 1 + 2) / 2);
  EXPECT_EQ(f.diameter, 3 + 2);
  EXPECT_DOUBLE_EQ(f.bisection.value(), 4 * 5 * 50e9);
}

TEST(Dragonfly, TooManyGroupsAreRefusedWhereTheyStand) {
  EXPECT_EQ(
      test::mistake("{kind: dragonfly, routers: 2, global_ports: 1, terminals: 1, groups: 9}"),
      "topology:1:70: /groups: saw groups: 9; expected 2 to 3");
}

}  // namespace
}  // namespace orrery
