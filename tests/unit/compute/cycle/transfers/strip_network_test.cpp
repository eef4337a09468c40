#include "orrery/compute/cycle/transfers/strip_network.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

OnChipNetwork network(OnChipTopology topology, Copies copies, int entrances = 1) {
  return {topology, BytesPerSecond{1e11}, Seconds{1e-9}, entrances, copies};
}

constexpr double kBytes = 1000.0;

// Half of the ring lies clockwise of memory: its first link carries a copy for each of them.
TEST(StripNetwork, ARingsFirstLinkCarriesHalfOfAllCopiesOrOne) {
  for (int arrays = 2; arrays <= 33; ++arrays) {
    const StripNetwork unicast(network(OnChipTopology::Ring, Copies::Unicast), arrays);
    const StripNetwork multicast(network(OnChipTopology::Ring, Copies::Multicast), arrays);
    EXPECT_DOUBLE_EQ(unicast.busiest_link(kBytes, 0), kBytes * (arrays / 2)) << arrays;
    EXPECT_DOUBLE_EQ(multicast.busiest_link(kBytes, 0), kBytes) << arrays;
    EXPECT_DOUBLE_EQ(multicast.busiest_link(0, kBytes), kBytes * (arrays / 2)) << arrays;
    EXPECT_EQ(unicast.hops(), arrays / 2);
  }
}

// From a corner along the row first: the link to the east carries all columns but the first.
TEST(StripNetwork, AMeshsCornerLinkCarriesAllColumnsButTheFirst) {
  for (int side = 2; side <= 9; ++side) {
    const StripNetwork unicast(network(OnChipTopology::Mesh, Copies::Unicast), side * side);
    const StripNetwork multicast(network(OnChipTopology::Mesh, Copies::Multicast), side * side);
    EXPECT_DOUBLE_EQ(unicast.busiest_link(kBytes, 0), kBytes * side * (side - 1));
    EXPECT_DOUBLE_EQ(multicast.busiest_link(kBytes, 0), kBytes);
    EXPECT_EQ(unicast.hops(), 2 * (side - 1));
  }
}

// Memory's links into a crossbar carry every copy, those to the arrays one.
TEST(StripNetwork, ACrossbarIsBoundByMemorysLinksOrByTheArrays) {
  for (int entrances = 1; entrances <= 8; ++entrances) {
    const StripNetwork one(network(OnChipTopology::Crossbar, Copies::Unicast, entrances), 8);
    EXPECT_DOUBLE_EQ(one.busiest_link(0, kBytes), kBytes * 8 / entrances);
    const StripNetwork many(network(OnChipTopology::Crossbar, Copies::Multicast, entrances), 8);
    EXPECT_DOUBLE_EQ(many.busiest_link(kBytes, 0), kBytes);
    EXPECT_EQ(many.hops(), 2);
  }
}

TEST(StripNetwork, SharedAndOwnStripsAddUpOnTheirLink) {
  const StripNetwork ring(network(OnChipTopology::Ring, Copies::Multicast), 6);
  EXPECT_DOUBLE_EQ(ring.busiest_link(kBytes, 10.0), kBytes + 3 * 10.0);
}

TEST(StripNetwork, OneArrayAtMemorysDoorNeedsNoLink) {
  for (const OnChipTopology t : {OnChipTopology::Ring, OnChipTopology::Mesh}) {
    const StripNetwork alone(network(t, Copies::Unicast), 1);
    EXPECT_EQ(alone.busiest_link(kBytes, kBytes), 0.0);
    EXPECT_EQ(alone.hops(), 0);
  }
}

// Every entrance is one more place that bytes come from: no link carries more.
TEST(StripNetwork, MoreEntrancesNeverLoadALinkMore) {
  for (const OnChipTopology t :
       {OnChipTopology::Crossbar, OnChipTopology::Ring, OnChipTopology::Mesh}) {
    double before = 1e300;
    for (const int entrances : {1, 2, 4, 8, 16}) {
      const double now =
          StripNetwork(network(t, Copies::Unicast, entrances), 16).busiest_link(kBytes, kBytes);
      EXPECT_LE(now, before * (1 + 1e-12));
      before = now;
    }
  }
}

}  // namespace
}  // namespace orrery
