// Dragonfly's ways, UGAL's choice between them, and the way between rails.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/routings/adaptive/ugal.hpp"
#include "orrery/network/traffic/flow_list.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

// a = 2p = 2h, nine groups.
constexpr const char* kDragonfly = "{kind: dragonfly, routers: 4, global_ports: 2, terminals: 2}";
constexpr double kGroupEndpoints = 8.0;
constexpr double kGroups = 9.0;
constexpr double kRate = 50e9;

// Every endpoint sends to its like in the next group: the pattern that minimal ways are worst at.
std::vector<Flow> to_next_group(Bytes size) {
  std::vector<Flow> out;
  const auto n = static_cast<std::uint32_t>(kGroupEndpoints * kGroups);
  for (std::uint32_t e = 0; e < n; ++e)
    out.push_back({e, (e + static_cast<std::uint32_t>(kGroupEndpoints)) % n, size, {}});
  return out;
}

double seconds(Fabric& fabric, const std::vector<Flow>& flows) {
  FlowList traffic(flows);
  return fabric.run(traffic).completion.value();
}

// All a p flows of a group cross its one cable to the next: each gets B / (a p) (Kim et al. 2008,
// section 4.1).
TEST(LocalGlobalLocal, ShareOneGlobalCableUnderTheWorstPattern) {
  const auto t = network(kDragonfly);
  const auto routing = t->routing("local_global_local", 1);
  const auto fabric = make_max_min(t->wires(), *routing);
  EXPECT_NEAR(seconds(*fabric, to_next_group(Bytes{1e6})), kGroupEndpoints * 1e6 / kRate, 1e-12);
}

// Over g - 2 other groups: each global cable, but the direct ones, carries a p / (g - 2) on the way
// out and as much on the way in.
TEST(ValiantGroups, SpreadTheWorstPatternOverAllGlobalCables) {
  const auto t = network(kDragonfly);
  const auto routing = t->routing("valiant_groups", 1);
  std::vector<double> load(t->wires().links.size(), 0.0);
  std::vector<LinkShare> shares;
  for (const Flow& f : to_next_group(Bytes{1})) {
    shares.clear();
    routing->spread(f.from, f.to, 0, shares);
    for (const LinkShare& s : shares) load[index(s.link)] += s.share;
  }
  double most = 0.0;
  for (std::size_t i = 0; i < load.size(); ++i) {
    if (t->wires().kind(static_cast<LinkId>(i)).name == "global") most = std::max(most, load[i]);
  }
  EXPECT_NEAR(most, 2.0 * kGroupEndpoints / (kGroups - 2.0), 1e-12);
}

TEST(LocalGlobalLocal, CrossesAtMostOneGlobalCable) {
  const auto t = network(kDragonfly);
  const auto routing = t->routing("local_global_local", 1);
  std::vector<Hop> way;
  for (std::uint32_t a = 0; a < 8; ++a) {
    for (std::uint32_t b = 0; b < 72; ++b) {
      way.clear();
      routing->route(a, b, 0, way);
      EXPECT_LE(way.size(), 5U);
      const auto global = std::count_if(way.begin(), way.end(), [&](const Hop& h) {
        return t->wires().kind(h.link).name == "global";
      });
      EXPECT_EQ(global, a / 8 == b / 8 ? 0 : 1);
    }
  }
}

// With queues: the detours are found when the short way is crowded, and left alone when not.
TEST(Ugal, TakesDetoursByQueueWhereShortWaysAreCrowded) {
  const auto t = network(kDragonfly, {BytesPerSecond{kRate}, Seconds{100e-9}});
  const auto flows = to_next_group(Bytes{256.0 * 1024});
  const auto time = [&](const char* name) {
    const auto routing = t->routing(name, 1);
    return seconds(*make_packet(t->wires(), *routing, {}), flows);
  };
  const double minimal = time("local_global_local");
  const double adaptive = time("ugal");
  EXPECT_LT(adaptive, 0.6 * minimal);
}

