// Every collective on every kind of network, at three fidelities: what must hold whatever they are.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "orrery/base/rng.hpp"
#include "orrery/collective/lower_bound.hpp"
#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/network/fabric/alpha_beta.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/placement/rank_map.hpp"
#include "orrery/network/traffic/flow_list.hpp"
#include "support/networks.hpp"
#include "support/schedules.hpp"

namespace orrery {
namespace {

constexpr BytesPerSecond kBandwidth{50e9};
constexpr Seconds kLatency{1e-6};
constexpr double kSize = 1e6;

// Sixteen endpoints each.
const char* const kNetworks[] = {"{kind: single_switch, endpoints: 16}",
                                 "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}",
                                 "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 1}",
                                 "{kind: rail_optimised, nodes: 4, gpus: 4}",
                                 "{kind: torus, shape: [4, 4]}",
                                 "{kind: torus, shape: [4, 4], tie_break: positive}",
                                 "{kind: mesh, shape: [2, 8]}",
                                 "{kind: hypercube, dimensions: 4}",
                                 "{kind: fully_connected, endpoints: 16}",
                                 "{kind: ring, endpoints: 16}"};

struct Case {
  const char* network;
  const char* fabric;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.fabric << " on " << c.network;
}

struct Net {
  std::unique_ptr<Topology> topology;
  std::unique_ptr<Routing> routing;
  explicit Net(const char* text)
      : topology(test::network(text, {kBandwidth, kLatency})),
        routing(topology->routing(topology->routings().front(), 1)) {}
  [[nodiscard]] std::unique_ptr<Fabric> fabric(const std::string& name) const {
    if (name == "alpha_beta") return make_alpha_beta(topology->wires(), *routing);
    if (name == "max_min") return make_max_min(topology->wires(), *routing);
    return make_packet(topology->wires(), *routing, PacketOptions{});
  }
};

class EveryCollective : public ::testing::TestWithParam<Case> {
 protected:
  Net net_{GetParam().network};
  std::vector<test::ScheduleCase> cases_ = test::schedules_of(16, Bytes{kSize});

