// ECMP's collisions against what balls thrown into bins do.
#include "orrery/network/traffic/collisions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "orrery/network/traffic/flow_list.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

std::vector<Demand> across(std::uint32_t flows) {
  std::vector<Demand> out;
  for (std::uint32_t i = 0; i < flows; ++i) out.push_back({i, flows + i, i, Bytes{1e6}});
  return out;
}

// Four flows from leaf to leaf over four spines: the fullest of four bins after four balls holds
// 1, 2, 3, 4 in 24, 180, 48, 4 of 256 cases: 2.125 on average, 0.573 about it.
TEST(Collisions, AreThoseOfBallsInBins) {
  const auto t = test::network("{kind: fat_tree, hosts_per_leaf: 4, leaves: 2, spines: 4}");
  constexpr int kSeeds = 4000;
  const Collisions c = ecmp_collisions(*t, across(4), 1, kSeeds);
  EXPECT_EQ(c.seeds, kSeeds);
  const double mean = (24 * 1 + 180 * 2 + 48 * 3 + 4 * 4) / 256.0;
  const double deviation = std::sqrt((24 * 1 + 180 * 4 + 48 * 9 + 4 * 16) / 256.0 - mean * mean);
  EXPECT_NEAR(c.mean, mean, 4 * deviation / std::sqrt(kSeeds));
  EXPECT_NEAR(c.deviation, deviation, 0.05 * deviation);
  EXPECT_DOUBLE_EQ(c.least, 1.0);
  EXPECT_DOUBLE_EQ(c.most, 4.0);
}

TEST(Collisions, CannotHappenWithOneWay) {
  const auto t = test::network("{kind: single_switch, endpoints: 8}");
  const Collisions c = ecmp_collisions(*t, across(4), 1, 8);
  EXPECT_DOUBLE_EQ(c.mean, 1.0);
  EXPECT_DOUBLE_EQ(c.deviation, 0.0);
}

TEST(Collisions, OfNothingSentAreNone) {
  const auto t = test::network("{kind: single_switch, endpoints: 8}");
  EXPECT_EQ(ecmp_collisions(*t, {}, 1, 8).seeds, 0);
  EXPECT_EQ(ecmp_collisions(*t, {{1, 1, 0, Bytes{5}}}, 1, 8).seeds, 0);
}

TEST(DemandsOf, AreAllMessagesOrNone) {
  FlowList traffic({{0, 1, Bytes{5}, {}}, {2, 3, Bytes{7}, Seconds{1}}});
  EXPECT_EQ(demands_of(traffic, 2).size(), 2U);
  EXPECT_TRUE(demands_of(traffic, 1).empty());
}

}  // namespace
}  // namespace orrery
