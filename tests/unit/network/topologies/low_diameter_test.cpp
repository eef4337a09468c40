// Slim Fly, Dragonfly+ and Jellyfish against their papers' counts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

// Mean and largest distance between switches, by search.
std::pair<double, int> between_switches(const Topology& t) {
  const Wires& wires = t.wires();
  const auto graph = test::neighbours(wires);
  double sum = 0.0;
  int most = 0;
  for (std::uint32_t a = wires.endpoints; a < wires.vertices; ++a) {
    const std::vector<int> far = test::distances(graph, a);
    for (std::uint32_t b = wires.endpoints; b < wires.vertices; ++b) {
      sum += far[b];
      most = std::max(most, far[b]);
    }
  }
  const double n = wires.vertices - wires.endpoints;
  return {sum / (n * (n - 1.0)), most};
}

struct SlimFlyCase {
  int q;
  int delta;
};

class SlimFlyOf : public testing::TestWithParam<SlimFlyCase> {};

// Besta and Hoefler 2014, section II: 2 q^2 routers of (3 q - delta) / 2 cables and diameter two.
// So each router has k neighbours and all others are two away: a mean of 2 - k / (n - 1).
TEST_P(SlimFlyOf, HasThePapersRoutersAndDiameterTwo) {
  const auto [q, delta] = GetParam();
  const auto t = network(fmt::format("{{kind: slim_fly, q: {}, terminals: 1}}", q));
  const double routers = 2.0 * q * q;
  const double degree = (3.0 * q - delta) / 2.0;
  const NetworkFacts f = t->facts();
  EXPECT_EQ(f.switches, 2 * q * q);
  EXPECT_DOUBLE_EQ(static_cast<double>(f.cables - f.endpoints), routers * degree / 2.0);
  const auto [mean, most] = between_switches(*t);
  EXPECT_EQ(most, 2);
  EXPECT_NEAR(mean, 2.0 - degree / (routers - 1.0), 1e-12);
  const auto graph = test::neighbours(t->wires());
  for (std::uint32_t r = t->wires().endpoints; r < t->wires().vertices; ++r)
    EXPECT_EQ(std::set(graph[r].begin(), graph[r].end()).size(), degree + 1) << r;
}

INSTANTIATE_TEST_SUITE_P(Primes, SlimFlyOf,
                         testing::Values(SlimFlyCase{3, -1}, SlimFlyCase{5, 1}, SlimFlyCase{7, -1},
                                         SlimFlyCase{11, -1}, SlimFlyCase{13, 1},
                                         SlimFlyCase{17, 1}, SlimFlyCase{19, -1}));

TEST(SlimFly, TakesHalfItsCablesAsTerminals) {  // q = 5: k' = 7, p = 4
  EXPECT_EQ(network("{kind: slim_fly, q: 5}")->facts().endpoints, 50 * 4);
}

TEST(SlimFly, OfNoPrimeIsRefusedWhereItStands) {
  EXPECT_EQ(test::mistake("{kind: slim_fly, q: 8}"),
            "topology:1:21: /q: saw q: 8; expected an odd prime, such as 11");
}

// Shpiner et al. 2017: s h + 1 groups of l leaves and s spines; l s cables within each and s h / 2
// of its own between groups. The mean over all switches was counted by another program's search.
TEST(DragonflyPlus, CountsAsPublished) {
  const auto t =
      network("{kind: dragonfly_plus, leaves: 4, spines: 4, global_ports: 4, terminals: 2}");
  const NetworkFacts f = t->facts();
  EXPECT_EQ(f.endpoints, 2 * 4 * 17);
  EXPECT_EQ(f.switches, (4 + 4) * 17);
  EXPECT_EQ(2 * (f.cables - f.endpoints), 17 * (2 * 4 * 4 + 4 * 4));
  EXPECT_EQ(f.diameter, 3 + 2);
  EXPECT_NEAR(between_switches(*t).first, 3.107407, 5e-7);
  EXPECT_DOUBLE_EQ(f.bisection.value(), 50e9 * std::min(8 * 9, 2 * 4 * 17 / 2));
}

// No graph of n vertices and degree r has a lower mean distance than one that fills each distance
// with r (r - 1)^(d - 1) vertices (Cerf, Cowan, Mullin, Stanton, 1974).
double least_mean_distance(int n, int degree) {
  double sum = 0.0;
  double left = n - 1.0;
  double here = degree;
  for (int far = 1; left > 0.0; ++far, here *= degree - 1) {
    const double reached = std::min(here, left);
    sum += far * reached;
    left -= reached;
  }
  return sum / (n - 1.0);
}

// Of random regular graphs: P(distance > l) = exp(-r ((r - 1)^l - 1) / (n (r - 2))) (Tishby, Biham,
// Kuehn, Katzav, "The mean and variance of the distribution of shortest path lengths of random
// regular graphs", J. Phys. A 55, 2022).
double random_mean_distance(int n, int degree) {
  double sum = 0.0;
  double power = 1.0;
  for (double farther = 1.0; farther > 1e-9; power *= degree - 1) {
    farther = std::exp(-degree * (power - 1.0) / (n * (degree - 2.0)));
    sum += farther;
  }
  return sum;
}

TEST(Jellyfish, IsAsFarAsRandomGraphsAre) {
  for (const auto& [switches, degree] : {std::pair{1000, 4}, {200, 6}, {500, 8}}) {
    const auto t = network(fmt::format(
        "{{kind: jellyfish, switches: {}, degree: {}, terminals: 1}}", switches, degree));
    const double least = least_mean_distance(switches, degree);
    const double mean = between_switches(*t).first;
    EXPECT_GE(mean, least);
    EXPECT_NEAR(mean, random_mean_distance(switches, degree), 0.02 * mean);  // one draw
    const auto graph = test::neighbours(t->wires());
    for (std::uint32_t s = t->wires().endpoints; s < t->wires().vertices; ++s) {
      const std::set<std::uint32_t> others(graph[s].begin(), graph[s].end());
      EXPECT_EQ(others.size(), static_cast<std::size_t>(degree) + 1);
      EXPECT_FALSE(others.contains(s));
    }
  }
}

TEST(Jellyfish, IsTheSameForASeedAndAnotherForAnother) {
  const auto links = [](int seed) {
    std::vector<std::uint32_t> out;
    const auto t = network(
        fmt::format("{{kind: jellyfish, switches: 30, degree: 4, terminals: 1, seed: {}}}", seed));
    for (const Link& l : t->wires().links) out.push_back(l.to);
    return out;
  };
  EXPECT_EQ(links(1), links(1));
  EXPECT_NE(links(1), links(2));
}

TEST(Jellyfish, OfAnOddNumberOfEndsIsRefused) {
  EXPECT_EQ(test::mistake("{kind: jellyfish, switches: 9, degree: 3, terminals: 1}"),
            "topology:1:40: /degree: saw 9 switches of 3 cables, an odd number of ends; expected "
            "an even product");
}

}  // namespace
}  // namespace orrery
