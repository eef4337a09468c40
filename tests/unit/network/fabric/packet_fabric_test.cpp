#include "orrery/network/fabric/packet/packet_fabric.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "orrery/base/check.hpp"
#include "orrery/network/traffic/patterns.hpp"
#include "orrery/network/traffic/recorder.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr BytesPerSecond kBandwidth{50e9};
constexpr Seconds kLatency{500e-9};
constexpr double kPicosecond = 1e-12;

struct Played {
  FabricResult result;
  std::vector<Seconds> durations;
};

Played played(const std::string& topology, const std::string& routing, std::vector<Flow> flows,
              const PacketOptions& options = {}) {
  const auto network = test::network(topology, {kBandwidth, kLatency});
  const auto routes = network->routing(routing.empty() ? network->routings().front() : routing, 1);
  const auto fabric = make_packet(network->wires(), *routes, options);
  FlowList list(std::move(flows));
  Recorder recorder(list);
  Played out;
  out.result = fabric->run(recorder);
  out.durations = recorder.durations();
  return out;
}

std::string leaf_spine(int side) {
  const std::string n = std::to_string(side);
  return "{kind: fat_tree, hosts_per_leaf: " + n + ", leaves: " + n + ", spines: " + n + "}";
}

std::vector<Flow> pattern(Pattern p, std::uint32_t endpoints, Bytes size) {
  return flows_of({.pattern = p, .size = size}, endpoints, kBandwidth);
}

// N full packets over h equal links, store and forward: (N + h - 1) times a packet, h latencies.
TEST(PacketFabric, ALoneFlowTakesItsPacketsAndAPacketAHopMore) {
  const double wire = (4096 + 30) / kBandwidth.value();
  for (const int packets : {1, 2, 100}) {
    const auto out = played(leaf_spine(2), "", {{0, 3, Bytes{4096.0 * packets}, {}}});
    EXPECT_NEAR(out.result.completion.value(), (packets + 3) * wire + 4 * kLatency.value(),
                8 * kPicosecond);
    EXPECT_EQ(out.result.events, static_cast<std::uint64_t>(4 * packets));
  }
}

// Cut through, only the header is waited for in a switch.
TEST(PacketFabric, CutThroughWaitsForHeadersOnly) {
  PacketOptions options;
  options.switching = Switching::CutThrough;
  const auto out = played(leaf_spine(2), "", {{0, 3, Bytes{4096.0 * 100}, {}}}, options);
  const double wire = (4096 + 30) / kBandwidth.value(), header = 30 / kBandwidth.value();
  EXPECT_NEAR(out.result.completion.value(), 100 * wire + 3 * header + 4 * kLatency.value(),
              8 * kPicosecond);
}

// ns-3.37 with the same flows, static routes, UDP paced at line rate and deep queues
// (run on 2026-11-24: FT16 at 100 and 400 Gb/s, FT64 at 400 Gb/s): within 2%.
TEST(PacketFabric, AgreesWithNs3) {
  struct Case {
    Pattern pattern;
    int side;
    double gigabits, payload, completion;
  };
  for (const Case& c : {Case{Pattern::AllToAll, 4, 100, 1472, 1.226052e-3},
                        Case{Pattern::AllToAll, 4, 400, 4096, 0.30699e-3},
                        Case{Pattern::Incast, 4, 100, 1472, 1.223965e-3},
                        Case{Pattern::Incast, 8, 400, 4096, 1.277715e-3},
                        Case{Pattern::AllToAll, 8, 400, 4096, 1.28307e-3}}) {
    const auto network =
        test::network(leaf_spine(c.side), {BytesPerSecond{c.gigabits / 8 * 1e9}, kLatency});
    const auto routes = network->routing("d_mod_k", 1);
    PacketOptions options;
    options.payload = Bytes{c.payload};
    options.buffer = Bytes{1e9};
    const auto fabric = make_packet(network->wires(), *routes, options);
    FlowList list(pattern(c.pattern, network->wires().endpoints, Bytes{1e6}));
    EXPECT_NEAR(fabric->run(list).completion.value() / c.completion, 1.0, 0.02)
        << c.side << " " << c.payload;
  }
}

