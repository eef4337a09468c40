// Classes leave nothing out: an exchange by class ends when it ends message by message, and puts
// the same bytes on every link.
#include "orrery/network/fabric/max_min_exchange.hpp"

#include <gtest/gtest.h>

#include "orrery/base/rng.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "support/exchanges.hpp"
#include "support/flows.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr double kSize = 1e6;

void expect_same(const FabricResult& by_class, const FabricResult& by_message) {
  EXPECT_NEAR(by_class.completion.value(), by_message.completion.value(),
              1e-9 * by_message.completion.value());
  EXPECT_EQ(by_class.messages, by_message.messages);
  ASSERT_EQ(by_class.link_bytes.size(), by_message.link_bytes.size());
  for (std::size_t l = 0; l < by_class.link_bytes.size(); ++l) {
    ASSERT_NEAR(by_class.link_bytes[l], by_message.link_bytes[l],
                1e-9 * (kSize + by_message.link_bytes[l]))
        << "link " << l;
  }
}

class EveryNetwork : public testing::TestWithParam<const char*> {
 protected:
  EveryNetwork() : topology_(test::network(GetParam(), {BytesPerSecond{50e9}, Seconds{1e-6}})) {}

  void expect_same_by_class(const Routing& routing, const Exchange& exchange) const {
    const Wires& wires = topology_->wires();
    expect_same(max_min_exchange(wires, routing, exchange),
                make_max_min(wires, routing)->run(*traffic_of(exchange)));
  }

  std::unique_ptr<Topology> topology_;
};

TEST_P(EveryNetwork, AllToAllBySymmetryIsTheFullSolution) {
  const Wires& wires = topology_->wires();
  for (const std::string_view name : topology_->routings()) {
    SCOPED_TRACE(name);
    const auto routing = topology_->routing(name, 1);
    test::FlowList flows(test::all_to_all(wires.endpoints, kSize));
    expect_same(max_min_all_to_all(wires, *routing, Bytes{kSize}),
                make_max_min(wires, *routing)->run(flows));
  }
}

TEST_P(EveryNetwork, ARingByClassIsTheFullSolution) {
  for (const std::string_view name : topology_->routings()) {
    SCOPED_TRACE(name);
    expect_same_by_class(*topology_->routing(name, 1),
                         test::ring_all_reduce(topology_->wires().endpoints, Bytes{64 * kSize}));
  }
}

TEST_P(EveryNetwork, ATrainingStepByClassIsTheFullSolution) {
  const std::uint32_t n = topology_->wires().endpoints;
  if (n % 8 != 0) GTEST_SKIP() << n << " endpoints do not make groups of 4 and two stages";
  const Exchange step = test::training_step(
      {.tensor = 4, .pipeline = 2, .data = n / 8, .micro_batches = 2}, Bytes{kSize}, Bytes{8e6});
  for (const std::string_view name : topology_->routings()) {
    SCOPED_TRACE(name);
    expect_same_by_class(*topology_->routing(name, 1), step);
  }
}

// Few sizes, so that some streams are alike and most are not; chains and steps among them.
TEST_P(EveryNetwork, ARandomExchangeByClassIsTheFullSolution) {
  const auto routing = topology_->routing(topology_->routings().front(), 1);
  const std::uint32_t n = topology_->wires().endpoints;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed, "exchange");
    Exchange exchange;
    for (std::uint32_t s = 0; s < 60; ++s) {
      Stream stream{.from = static_cast<std::uint32_t>(rng.below(n)),
                    .to = static_cast<std::uint32_t>(rng.below(n)),
                    .size = Bytes{kSize * static_cast<double>(1 + rng.below(2))},
                    .rounds = static_cast<std::uint32_t>(1 + rng.below(3))};
      const auto other = static_cast<std::uint32_t>(s > 0 ? rng.below(s) : 0);
      if (s > 0 && rng.below(3) == 0) stream.begins_after = {other};
      if (s > 0 && rng.below(3) == 0) stream.in_step_with = {other};
      exchange.streams.push_back(stream);
    }
    SCOPED_TRACE(seed);
    expect_same_by_class(*routing, exchange);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every, EveryNetwork,
    testing::Values("{kind: torus, shape: [4, 4, 2]}", "{kind: torus, shape: [5, 4]}",
                    "{kind: torus, shape: [4, 4], tie_break: positive}",
                    "{kind: torus, shape: [6, 4], tie_break: negative}",
                    "{kind: torus, shape: [4, 4], wrap: [true, false]}",
                    "{kind: mesh, shape: [4, 4]}",
                    "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}",
                    "{kind: fat_tree, hosts_per_leaf: 4, leaves: 3, spines: 2}",
                    "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 5}",
                    "{kind: fat_tree, radix: 4}"));

// One message a step where the pattern is the symmetry's own: each endpoint of a torus line sends
// to its upper neighbour.
TEST(MaxMinExchange, AStreamThatStandsForItsImagesIsAllOfThem) {
  const auto topology = test::network("{kind: torus, shape: [8, 4]}");
  const auto routing = topology->routing("dimension_order", 1);
  Exchange one;
  one.streams = {{.from = 0, .to = 1, .size = Bytes{kSize}, .rounds = 7}};
  one.stands_for_images = true;
  Exchange all;
  for (std::uint32_t e = 0; e < 32; ++e) {
    all.streams.push_back(
        {.from = e, .to = e / 8 * 8 + (e + 1) % 8, .size = Bytes{kSize}, .rounds = 7});
  }
  const auto& wires = topology->wires();
  expect_same(max_min_exchange(wires, *routing, one), max_min_exchange(wires, *routing, all));
}

// m N k / 8 B: all-to-all over 4,294,901,760 pairs.
TEST(MaxMinExchange, AllToAllOver65536EndpointsTakesItsClosedForm) {
  const auto torus = test::network("{kind: torus, shape: [64, 32, 32]}");
  const auto torus_routing = torus->routing("dimension_order", 1);
  const FabricResult on_torus = max_min_all_to_all(torus->wires(), *torus_routing, Bytes{kSize});
  const double torus_time = kSize * 65536 * 64 / 8 / 50e9;
  EXPECT_NEAR(on_torus.completion.value(), torus_time, 1e-9 * torus_time);
  EXPECT_EQ(on_torus.messages, 65536ULL * 65535);

  const auto tree = test::network("{kind: fat_tree, hosts_per_leaf: 32, leaves: 2048, spines: 32}");
  const auto tree_routing = tree->routing("d_mod_k", 1);
  const FabricResult on_tree = max_min_all_to_all(tree->wires(), *tree_routing, Bytes{kSize});
  const double tree_time = kSize * 65535 / 50e9;
  EXPECT_NEAR(on_tree.completion.value(), tree_time, 1e-9 * tree_time);
}

TEST(MaxMinExchange, StreamsThatWaitInACircleAreOurMistake) {
  const auto topology = test::network("{kind: torus, shape: [4]}");
  const auto routing = topology->routing("dimension_order", 1);
  Exchange circle;
  circle.streams = {{.from = 0, .to = 1, .size = Bytes{kSize}, .begins_after = {1}},
                    {.from = 1, .to = 2, .size = Bytes{kSize}, .begins_after = {0}}};
  EXPECT_THROW(max_min_exchange(topology->wires(), *routing, circle), std::logic_error);
}

}  // namespace
}  // namespace orrery