TEST(Ugal, StaysOnShortWaysWhereNothingWaits) {
  const auto t = network(kDragonfly, {BytesPerSecond{kRate}, Seconds{100e-9}});
  const auto minimal = t->routing("local_global_local", 1);
  const auto adaptive = t->routing("ugal", 1);
  const std::vector<Flow> one = {{0, 70, Bytes{1e5}, {}}};
  EXPECT_DOUBLE_EQ(seconds(*make_packet(t->wires(), *adaptive, {}), one),
                   seconds(*make_packet(t->wires(), *minimal, {}), one));
}

// Of a group's 8 flows, m short and the others over two global cables each, on 8 cables out: no
// deal loads all cables less than 2, and short ways load one with 8.
TEST(Ugal, DealsFluidFlowsOutByTheLoadBeforeThem) {
  const auto t = network(kDragonfly);
  const auto routing = t->routing("ugal", 1);
  const auto flows = to_next_group(Bytes{1e6});
  const auto choices = flow_choices(flows.size());
  std::vector<Demand> demands;
  for (std::size_t i = 0; i < flows.size(); ++i)
    demands.push_back({flows[i].from, flows[i].to, choices[i], flows[i].size});
  const auto dealt = with_detours(t->wires(), *routing, demands);
  const double adaptive = seconds(*make_max_min(t->wires(), *dealt), flows);
  const double minimal = seconds(*make_max_min(t->wires(), *routing), flows);
  EXPECT_NEAR(minimal, kGroupEndpoints * 1e6 / kRate, 1e-12);
  EXPECT_GE(adaptive, 2e6 / kRate - 1e-12);
  EXPECT_LE(adaptive, 3e6 / kRate + 1e-12);
}

// An all-to-all fills the hosts' own cables and leaves room on all others: nothing is gained by
// going round.
TEST(Ugal, KeepsUniformTrafficOnShortWays) {
  const auto t = network(kDragonfly);
  const auto routing = t->routing("ugal", 1);
  std::vector<Demand> demands;
  for (std::uint32_t a = 0; a < 72; ++a) {
    for (std::uint32_t b = 0; b < 72; ++b) {
      if (a != b) demands.push_back({a, b, 0, Bytes{1e6}});
    }
  }
  const auto dealt = with_detours(t->wires(), *routing, demands);
  std::vector<Hop> way, short_way;
  for (const Demand& d : demands) {
    way.clear();
    short_way.clear();
    dealt->route(d.from, d.to, d.choice, way);
    routing->route(d.from, d.to, d.choice, short_way);
    EXPECT_EQ(way, short_way);
  }
}

// No message changes rails outside a node.
TEST(Pxn, ChangesRailsOverTheSendersNodeOnly) {
  for (const char* text :
       {"{kind: rail_optimised, nodes: 4, gpus: 4, planes: 2, nodes_per_leaf: 2, spines: 2}",
        "{kind: rail_only, nodes: 4, gpus: 4, rails: 2, nodes_per_leaf: 2, spines: 2}"}) {
    const auto t = network(text);
    const Wires& wires = t->wires();
    const auto routing = t->routing("pxn", 1);
    std::vector<Hop> way;
    for (std::uint32_t a = 0; a < 16; ++a) {
      for (std::uint32_t b = 0; b < 16; ++b) {
        way.clear();
        routing->route(a, b, 0, way);
        std::set<std::string> leaves;
        bool has_left = false;
        for (const Hop& h : way) {
          has_left = has_left || wires.kind(h.link).name != "node";
          EXPECT_FALSE(has_left && wires.kind(h.link).name == "node");
          const std::string name = t->vertex_name(wires.link(h.link).to);
          if (name.starts_with("leaf")) leaves.insert(name.substr(0, name.find('.')));
        }
        EXPECT_LE(leaves.size(), 1U) << a << " to " << b;  // "leaf RAIL"
        EXPECT_EQ(has_left, a / 4 != b / 4);
      }
    }
  }
}

}  // namespace
}  // namespace orrery
