#include "orrery/collective/closed_form.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace orrery {
namespace {

Cluster switched(int width, BytesPerSecond bandwidth) {
  return {.chips = width,
          .tiers = {{.name = "s", .fabric = "f", .width = width, .bandwidth = bandwidth}}};
}
Cluster nodes(int width, int count) {
  Cluster c = switched(width, 400_GBps);
  c.chips = width * count;
  c.tiers.push_back({.name = "o", .fabric = "g", .width = count, .bandwidth = 50_GBps});
  return c;
}
Cluster torus(std::vector<int> shape, std::vector<bool> wrap = {}) {
  int width = 1;
  for (const int d : shape) width *= d;
  return {.chips = width,
          .tiers = {{.kind = TierKind::Torus,
                     .fabric = "f",
                     .width = width,
                     .shape = std::move(shape),
                     .wrap = std::move(wrap),
                     .bandwidth = 50_GBps}}};
}
CollectiveTime time_of(CollectiveKind kind, double bytes, GroupShape group, const Cluster& cluster,
                       const CollectiveCalibration& calibration = {}) {
  return collective_time({.kind = kind, .size = Bytes{bytes}, .group = group}, cluster,
                         calibration);
}
double seconds(CollectiveKind kind, double bytes, GroupShape group, const Cluster& cluster) {
  return time_of(kind, bytes, group, cluster).duration.value();
}

constexpr double kSize = 1e9;
const auto kEvery = {CollectiveKind::AllReduce, CollectiveKind::ReduceScatter,
                     CollectiveKind::AllGather, CollectiveKind::AllToAll,
                     CollectiveKind::Broadcast, CollectiveKind::SendRecv};

TEST(CollectiveTime, RingsMoveTheKnownVolumeAtTheWiresSpeed) {
  const Cluster c = switched(8, 400_GBps);
  const GroupShape all{{8, 1, 1, 1}};
  EXPECT_NEAR(seconds(CollectiveKind::AllReduce, kSize, all, c), 2.0 * 7 / 8 * kSize / 400e9,
              1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, all, c), 7.0 / 8 * kSize / 400e9, 1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::ReduceScatter, kSize, all, c), 7.0 / 8 * kSize / 400e9,
              1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::AllToAll, kSize, all, c), 7.0 / 8 * kSize / 400e9, 1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::Broadcast, kSize, all, c), kSize / 400e9, 1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::SendRecv, kSize, {{2, 1, 1, 1}}, c), kSize / 400e9, 1e-12);
}

TEST(CollectiveTime, BetweenNodesEveryRankBringsItsOwnPort) {
  const Cluster c = nodes(8, 4);
  const double both = seconds(CollectiveKind::AllGather, kSize, {{8, 4, 1, 1}}, c);
  EXPECT_NEAR(both, 31.0 / 32 * kSize / (8 * 50e9), 1e-12);
  const double one = seconds(CollectiveKind::AllGather, kSize, {{1, 4, 1, 1}}, c);
  EXPECT_NEAR(one, 3.0 / 4 * kSize / 50e9, 1e-12);
}

TEST(CollectiveTime, SharedPortsAreSharedByConcurrentGroupsOnly) {
  Cluster c = nodes(8, 4);
  c.tiers[1].chips_per_port = 4;
  const double alone = seconds(CollectiveKind::AllGather, kSize, {{1, 4, 1, 1}, 1}, c);
  const double crowd = seconds(CollectiveKind::AllGather, kSize, {{1, 4, 1, 1}, 8}, c);
  EXPECT_NEAR(alone, 3.0 / 4 * kSize / 200e9, 1e-12);
  EXPECT_NEAR(crowd, 3.0 / 4 * kSize / 50e9, 1e-12);
}

TEST(CollectiveTime, OversubscriptionNarrowsTheUplinks) {
  Cluster c = nodes(8, 4);
  c.tiers[1].oversubscription = 2.0;
  EXPECT_NEAR(seconds(CollectiveKind::SendRecv, kSize, {{1, 2, 1, 1}}, c), kSize / 25e9, 1e-12);
}

TEST(CollectiveTime, ABucketUsesEveryLinkOfATorus) {
  const GroupShape all{{256, 1, 1, 1}};
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, all, torus({16, 16})),
              255.0 / 256 * kSize / (4 * 50e9), 1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::AllReduce, kSize, all, torus({16, 16}, {false, false})),
              2 * 255.0 / 256 * kSize / (2 * 50e9), 1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::AllToAll, kSize, {{16, 1, 1, 1}}, torus({16, 16})),
              16.0 / 8 * kSize / 50e9, 1e-12);
  EXPECT_STREQ(time_of(CollectiveKind::AllGather, kSize, all, torus({16, 16})).algorithm, "bucket");
}

TEST(CollectiveTime, AMeshGivesAPairOneLinkOnly) {
  Cluster c = switched(8, 448_GBps);
  c.tiers[0].kind = TierKind::FullMesh;
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, {{2, 1, 1, 1}}, c), 0.5 * kSize / 64e9,
              1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, {{8, 1, 1, 1}}, c), kSize / 8 / 64e9,
              1e-12);
  EXPECT_NEAR(seconds(CollectiveKind::SendRecv, kSize, {{2, 1, 1, 1}}, c), kSize / 64e9, 1e-12);
}

