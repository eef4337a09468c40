// DCTCP of the packet fabric beside ns-3's TcpDctcp: the same wires, ways, flows, segments and
// marking threshold. ns-3 opens a connection, starts slowly and delays acknowledgements; ours
// starts with a round trip's bytes and acknowledges each packet: completions are held to within 5%.
#include <gtest/gtest.h>
#include <ns3/applications-module.h>
#include <ns3/config.h>
#include <ns3/traffic-control-module.h>

#include <algorithm>

#include "ns3_network.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/traffic/flow_list.hpp"
#include "orrery/network/traffic/recorder.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr double kSegment = 1448, kHeaders = 54;  // TCP 20 + 12 of options, IPv4 20, PPP 2
constexpr std::uint32_t kMarkFrom = 65;           // packets: K at 10 Gb/s (Alizadeh et al., 4.1)
constexpr std::uint16_t kPort = 9;

// When each flow's last byte has arrived.
std::vector<double> in_ns3(const Topology& topology, const Routing& routing,
                           const std::vector<Flow>& flows) {
  using ns3::Config::SetDefault;
  SetDefault("ns3::TcpL4Protocol::SocketType", ns3::TypeIdValue(ns3::TcpDctcp::GetTypeId()));
  SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(static_cast<unsigned>(kSegment)));
  SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(1 << 22));
  SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(1 << 22));
  test::Ns3Network network(topology.wires(), "1p");
  ns3::TrafficControlHelper marking;
  marking.SetRootQueueDisc("ns3::RedQueueDisc", "UseEcn", ns3::BooleanValue(true), "UseHardDrop",
                           ns3::BooleanValue(false), "Gentle", ns3::BooleanValue(false), "QW",
                           ns3::DoubleValue(1.0), "MeanPktSize", ns3::UintegerValue(1500),
                           "MaxSize", ns3::QueueSizeValue(ns3::QueueSize("5000p")), "MinTh",
                           ns3::DoubleValue(kMarkFrom), "MaxTh", ns3::DoubleValue(kMarkFrom + 1));
  for (const auto& cable : network.cables()) marking.Install(cable);
  network.assign_addresses();
  std::vector<double> last(flows.size(), 0.0);
  std::vector<ns3::ApplicationContainer> applications;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& f = flows[i];
    network.route(routing, f.from, f.to);
    network.route(routing, f.to, f.from);
    const auto port = static_cast<std::uint16_t>(kPort + i);
    const ns3::InetSocketAddress to(network.address(f.to), port);
    ns3::PacketSinkHelper receiver("ns3::TcpSocketFactory", to);
    applications.push_back(receiver.Install(network.node(f.to)));
    applications.back().Get(0)->TraceConnectWithoutContext(
        "Rx", ns3::Callback<void, ns3::Ptr<const ns3::Packet>, const ns3::Address&>(
                  [&last, i](ns3::Ptr<const ns3::Packet>, const ns3::Address&) {
                    last[i] = ns3::Simulator::Now().GetSeconds();
                  }));
    ns3::BulkSendHelper sender("ns3::TcpSocketFactory", to);
    sender.SetAttribute("MaxBytes", ns3::UintegerValue(static_cast<std::uint64_t>(f.size.value())));
    sender.SetAttribute("SendSize", ns3::UintegerValue(static_cast<unsigned>(kSegment)));
    applications.push_back(sender.Install(network.node(f.from)));
  }
  ns3::Simulator::Stop(ns3::Seconds(1));
  ns3::Simulator::Run();
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const auto sink = ns3::DynamicCast<ns3::PacketSink>(applications[2 * i].Get(0));
    EXPECT_EQ(static_cast<double>(sink->GetTotalRx()), flows[i].size.value()) << "flow " << i;
  }
  ns3::Simulator::Destroy();
  return last;
}

std::vector<double> in_ours(const Topology& topology, const Routing& routing,
                            const std::vector<Flow>& flows) {
  PacketOptions options;
  options.payload = Bytes{kSegment};
  options.header = Bytes{kHeaders};
  options.transport = Transport::Dctcp;
  options.flow_control = FlowControl::Lossy;
  options.buffer = Bytes{5000 * 1500.0};
  options.mark_from = options.mark_always = Bytes{kMarkFrom * 1502.0};
  FlowList list(flows);
  Recorder recorder(list);
  make_packet(topology.wires(), routing, options)->run(recorder);
  std::vector<double> last;
  for (const Seconds duration : recorder.durations()) last.push_back(duration.value());
  return last;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

struct Case {
  const char* name;
  const char* topology;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  double segments;  // of each flow
};

class DctcpBesideNs3 : public ::testing::TestWithParam<Case> {};

TEST_P(DctcpBesideNs3, CompletionsAgreeWithinFivePercent) {
  // 10 Gb/s, 5 us a link.
  const auto topology = test::network(GetParam().topology, {BytesPerSecond{1.25e9}, Seconds{5e-6}});
  const auto routing = topology->routing(topology->routings().front(), 1);
  std::vector<Flow> flows;
  for (const auto& [from, to] : GetParam().pairs)
    flows.push_back({from, to, Bytes{GetParam().segments * kSegment}, {}});
  const std::vector<double> ns3 = in_ns3(*topology, *routing, flows);
  const std::vector<double> ours = in_ours(*topology, *routing, flows);
  EXPECT_NEAR(std::ranges::max(ours) / std::ranges::max(ns3), 1.0, 0.05) << "the last flow";
  EXPECT_NEAR(mean(ours) / mean(ns3), 1.0, 0.05) << "the mean flow";
}

INSTANTIATE_TEST_SUITE_P(
    Networks, DctcpBesideNs3,
    ::testing::Values(
        Case{"line", "{kind: fat_tree, hosts_per_leaf: 1, leaves: 2, spines: 1}", {{0, 1}}, 4000},
        Case{"star",
             "{kind: fat_tree, hosts_per_leaf: 6, leaves: 1, spines: 1}",
             {{1, 0}, {2, 0}, {3, 0}, {4, 0}},
             2000},
        Case{"dumbbell",
             "{kind: fat_tree, hosts_per_leaf: 4, leaves: 2, spines: 1}",
             {{0, 4}, {1, 5}, {2, 6}, {3, 7}},
             2000}),
    [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace orrery