TEST(PacketFabric, NothingIsLostOnTheWay) {
  for (const Transport transport : {Transport::None, Transport::Dctcp, Transport::Dcqcn,
                                    Transport::Hpcc, Transport::Swift, Transport::ReceiverDriven}) {
    for (const FlowControl control : {FlowControl::Credit, FlowControl::Pfc, FlowControl::Lossy}) {
      PacketOptions options;
      options.transport = transport;
      options.flow_control = control;
      options.buffer = Bytes{64.0 * 1024};
      options.mark_from = Bytes{16.0 * 1024};
      options.mark_always = Bytes{48.0 * 1024};
      const std::vector<Flow> flows = pattern(Pattern::Incast, 16, Bytes{300'001});
      const auto out = played(leaf_spine(4), "", flows, options);
      EXPECT_EQ(out.durations.size(), flows.size());
      const double delivered = 15 * 300'001;
      // The last link to endpoint 0 carries all of it once; dropped packets never get there.
      double into = 0;
      const auto network = test::network(leaf_spine(4), {kBandwidth, kLatency});
      const Wires& wires = network->wires();
      for (std::size_t l = 0; l < wires.links.size(); ++l)
        if (wires.links[l].to == 0) into += out.result.link_bytes[l];
      EXPECT_EQ(into, delivered) << static_cast<int>(transport);
      EXPECT_EQ(out.result.drops == 0 || control == FlowControl::Lossy, true);
      // No transport beats the link into the receiver, and none is twice as slow.
      const double bound = delivered * (4096 + 30) / 4096 / kBandwidth.value();
      EXPECT_GE(out.result.completion.value(), bound * 0.999);
      EXPECT_LE(out.result.completion.value(), 2.5 * bound) << static_cast<int>(transport);
    }
  }
}

// A port serves one byte at a time, whatever the pattern: no link is busy for longer than the run.
TEST(PacketFabric, NoLinkCarriesMoreThanItsBandwidth) {
  const auto out =
      played("{kind: torus, shape: [4, 4]}", "", pattern(Pattern::AllToAll, 16, Bytes{2e5}));
  for (const double wire : out.result.wire_bytes)
    EXPECT_LE(wire / kBandwidth.value(), out.result.completion.value());
}

TEST(PacketFabric, SmallerBuffersNeverLosePacketsUnderCredits) {
  double before = 0;
  for (const double buffer : {1e6, 64e3, 16e3}) {
    PacketOptions options;
    options.buffer = Bytes{buffer};
    const auto out =
        played(leaf_spine(4), "", pattern(Pattern::Permutation, 16, Bytes{1e6}), options);
    EXPECT_EQ(out.result.drops, 0u);
    EXPECT_GE(out.result.completion.value(), before * 0.999);
    before = out.result.completion.value();
  }
}

// What comes after a pause was asked for fits: nothing is lost however many send to one. Without
// that room it is.
TEST(PacketFabric, PausesLoseNothingWhereTheirHeadroomIsLeft) {
  PacketOptions options;
  options.flow_control = FlowControl::Pfc;
  const Bytes packet = options.payload + options.header;
  options.buffer = pause_headroom(options, kBandwidth, kLatency) + 2.0 * packet;
  for (const Pattern p : {Pattern::Incast, Pattern::AllToAll, Pattern::Hotspot}) {
    const auto out = played(leaf_spine(4), "", pattern(p, 16, Bytes{5e5}), options);
    EXPECT_EQ(out.result.drops, 0u);
    EXPECT_TRUE(out.result.pauses > 0 || p != Pattern::Incast);
  }
  options.pause_from = options.buffer;
  EXPECT_GT(
      played(leaf_spine(4), "", pattern(Pattern::Incast, 16, Bytes{5e5}), options).result.drops,
      0u);
}

// A pause stops all of a link: a flow to an idle receiver goes about as slowly as the one beside
// it, whose receiver three others share (a quarter of the link). Where full queues drop, it has at
// least half of the link.
TEST(PacketFabric, PausesHoldBackFlowsThatAreNotInTheWay) {
  const std::vector<Flow> flows = {{1, 6, Bytes{2e6}, {}},  // the victim
                                   {0, 5, Bytes{8e6}, {}},
                                   {7, 5, Bytes{8e6}, {}},
                                   {8, 5, Bytes{8e6}, {}},
                                   {9, 5, Bytes{8e6}, {}}};
  const auto times_alone = [&](FlowControl control) {
    PacketOptions options;
    options.flow_control = control;
    options.buffer = Bytes{128.0 * 1024};
    const auto out =
        played("{kind: fat_tree, hosts_per_leaf: 5, leaves: 2, spines: 1}", "", flows, options);
    return out.durations[0].value() / (2e6 * (4096 + 30) / 4096 / kBandwidth.value());
  };
  EXPECT_NEAR(times_alone(FlowControl::Pfc), 4.0, 1.0);
  EXPECT_LT(times_alone(FlowControl::Lossy), 2.1);
}

// Each channel is a priority of its own, so that pauses of a torus cannot wait in a circle.
TEST(PacketFabric, ATorusDrainsUnderPauses) {
  PacketOptions options;
  options.flow_control = FlowControl::Pfc;
  options.buffer =
      pause_headroom(options, kBandwidth, kLatency) + 2.0 * (options.payload + options.header);
  const auto out = played("{kind: torus, shape: [4, 4]}", "dimension_order",
                          pattern(Pattern::AllToAll, 16, Bytes{1e5}), options);
  EXPECT_EQ(out.durations.size(), 16u * 15u);
  EXPECT_EQ(out.result.drops, 0u);
}

// A ring of credits: dimension order changes the channel at the dateline, so a torus drains even
// when each buffer holds two packets.
TEST(PacketFabric, ATorusDrainsWithTinyBuffers) {
  PacketOptions options;
  options.buffer = Bytes{2.0 * 4126};
  const auto out = played("{kind: torus, shape: [8]}", "dimension_order",
                          pattern(Pattern::AllToAll, 8, Bytes{1e5}), options);
  EXPECT_EQ(out.durations.size(), 56u);
}

// The same ring without the second channel: every packet waits for the next.
class OneChannel final : public Routing {
 public:
  explicit OneChannel(const Routing& inner) : inner_(inner) {}
  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    const std::size_t before = way.size();
    inner_.route(from, to, choice, way);
    for (std::size_t i = before; i < way.size(); ++i) way[i].channel = 0;
  }

 private:
  const Routing& inner_;
};

TEST(PacketFabric, ACircleOfFullBuffersIsReported) {
  const auto network =
      test::network("{kind: torus, shape: [8], tie_break: positive}", {kBandwidth, kLatency});
  const auto routes = network->routing("dimension_order", 1);
  const OneChannel one(*routes);
  PacketOptions options;
  options.buffer = Bytes{4126};
  const auto fabric = make_packet(network->wires(), one, options);
  std::vector<Flow> flows;
  for (std::uint32_t i = 0; i < 8; ++i) flows.push_back({i, (i + 4) % 8, Bytes{1e6}, {}});
  FlowList list(flows);
  EXPECT_THROW(fabric->run(list), InternalError);
}

TEST(PacketFabric, TheSameRunGivesTheSameTimes) {
  PacketOptions options;
  options.transport = Transport::Dcqcn;
  options.flow_control = FlowControl::Lossy;
  options.buffer = Bytes{64.0 * 1024};
  const auto flows = pattern(Pattern::Incast, 16, Bytes{1e6});
  const auto a = played(leaf_spine(4), "spray", flows, options);
  const auto b = played(leaf_spine(4), "spray", flows, options);
  EXPECT_EQ(a.durations, b.durations);
  EXPECT_EQ(a.result.wire_bytes, b.result.wire_bytes);
}

}  // namespace
}  // namespace orrery
