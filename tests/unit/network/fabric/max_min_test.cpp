#include "orrery/network/fabric/max_min.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/flows.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::FlowList;
using test::TimedFlow;

constexpr double kBandwidth = 50e9;
constexpr double kSize = 1e6;

struct Network {
  std::unique_ptr<Topology> topology;
  std::unique_ptr<Routing> routing;
  explicit Network(std::string_view text, Seconds latency = {}, std::string_view way = "")
      : topology(test::network(text, {BytesPerSecond{kBandwidth}, latency})),
        routing(topology->routing(way.empty() ? topology->routings().front() : way, 1)) {}

  FabricResult run(Traffic& traffic) const {
    return make_max_min(topology->wires(), *routing)->run(traffic);
  }
  [[nodiscard]] double completion(std::vector<TimedFlow> flows) const {
    FlowList traffic(std::move(flows));
    return run(traffic).completion.value();
  }
};

constexpr const char* kStar = "{kind: fat_tree, hosts_per_leaf: 4, leaves: 1, spines: 1}";
constexpr const char* kTree = "{kind: fat_tree, hosts_per_leaf: 8, leaves: 8, spines: 8}";

TEST(MaxMin, ALoneFlowTakesLatencyPlusSizeOverBandwidth) {
  const Network star(kStar, Seconds{1e-6});
  EXPECT_NEAR(star.completion({{0, 1, kSize}}), 2e-6 + kSize / kBandwidth, 1e-15);
}

// Two flows into one host at half rate each; the shorter ends, the longer has the link to itself.
TEST(MaxMin, AFlowSpeedsUpWhenItsRivalEnds) {
  const Network star(kStar);
  FlowList traffic({{0, 2, kSize}, {1, 2, 3 * kSize}});
  star.run(traffic);
  EXPECT_NEAR(traffic.end()[0], 2 * kSize / kBandwidth, 1e-15);
  EXPECT_NEAR(traffic.end()[1], 4 * kSize / kBandwidth, 1e-15);
}

// The second starts when half of the first is through; then each gets half of the link.
TEST(MaxMin, AFlowSlowsDownWhenARivalStarts) {
  const Network star(kStar);
  FlowList traffic({{0, 2, kSize}, {1, 2, kSize, 0.5 * kSize / kBandwidth}});
  star.run(traffic);
  EXPECT_NEAR(traffic.end()[0], 1.5 * kSize / kBandwidth, 1e-15);
  EXPECT_NEAR(traffic.end()[1], 2.0 * kSize / kBandwidth, 1e-15);
}

TEST(MaxMin, AMessageToOneselfOrOfNothingTakesNoBandwidth) {
  const Network star(kStar, Seconds{1e-6});
  FlowList traffic({{0, 0, kSize}, {0, 1, 0.0}});
  star.run(traffic);
  EXPECT_EQ(traffic.end()[0], 0.0);
  EXPECT_NEAR(traffic.end()[1], 2e-6, 1e-18);
}

// Closed forms: (N - 1) m / B on a non-blocking tree; m N k / 8 B on a torus of even k with
// balanced ties, m (N / k) (1 + ... + k / 2) / B where all ties go one way.
TEST(MaxMin, AllToAllTakesItsClosedForm) {
  const double unit = kSize / kBandwidth;
  EXPECT_NEAR(Network(kTree).completion(test::all_to_all(64, kSize)), 63 * unit, 1e-12);
  EXPECT_NEAR(Network("{kind: torus, shape: [4, 4, 4]}").completion(test::all_to_all(64, kSize)),
              64 * 4 / 8.0 * unit, 1e-12);
  EXPECT_NEAR(Network("{kind: torus, shape: [4, 4, 4], tie_break: positive}")
                  .completion(test::all_to_all(64, kSize)),
              16 * 3 * unit, 1e-12);
  EXPECT_NEAR(Network("{kind: torus, shape: [4, 4, 8], tie_break: positive}")
                  .completion(test::all_to_all(128, kSize)),
              16 * 10 * unit, 1e-12);
}

