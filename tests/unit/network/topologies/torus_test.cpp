#include <gtest/gtest.h>

#include <algorithm>

#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

double most(const std::vector<double>& loads) {
  return *std::max_element(loads.begin(), loads.end());
}

// m N k / 8 bytes on each link of the longest dimension, ties balanced; the positive rule loads
// one sense with (N/k) sum_{d <= k/2} d.
TEST(Torus, TheTieRuleDecidesTheLoadOfAnAllToAll) {
  const auto balanced = network("{kind: torus, shape: [4, 4, 4]}");
  EXPECT_DOUBLE_EQ(
      most(test::all_to_all_load(balanced->wires(), *balanced->routing("dimension_order", 0))),
      64 * 4 / 8.0);
  const auto positive = network("{kind: torus, shape: [4, 4, 4], tie_break: positive}");
  EXPECT_DOUBLE_EQ(
      most(test::all_to_all_load(positive->wires(), *positive->routing("dimension_order", 0))),
      64 / 4 * (1 + 2));
}

TEST(Torus, BalancedPacketsTakeEveryWayOnce) {
  const auto t = network("{kind: torus, shape: [4, 4]}");
  const auto routing = t->routing("dimension_order", 0);
  EXPECT_TRUE(routing->per_packet());
  std::vector<double> by_packets(t->wires().links.size(), 0.0);
  std::vector<Hop> way;
  for (std::uint64_t packet = 0; packet < 4; ++packet) {
    way.clear();
    routing->route(0, 10, packet, way);  // (0,0) to (2,2): a tie in both dimensions
    for (const Hop& h : way) by_packets[index(h.link)] += 0.25;
  }
  std::vector<LinkShare> shares;
  routing->spread(0, 10, 0, shares);
  for (const LinkShare& s : shares) EXPECT_DOUBLE_EQ(by_packets[index(s.link)], s.share);
  EXPECT_EQ(shares.size(), 2 * 2 + 2 * 2);
}

// 2 N / kmax links, one way.
TEST(Torus, TheBisectionCutsTheLongestDimension) {
  const NetworkFacts f = network("{kind: torus, shape: [4, 8, 4]}")->facts();
  EXPECT_DOUBLE_EQ(f.bisection.value(), 2 * 128 / 8 * 50e9);
  EXPECT_FALSE(f.bisection_is_bound);
  EXPECT_TRUE(network("{kind: torus, shape: [3, 5]}")->facts().bisection_is_bound);
}

TEST(Torus, MistakesStandWhereTheyAre) {
  EXPECT_EQ(test::mistake("{kind: torus, shape: [4, 0]}"),
            "topology:1:22: /shape: saw shape: 0; expected 1 to 200000000");
  EXPECT_EQ(test::mistake("{kind: torus}"),
            "topology:1:1: /: saw no 'shape'; expected this key here");
  EXPECT_EQ(test::mistake("{kind: torus, shape: [4, 4], wrap: [true]}"),
            "topology:1:36: /wrap: saw 1 entries of wrap; expected 2, as of shape, or none");
  EXPECT_EQ(test::mistake("{kind: torus, shape: [4]}", {BytesPerSecond{0}, {}}),
            "topology:1:1: /: saw link of 0 B/s; expected a bandwidth above zero");
  const std::string unknown = test::mistake("{kind: toros, shape: [4]}");
  EXPECT_TRUE(unknown.starts_with("topology:1:8: /kind: saw toros; expected one of ")) << unknown;
  EXPECT_TRUE(unknown.ends_with("did you mean 'torus'?")) << unknown;
}

}  // namespace
}  // namespace orrery
