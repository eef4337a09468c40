// The packet fabric beside ns-3: the same wires, routes and flows through both, UDP paced at line
// rate, queues deep enough that nothing is lost.
#include <gtest/gtest.h>

#include "ns3_network.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/traffic/patterns.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr double kPayload = 1472, kWire = 1502;  // UDP 8, IPv4 20, PPP 2
constexpr std::uint16_t kPort = 9;

// A host that sends its flows' packets in turn, one each time its link could have sent one.
struct Sender {
  ns3::Ptr<ns3::Socket> socket;
  struct Left {
    ns3::InetSocketAddress to;
    int packets;
  };
  std::vector<Left> flows;
  std::size_t turn = 0;
  ns3::Time gap;

  void send() {
    if (flows.empty()) return;
    turn %= flows.size();
    Left& flow = flows[turn];
    socket->SendTo(ns3::Create<ns3::Packet>(static_cast<std::uint32_t>(kPayload)), 0, flow.to);
    if (--flow.packets == 0) {
      flows.erase(flows.begin() + static_cast<std::ptrdiff_t>(turn));
    } else {
      ++turn;
    }
    ns3::Simulator::Schedule(gap, &Sender::send, this);
  }
};

// Completion of the flows in ns-3 over the same wires, each pair on the way that `routing` gives.
double in_ns3(const Topology& topology, const Routing& routing, const std::vector<Flow>& flows) {
  const Wires& wires = topology.wires();
  test::Ns3Network network(wires, "1000000p");
  network.assign_addresses();
  for (const Flow& f : flows) network.route(routing, f.from, f.to);
  double last = 0.0;
  std::vector<ns3::Ptr<ns3::Socket>> sinks;
  std::vector<Sender> senders(wires.endpoints);
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    const auto sink =
        ns3::Socket::CreateSocket(network.node(e), ns3::UdpSocketFactory::GetTypeId());
    sink->SetAttribute("RcvBufSize", ns3::UintegerValue(1 << 30));
    sink->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
    sink->SetRecvCallback(
        ns3::Callback<void, ns3::Ptr<ns3::Socket>>([&last](ns3::Ptr<ns3::Socket> s) {
          while (s->Recv() != nullptr) last = ns3::Simulator::Now().GetSeconds();
        }));
    sinks.push_back(sink);
    senders[e].socket =
        ns3::Socket::CreateSocket(network.node(e), ns3::UdpSocketFactory::GetTypeId());
    double rate = 0.0;
    for (const Link& l : wires.links) {
      if (l.from == e) rate = std::max(rate, wires.kinds[l.kind].bandwidth.value());
    }
    senders[e].gap = ns3::PicoSeconds(static_cast<std::int64_t>(kWire / rate * 1e12 + 0.5));
  }
  for (const Flow& f : flows)
    senders[f.from].flows.push_back({ns3::InetSocketAddress(network.address(f.to), kPort),
                                     static_cast<int>(f.size.value() / kPayload)});
  for (Sender& sender : senders) ns3::Simulator::Schedule(ns3::Seconds(0), &Sender::send, &sender);
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
  return last;
}

double in_ours(const Topology& topology, const Routing& routing, const std::vector<Flow>& flows) {
  PacketOptions options;
  options.payload = Bytes{kPayload};
  options.buffer = Bytes{1e9};
  FlowList traffic(flows);
  return make_packet(topology.wires(), routing, options)->run(traffic).completion.value();
}

struct Case {
  const char* name;
  const char* topology;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // empty: all to all
};

class BesideNs3 : public ::testing::TestWithParam<Case> {};

TEST_P(BesideNs3, CompletionsAgreeWithinTwoPercent) {
  const auto topology =
      test::network(GetParam().topology, {BytesPerSecond{12.5e9}, Seconds{500e-9}});
  const auto routing = topology->routing(topology->routings().front(), 1);
  std::vector<Flow> flows;
  const Bytes size{100 * kPayload};
  for (const auto& [from, to] : GetParam().pairs) flows.push_back({from, to, size, {}});
  if (flows.empty())
    flows = flows_of({.pattern = Pattern::AllToAll, .size = size}, topology->wires().endpoints, {});
  const double ns3 = in_ns3(*topology, *routing, flows), ours = in_ours(*topology, *routing, flows);
  EXPECT_NEAR(ours / ns3, 1.0, 0.02) << GetParam().name << ": " << ours << " s, ns-3 " << ns3;
}

// A line, a star, two leaves with one spine between them, a fat tree.
INSTANTIATE_TEST_SUITE_P(
    Networks, BesideNs3,
    ::testing::Values(
        Case{"line", "{kind: fat_tree, hosts_per_leaf: 1, leaves: 2, spines: 1}", {{0, 1}}},
        Case{"star",
             "{kind: fat_tree, hosts_per_leaf: 6, leaves: 1, spines: 1}",
             {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}}},
        Case{"dumbbell",
             "{kind: fat_tree, hosts_per_leaf: 4, leaves: 2, spines: 1}",
             {{0, 4}, {1, 5}, {2, 6}, {3, 7}}},
        Case{"fat tree, permutation",
             "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}",
             {{0, 5}, {1, 8}, {2, 15}, {3, 4}, {4, 9}, {5, 2}, {6, 12}, {7, 1}, {8, 13}, {9, 3}}},
        Case{"fat tree, all to all",
             "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}",
             {}}),
    [](const auto& named) {
      std::string name;
      for (const char c : std::string(named.param.name)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
      }
      return name;
    });

}  // namespace
}  // namespace orrery