// A symmetric pattern has a handful of instants at which something ends, not one for each flow.
TEST(MaxMin, FlowsThatEndTogetherAreOneEvent) {
  const Network torus("{kind: torus, shape: [4, 4, 4]}");
  FlowList traffic(test::all_to_all(64, kSize));
  EXPECT_EQ(torus.run(traffic).events, 64u * 63u);
  const std::vector<double>& end = traffic.end();
  EXPECT_EQ(std::count(end.begin(), end.end(), end.front()), 64 * 63);
}

TEST(MaxMin, EveryLinkCarriesTheBytesOfItsFlows) {
  for (const char* text : {kTree, "{kind: torus, shape: [4, 4, 4]}"}) {
    const Network net(text);
    FlowList traffic(test::uneven_all_to_all(64, kSize, 3));
    const std::vector<double> carried = net.run(traffic).link_bytes;
    std::vector<double> expected(carried.size(), 0.0);
    std::vector<LinkShare> shares;
    for (const TimedFlow& f : traffic.flows()) {
      shares.clear();
      net.routing->spread(f.from, f.to, 0, shares);
      for (const LinkShare& s : shares) expected[index(s.link)] += s.share * f.size;
    }
    for (std::size_t l = 0; l < carried.size(); ++l) EXPECT_NEAR(carried[l], expected[l], 1e-3);
  }
}

TEST(MaxMin, TheOrderOfFlowsDoesNotMatter) {
  for (const char* text : {kTree, "{kind: torus, shape: [4, 4, 4]}"}) {
    const Network net(text);
    std::vector<TimedFlow> flows = test::poisson(64, 2000, kSize, 0.7, kBandwidth, 5);
    FlowList forward(flows);
    net.run(forward);
    std::reverse(flows.begin(), flows.end());
    FlowList backward(flows);
    net.run(backward);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      EXPECT_NEAR(forward.end()[i], backward.end()[flows.size() - 1 - i], 1e-12);
    }
  }
}

// Each endpoint passes a chunk on when it has received one.
class Ring : public Traffic {
 public:
  Ring(std::uint32_t ranks, int steps, Bytes chunk) : chunk_(chunk), left_(ranks, steps) {}
  void begin(Injector& network) override {
    for (std::uint32_t r = 0; r < left_.size(); ++r) send(r, network);
  }
  void delivered(std::uint64_t receiver, Injector& network) override {
    send(static_cast<std::uint32_t>(receiver), network);
  }

 private:
  void send(std::uint32_t rank, Injector& network) {
    if (left_[rank]-- <= 0) return;
    const auto to = static_cast<std::uint32_t>((rank + 1) % left_.size());
    network.send({rank, to, chunk_, to});
  }
  Bytes chunk_;
  std::vector<int> left_;
};

// 2 (N - 1) steps of latency and of S / N bytes.
TEST(MaxMin, ARingAllReduceTakesItsClosedForm) {
  constexpr double kVector = 0x1p30;
  Ring fast(64, 126, Bytes{kVector / 64});
  EXPECT_NEAR(Network(kTree).run(fast).completion.value(), 126 * kVector / 64 / kBandwidth, 1e-12);
  // The last chunk has crossed 126 edges of the ring in turn, of 64: 110 within a leaf, of two
  // links, and 16 between leaves, of four.
  Ring slow(64, 126, Bytes{kVector / 64});
  const FabricResult far = Network(kTree, Seconds{1e-6}).run(slow);
  EXPECT_NEAR(far.completion.value(), (110 * 2 + 16 * 4) * 1e-6 + 126 * kVector / 64 / kBandwidth,
              1e-12);
  EXPECT_EQ(far.messages, 64u * 126u);
}

TEST(MaxMin, AMessageBetweenEndpointsThatDoNotExistIsOurMistake) {
  FlowList traffic({{0, 99, kSize}});
  EXPECT_THROW(Network(kStar).run(traffic), std::logic_error);
}

}  // namespace
}  // namespace orrery
