// A foreground beside other traffic: what the network carries besides, and what that costs it.
#include "orrery/collective/schedules/looping_schedule.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/network/fabric/alpha_beta.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/traffic/background.hpp"
#include "orrery/network/traffic/concurrent.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr BytesPerSecond kBandwidth{50e9};
constexpr double kSize = 50e6;

struct Net {
  std::unique_ptr<Topology> topology;
  std::unique_ptr<Routing> routing;
  explicit Net(const char* text)
      : topology(test::network(text, {kBandwidth, Seconds{}})),
        routing(topology->routing(topology->routings().front(), 1)) {}
  [[nodiscard]] std::unique_ptr<Fabric> fabric() const {
    return make_max_min(topology->wires(), *routing);
  }
};

constexpr const char* kStar = "{kind: fat_tree, hosts_per_leaf: 8, leaves: 1, spines: 1}";

std::vector<std::uint32_t> endpoints_from(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
}

// The only link between two leaves, with as many rings across it from either job: half for each.
TEST(LoopingSchedule, TwoJobsThatCrossTheSameLinkHalveIt) {
  const Net net("{kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 1}");
  const auto job = make_schedule("ring", {CollectiveKind::AllReduce, Bytes{kSize}, 2, 1, {}, 1});
  const auto neighbour =
      make_schedule("ring", {CollectiveKind::AllReduce, Bytes{kSize / 7}, 2, 1, {}, 1});
  ScheduleTraffic own(**job, {0, 2});
  Recorder alone(own);
  net.fabric()->run(alone);
  ScheduleTraffic again(**job, {0, 2});
  Recorder foreground(again);
  LoopingSchedule loop(**neighbour, {1, 3}, foreground);
  Concurrent all;
  all.add(foreground);
  all.add(loop);
  const FabricResult result = net.fabric()->run(all);
  EXPECT_NEAR(alone.last_delivery().value(), kSize / kBandwidth.value(), 1e-12);
  EXPECT_NEAR(foreground.last_delivery() / alone.last_delivery(), 2.0, 1e-9);
  EXPECT_EQ(loop.rounds(), 7u) << "it ends with the foreground";
  EXPECT_GE(result.completion, foreground.last_delivery());
}

TEST(LoopingSchedule, ElsewhereOnASwitchItCostsNothing) {
  const Net net(kStar);
  const auto job = make_schedule("ring", {CollectiveKind::AllReduce, Bytes{kSize}, 4, 1, {}, 1});
  ScheduleTraffic own(**job, endpoints_from(0, 4));
  Recorder foreground(own);
  LoopingSchedule loop(**job, endpoints_from(4, 4), foreground);
  Concurrent all;
  all.add(foreground);
  all.add(loop);
  net.fabric()->run(all);
  EXPECT_NEAR(foreground.last_delivery().value(), 1.5 * kSize / kBandwidth.value(), 1e-12);
}

TEST(Background, LoadsTheNetworkAsMuchAsItSays) {
  const Net net(kStar);
  // One long message between two ports that have a fifth of their bandwidth taken.
  FlowList own({{0, 1, Bytes{2e9}, {}}});
  Recorder foreground(own);
  Background background({.pattern = Pattern::Uniform, .size = Bytes{1e6}, .load = 0.2, .seed = 3},
                        net.topology->wires(), foreground);
  Concurrent all;
  all.add(foreground);
  all.add(background);
  const FabricResult result = net.fabric()->run(all);
  const double carried =
      std::accumulate(result.link_bytes.begin(), result.link_bytes.end(), 0.0) - 2 * 2e9;
  const double ports = 2.0 * 8 * kBandwidth.value() * foreground.last_delivery().value();
  EXPECT_NEAR(carried / ports, 0.2, 0.02) << "some 500 flows: 5% of noise";
  EXPECT_GT(foreground.last_delivery().value(), 2e9 / kBandwidth.value());
}

TEST(Background, EndsWithTheForegroundOnEveryFabric) {
  const Net net(kStar);
  const Wires& wires = net.topology->wires();
  for (int kind = 0; kind < 3; ++kind) {
    const auto fabric = kind == 0   ? make_alpha_beta(wires, *net.routing)
                        : kind == 1 ? make_max_min(wires, *net.routing)
                                    : make_packet(wires, *net.routing, PacketOptions{});
    FlowList own({{0, 1, Bytes{5e6}, {}}});
    Recorder foreground(own);
    Background background({.pattern = Pattern::Incast, .size = Bytes{1e5}, .load = 5.0, .seed = 3},
                          wires, foreground);
    Concurrent all;
    all.add(foreground);
    all.add(background);
    const FabricResult result = fabric->run(all);
    EXPECT_TRUE(foreground.is_over());
    EXPECT_GE(result.completion, foreground.last_delivery());
  }
}

}  // namespace
}  // namespace orrery
