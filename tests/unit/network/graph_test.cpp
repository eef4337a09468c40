// Searches over wires: what they find where the answer is known, and that the check for circles of
// waiting can fail.
#include <gtest/gtest.h>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/graph/waiting_cycle.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

class OneChannel final : public Routing {
 public:
  explicit OneChannel(const Routing& inner) : inner_(inner) {}
  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    inner_.route(from, to, choice, way);
    for (Hop& hop : way) hop.channel = 0;
  }

 private:
  const Routing& inner_;
};

// Dally and Seitz 1987: a ring of one channel deadlocks, two channels and a dateline do not.
TEST(WaitingCycle, ARingOfOneChannelHasOne) {
  const auto ring = network("{kind: ring, endpoints: 8}");
  const auto routing = ring->routing("dimension_order", 1);
  EXPECT_TRUE(waiting_cycle(ring->wires(), *routing, 2).empty());
  const std::vector<Hop> cycle = waiting_cycle(ring->wires(), OneChannel(*routing), 2);
  ASSERT_FALSE(cycle.empty());
  for (std::size_t i = 0; i < cycle.size();
       ++i) {  // each waits for the next, the last for the first
    const Hop& next = cycle[(i + 1) % cycle.size()];
    EXPECT_EQ(ring->wires().link(cycle[i].link).to, ring->wires().link(next.link).from);
  }
}

// An open mesh: corners are farther from everybody than the middle, so that samples differ.
TEST(SampledHops, LieWithinTheirErrorOfTheMean) {
  const auto mesh = network("{kind: mesh, shape: [12, 12]}");
  const NetworkFacts exact = mesh->facts();
  int within_two = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    NetworkFacts sampled;
    sample_hops(RouterGraph(mesh->wires()), 24, seed, sampled);
    EXPECT_EQ(sampled.sampled_endpoints, 24);
    EXPECT_GT(sampled.average_hops_error, 0.0);
    EXPECT_LE(sampled.diameter, exact.diameter);
    const double off = std::abs(sampled.average_hops - exact.average_hops);
    EXPECT_LT(off, 5 * sampled.average_hops_error) << seed;
    within_two += off < 2 * sampled.average_hops_error ? 1 : 0;
  }
  EXPECT_GE(within_two, 43);  // of 50; a normal's 95% are 47.7, with a deviation of 1.5
  EXPECT_LT(within_two, 50);  // an error that is never exceeded is no standard error
}

TEST(SampledHops, OfAllEndpointsAreExact) {
  const auto mesh = network("{kind: mesh, shape: [4, 5]}");
  NetworkFacts all;
  sample_hops(RouterGraph(mesh->wires()), 20, 1, all);
  EXPECT_EQ(all.sampled_endpoints, 0);
  EXPECT_NEAR(all.average_hops, mesh->facts().average_hops, 1e-12);
  EXPECT_EQ(all.diameter, mesh->facts().diameter);
}

// Never below the known bisection; on small networks the halvings find it.
TEST(BisectionBound, FindsTheBisectionOfSmallNetworks) {
  for (const char* text :
       {"{kind: hypercube, dimensions: 4}", "{kind: torus, shape: [4, 4]}",
        "{kind: mesh, shape: [4, 6]}", "{kind: fully_connected, endpoints: 8}",
        "{kind: hyperx, shape: [2, 2, 2], terminals: 4}", "{kind: fat_tree, radix: 4}"}) {
    const auto t = network(text);
    ASSERT_FALSE(t->facts().bisection_is_bound) << text;
    EXPECT_DOUBLE_EQ(bisection_bound(t->wires(), 64, 1).value(), t->facts().bisection.value())
        << text;
  }
}

}  // namespace
}  // namespace orrery
