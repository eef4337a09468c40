// Max-min against SimGrid's own solver: 200 platforms without latency, each with links of random
// bandwidth, routes over random links and a random pattern of flows, and the families of
// topologies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cross_fidelity/simgrid.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::TimedFlow;

constexpr double kSameTime = 1e-9;  // seconds; flows last 1e-5 to 1e-3

// Ways over any links at all: fluid sharing asks only which, not where they lead.
class AnyWays final : public Routing {
 public:
  AnyWays(const Wires& wires, Rng& rng) : endpoints_(wires.endpoints) {
    for (std::uint32_t pair = 0; pair < endpoints_ * endpoints_; ++pair) {
      std::vector<Hop> way;
      const std::uint64_t length = 1 + rng.below(4);
      while (way.size() < length) {
        const Hop hop{static_cast<LinkId>(rng.below(wires.links.size()))};
        if (std::find(way.begin(), way.end(), hop) == way.end()) way.push_back(hop);
      }
      ways_.push_back(std::move(way));
    }
  }
  void route(std::uint32_t from, std::uint32_t to, std::uint64_t /*choice*/,
             std::vector<Hop>& way) const override {
    const std::vector<Hop>& known = ways_[from * endpoints_ + to];
    way.insert(way.end(), known.begin(), known.end());
  }

 private:
  std::uint32_t endpoints_;
  std::vector<std::vector<Hop>> ways_;
};

Wires random_wires(Rng& rng) {
  Wires out;
  out.endpoints = out.vertices = static_cast<std::uint32_t>(3 + rng.below(6));
  const std::uint64_t links = 5 + rng.below(20);
  const bool are_alike = rng.below(2) == 0;
  for (std::uint32_t l = 0; l < links; ++l) {
    const double bandwidth = are_alike ? 50e9 : 1e9 * (1.0 + 99.0 * rng.uniform());
    out.kinds.push_back({"link", BytesPerSecond{bandwidth}, Seconds{}});
    out.links.push_back({0, 0, l});
  }
  return out;
}

std::vector<TimedFlow> random_flows(std::uint32_t endpoints, Rng& rng) {
  std::vector<TimedFlow> out(5 + rng.below(40));
  const bool are_alike = rng.below(2) == 0;
  const bool start_together = rng.below(2) == 0;
  for (TimedFlow& f : out) {
    f.from = static_cast<std::uint32_t>(rng.below(endpoints));
    f.to = static_cast<std::uint32_t>((f.from + 1 + rng.below(endpoints - 1)) % endpoints);
    f.size = are_alike ? 1e6 : std::floor(1e5 + 2e6 * rng.uniform());
    f.start = start_together ? 0.0 : 1e-4 * rng.uniform();
  }
  return out;
}

struct Case {
  Wires wires;
  std::unique_ptr<Routing> routing;
  std::unique_ptr<Topology> topology;  // random platforms have none
  std::vector<TimedFlow> flows;
  [[nodiscard]] const Wires& links() const { return topology ? topology->wires() : wires; }
};

std::vector<Case> cases() {
  constexpr std::uint64_t kRandomPlatforms = 200;
  std::vector<Case> out;
  for (std::uint64_t seed = 0; seed < kRandomPlatforms; ++seed) {
    Rng rng(seed, "platform");
    Case c;
    c.wires = random_wires(rng);
    c.routing = std::make_unique<AnyWays>(c.wires, rng);
    c.flows = random_flows(c.wires.endpoints, rng);
    out.push_back(std::move(c));
  }
  for (const char* text :
       {"{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 2}", "{kind: fat_tree, radix: 4}",
        "{kind: torus, shape: [4, 4], tie_break: positive}", "{kind: mesh, shape: [3, 4]}"}) {
    for (const bool is_even : {true, false}) {
      Case c;
      c.topology = test::network(text);
      c.routing = c.topology->routing(c.topology->routings().front(), 1);
      const std::uint32_t n = c.links().endpoints;
      c.flows = is_even ? test::all_to_all(n, 1e6) : test::uneven_all_to_all(n, 1e6, 7);
      for (TimedFlow& f : c.flows) f.size = std::floor(f.size);
      out.push_back(std::move(c));
    }
  }
  return out;
}

TEST(MaxMin, EveryFlowEndsWhenSimGridEndsIt) {
  test::SimGrid simgrid;
  std::vector<double> ours;
  for (const Case& c : cases()) {
    EveryLink network(c.links(), *c.routing);
    simgrid.add(c.links().endpoints, network, c.flows);
    test::FlowList traffic(c.flows);
    make_max_min(c.links(), *c.routing)->run(traffic);
    ours.insert(ours.end(), traffic.end().begin(), traffic.end().end());
  }
  const std::vector<double> theirs = simgrid.run();
  ASSERT_EQ(ours.size(), theirs.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    worst = std::max(worst, std::abs(ours[i] - theirs[i]));
    EXPECT_NEAR(ours[i], theirs[i], kSameTime) << "flow " << i;
  }
  std::printf("%zu flows; largest difference %.3g s\n", ours.size(), worst);
}

}  // namespace
}  // namespace orrery