  FabricResult played(const CollectiveSchedule& schedule) {
    ScheduleTraffic traffic(schedule, identity_map(schedule.ranks()));
    FabricResult result = net_.fabric(GetParam().fabric)->run(traffic);
    EXPECT_TRUE(traffic.is_done());
    return result;
  }
};

TEST_P(EveryCollective, NeverBeatsItsLowerBound) {
  for (const auto& c : cases_) {
    const Seconds least =
        lower_bound(c.request.kind, c.request.size, 16, net_.topology->wires().injection(0));
    EXPECT_GE(played(*c.schedule).completion.value(), least.value() * (1 - 1e-9)) << c.name;
  }
}

// What comes into a vertex goes out of it, but for what the endpoint itself sends and takes.
TEST_P(EveryCollective, BytesAreConservedAtEveryVertex) {
  const Wires& wires = net_.topology->wires();
  for (const auto& c : cases_) {
    std::vector<double> balance(wires.vertices, 0.0);
    std::vector<Move> moves;
    for (std::uint32_t stream = 0; stream < c.schedule->streams(); ++stream) {
      for (std::uint32_t step = 0; step < c.schedule->steps(stream); ++step) {
        for (std::uint32_t r = 0; r < 16; ++r) {
          moves.clear();
          c.schedule->sends(stream, r, step, moves);
          for (const Move& m : moves) {
            // The packet fabric sends whole bytes.
            const double size = GetParam().fabric == std::string("packet")
                                    ? std::round(m.size.value())
                                    : m.size.value();
            balance[r] -= size;
            balance[m.peer] += size;
          }
        }
      }
    }
    const FabricResult result = played(*c.schedule);
    for (std::size_t l = 0; l < wires.links.size(); ++l) {
      ASSERT_GE(result.link_bytes[l], 0.0);
      balance[wires.links[l].from] += result.link_bytes[l];
      balance[wires.links[l].to] -= result.link_bytes[l];
    }
    for (std::uint32_t v = 0; v < wires.vertices; ++v)
      EXPECT_NEAR(balance[v], 0.0, 1e-6 * kSize)
          << c.name << " at " << net_.topology->vertex_name(v);
  }
}

// No link carries more than its bandwidth allows in the time that was taken.
TEST_P(EveryCollective, NoLinkIsFasterThanItIs) {
  const Wires& wires = net_.topology->wires();
  if (GetParam().fabric == std::string("alpha_beta")) GTEST_SKIP() << "crowded links are not seen";
  for (const auto& c : cases_) {
    const FabricResult result = played(*c.schedule);
    for (std::size_t l = 0; l < wires.links.size(); ++l) {
      const double most =
          wires.kinds[wires.links[l].kind].bandwidth.value() * result.completion.value();
      EXPECT_LE(result.link_bytes[l], most * (1 + 1e-9)) << c.name << " link " << l;
    }
  }
}

std::vector<Case> every_case() {
  std::vector<Case> out;
  for (const char* network : kNetworks) {
    for (const char* fabric : {"alpha_beta", "max_min", "packet"}) out.push_back({network, fabric});
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Networks, EveryCollective, ::testing::ValuesIn(every_case()));

// Where the flows of a step share no link: one packet time a hop more than the closed form with
// headers, and a tail that fills no packet.
TEST(Packets, AreWithinAPacketTimeAHopOfTheClosedForm) {
  const std::set<std::string> alone{"ring",     "recursive_doubling", "recursive_halving",
                                    "pairwise", "rabenseifner",       "swing",
                                    "bruck",    "binomial",           "chain",
                                    "shift"};
  const Net net("{kind: single_switch, endpoints: 16}");
  const PacketOptions options;
  const double payload = options.payload.value(), header = options.header.value();
  const Seconds packet = Bytes{payload + header} / kBandwidth;
  constexpr double kHops = 2.0;
  int played = 0;
  for (const auto& c : test::schedules_of(16, Bytes{64e6})) {
    if (!alone.contains(c.name)) continue;
    IdleCost cost = c.schedule->idle_cost();
    cost.bytes *= (payload + header) / payload;
    const Seconds closed = cost.time(kHops * kLatency, kBandwidth);
    ScheduleTraffic traffic(*c.schedule, identity_map(16));
    const Seconds completion = net.fabric("packet")->run(traffic).completion;
    EXPECT_GE(completion.value(), closed.value() * (1 - 1e-9)) << c.name;
    EXPECT_LE(completion.value(), (closed + cost.latencies * kHops * packet).value()) << c.name;
    ++played;
  }
  EXPECT_GT(played, 10);
}

// The same flows said in another order arrive at the same times.
TEST(Flows, InAnyOrderArriveAtTheSameTimes) {
  for (const char* text : kNetworks) {
    const Net net(text);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Rng rng(seed, "flows");
      std::vector<Flow> flows;
      for (int i = 0; i < 60; ++i) {
        const auto from = static_cast<std::uint32_t>(rng.below(16));
        const auto to = static_cast<std::uint32_t>((from + 1 + rng.below(15)) % 16);
        const Seconds start{rng.below(2) == 0 ? 0.0 : 1e-5 * rng.uniform()};
        flows.push_back({from, to, Bytes{1e6 * rng.uniform()}, start});
      }
      std::vector<std::size_t> order(flows.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[rng.below(i + 1)]);
      // Each flow keeps its choice of a way, which FlowList would draw by place.
      class Said final : public Traffic {
       public:
        Said(const std::vector<Flow>& flows, std::vector<std::size_t> order)
            : flows_(flows), order_(std::move(order)), end_(flows.size()) {}
        void begin(Injector& network) override {
          for (const std::size_t i : order_)
            network.send({flows_[i].from, flows_[i].to, flows_[i].size, i, i}, flows_[i].start);
        }
        void delivered(std::uint64_t tag, Injector& network) override { end_[tag] = network.now(); }
        [[nodiscard]] const std::vector<Seconds>& end() const { return end_; }

       private:
        const std::vector<Flow>& flows_;
        std::vector<std::size_t> order_;
        std::vector<Seconds> end_;
      };
      std::vector<std::size_t> straight(flows.size());
      std::iota(straight.begin(), straight.end(), std::size_t{0});
      Said one(flows, straight), other(flows, order);
      const FabricResult a = net.fabric("max_min")->run(one);
      const FabricResult b = net.fabric("max_min")->run(other);
      for (std::size_t i = 0; i < flows.size(); ++i)
        ASSERT_NEAR(one.end()[i] / other.end()[i], 1.0, 1e-9) << text << " flow " << i;
      for (std::size_t l = 0; l < a.link_bytes.size(); ++l)
        ASSERT_NEAR(a.link_bytes[l], b.link_bytes[l], 1e-3) << text << " link " << l;
    }
  }
}

}  // namespace
}  // namespace orrery
