#include "orrery/collective/schedules/special/in_network.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "orrery/collective/lower_bound.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr BytesPerSecond kBandwidth{50e9};
constexpr Seconds kLatency{1e-6};

Seconds played(const std::string& text, CollectiveKind kind, Bytes size) {
  const auto topology = test::network(text, {kBandwidth, kLatency});
  std::vector<std::uint32_t> endpoints(topology->wires().endpoints);
  std::iota(endpoints.begin(), endpoints.end(), 0u);
  const auto tree = reduction_tree(*topology, endpoints);
  EXPECT_TRUE(tree);
  const auto inner = topology->routing(topology->routings().front(), 1);
  const TreeRouting routing(*inner);
  const auto fabric = make_max_min(topology->wires(), routing);
  InNetwork traffic(*tree, kind, size);
  return fabric->run(traffic).completion;
}

// One switch: S/B and a latency up and down; two levels: two of each.
TEST(InNetwork, TakesTheVectorOnceAndTheWayUpAndDown) {
  const Bytes size{1e9};
  for (const auto& [text, levels] :
       {std::pair{"{kind: fat_tree, hosts_per_leaf: 8, leaves: 1, spines: 1}", 1},
        std::pair{"{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}", 2}}) {
    const Seconds up = static_cast<double>(levels) * kLatency;
    const Seconds once = size / kBandwidth;
    EXPECT_NEAR(played(text, CollectiveKind::AllReduce, size) / (once + 2.0 * up), 1.0, 1e-9);
    EXPECT_NEAR(played(text, CollectiveKind::Reduce, size) / (once + up), 1.0, 1e-9);
    EXPECT_NEAR(played(text, CollectiveKind::Broadcast, size) / (once + up), 1.0, 1e-9);
    EXPECT_GE(played(text, CollectiveKind::AllReduce, size),
              lower_bound(CollectiveKind::AllReduce, size, 8, kBandwidth, Adds::InSwitches));
  }
}

TEST(InNetwork, NeedsSwitches) {
  const auto topology = test::network("{kind: torus, shape: [4, 4]}", {kBandwidth, kLatency});
  const auto tree = reduction_tree(*topology, {0, 1, 2});
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error(), "switches that can add: this topology has none");
}

}  // namespace
}  // namespace orrery