TEST(CollectiveTime, SwitchesThatAddHalveTheTrafficOfManyRanks) {
  Cluster c = switched(8, 400_GBps);
  c.tiers[0].in_network_reduction = true;
  CollectiveCalibration calibration{{{.fabric = "f", .in_network = {ProtocolLine{}}}}};
  CollectiveCall call{.size = Bytes{kSize}, .group = {{8, 1, 1, 1}}};
  const CollectiveTime added = collective_time(call, c, calibration);
  EXPECT_STREQ(added.algorithm, "in_network");
  EXPECT_NEAR(added.duration.value(), 9.0 / 8 * kSize / 400e9, 1e-12);
  call.reducible_in_network = false;
  EXPECT_STREQ(collective_time(call, c, calibration).algorithm, "ring");
  call.reducible_in_network = true;
  call.group.members[0] = 2;  // two ranks gain nothing from the switch
  EXPECT_STREQ(collective_time(call, c, calibration).algorithm, "ring");
}

TEST(CollectiveTime, TreesWinSmallMessagesOnManyNodes) {
  Cluster c = nodes(8, 64);
  CollectiveCalibration calibration;
  for (const char* fabric : {"f", "g"}) {
    calibration.fabrics.push_back(
        {.fabric = fabric, .all_reduce = {{Seconds{1e-5}, Seconds{1e-6}, 0.9}}});
  }
  const GroupShape all{{8, 64, 1, 1}};
  EXPECT_STREQ(time_of(CollectiveKind::AllReduce, 1e4, all, c, calibration).algorithm, "tree");
}

// No algorithm moves less than the information bound: every rank must receive what it lacks, over
// its inner link and its port together.
TEST(CollectiveTime, NeverBeatsTheLowerBound) {
  for (const int m : {2, 4, 8}) {
    for (const int n : {1, 2, 16}) {
      const Cluster c = nodes(8, 16);
      const double p = m * n;
      const GroupShape g{{m, n, 1, 1}};
      for (const auto kind :
           {CollectiveKind::AllGather, CollectiveKind::ReduceScatter, CollectiveKind::AllReduce}) {
        const double rounds = kind == CollectiveKind::AllReduce ? 2.0 : 1.0;
        EXPECT_GE(seconds(kind, kSize, g, c),
                  rounds * (p - 1) / p * kSize / (n > 1 ? 450e9 : 400e9) * (1 - 1e-12));
      }
    }
  }
}

TEST(CollectiveTime, GrowsWithSizeAndNeverWithBandwidth) {
  for (const auto kind : kEvery) {
    for (const GroupShape& g :
         {GroupShape{{8, 1, 1, 1}}, GroupShape{{8, 4, 1, 1}}, GroupShape{{1, 4, 1, 1}}}) {
      double before = -1.0;
      for (double bytes = 0; bytes < 1e10; bytes = bytes * 4 + 1) {
        const double now = seconds(kind, bytes, g, nodes(8, 4));
        EXPECT_GE(now, before);
        before = now;
      }
      Cluster faster = nodes(8, 4);
      for (Tier& t : faster.tiers) t.bandwidth *= 2.0;
      EXPECT_LE(seconds(kind, kSize, g, faster), seconds(kind, kSize, g, nodes(8, 4)));
    }
  }
}

TEST(CollectiveTime, AGroupOfOneTakesNoTime) {
  for (const auto kind : kEvery) EXPECT_EQ(seconds(kind, kSize, {}, nodes(8, 4)), 0.0);
}

TEST(CollectiveTime, AllToAllWaitsForTheWireOnceNotOncePerPeer) {
  Cluster c = nodes(8, 64);
  c.tiers[1].latency = Seconds{1e-5};
  EXPECT_NEAR(seconds(CollectiveKind::AllToAll, 0.0, {{8, 64, 1, 1}}, c), 1e-5, 1e-12);
}

TEST(CollectiveTime, AMeshOverlapsItsTiersAndATorusDoesNot) {
  Cluster c = nodes(8, 2);
  c.tiers[0].kind = TierKind::FullMesh;
  const double inner = 7.0 / 8 * kSize / 400e9, outer = 0.5 * kSize / 8 / 50e9;
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, {{8, 2, 1, 1}}, c), std::max(inner, outer),
              1e-12);
  c.tiers[0] = torus({8}).tiers[0];
  const double ring = 7.0 / 8 * kSize / 100e9;
  EXPECT_NEAR(seconds(CollectiveKind::AllGather, kSize, {{8, 2, 1, 1}}, c), ring + outer, 1e-12);
}

TEST(CollectiveTime, ThePartsAddUp) {
  const auto t = time_of(CollectiveKind::AllReduce, kSize, {{4, 4, 1, 1}}, nodes(8, 4));
  EXPECT_DOUBLE_EQ(t.duration.value(), (t.latency_part + t.bandwidth_part).value());
  EXPECT_EQ(t.slowest_tier, 1);
}

}  // namespace
}  // namespace orrery
