// What every topology and each of its routings promise, on small instances of all families.
#include <gtest/gtest.h>

#include "orrery/network/graph/waiting_cycle.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

bool is_minimal(std::string_view routing) {
  return routing == "dimension_order" || routing == "d_mod_k" || routing == "ecmp" ||
         routing == "spray";
}

// What an adaptive routing may also do.
class Detours : public Routing {
 public:
  explicit Detours(const Routing& inner) : inner_(inner) {}
  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    inner_.detour(from, to, choice, way);
  }
  [[nodiscard]] int channels() const override { return inner_.channels(); }

 protected:
  const Routing& inner_;
};

// Short ways and detours on the same wires: odd choices are detours.
class BothWays final : public Detours {
 public:
  using Detours::Detours;
  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (choice % 2 == 1 && inner_.has_detours()) {
      inner_.detour(from, to, choice / 2, way);
    } else {
      inner_.route(from, to, choice / 2, way);
    }
  }
};

class EveryTopology : public testing::TestWithParam<const char*> {};

TEST_P(EveryTopology, FactsAreWhatASearchCounts) {
  test::expect_facts_match_a_search(*network(GetParam()));
}

TEST_P(EveryTopology, RoutesLeadThere) {
  const auto t = network(GetParam());
  for (const std::string_view name : t->routings()) {
    SCOPED_TRACE(name);
    const auto routing = t->routing(name, 7);
    test::expect_routes_lead_there(*t, *routing, is_minimal(name));
    if (routing->has_detours()) test::expect_routes_lead_there(*t, Detours(*routing), false);
  }
}

TEST_P(EveryTopology, FiniteBuffersCannotDeadlock) {
  const auto t = network(GetParam());
  for (const std::string_view name : t->routings()) {
    const auto routing = t->routing(name, 7);
    EXPECT_TRUE(waiting_cycle(t->wires(), BothWays(*routing), 12).empty()) << name;
  }
}

TEST_P(EveryTopology, SymmetriesKeepAllToAllLoads) {
  const auto t = network(GetParam());
  for (const std::string_view name : t->routings()) {
    const auto routing = t->routing(name, 7);
    if (!routing->symmetry()) continue;
    SCOPED_TRACE(name);
    test::expect_symmetry_holds(t->wires(), *routing);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Small, EveryTopology,
    testing::Values(
        "{kind: torus, shape: [5]}", "{kind: torus, shape: [2]}", "{kind: torus, shape: [4, 4]}",
        "{kind: torus, shape: [3, 4, 5]}", "{kind: torus, shape: [2, 1, 6]}",
        "{kind: torus, shape: [4, 3, 4], wrap: [true, false, true]}",
        "{kind: torus, shape: [4, 6], tie_break: positive}",
        "{kind: torus, shape: [4, 6], tie_break: negative}",
        "{kind: torus, shape: [3, 2, 2, 3, 2]}", "{kind: mesh, shape: [4, 3, 2]}",
        "{kind: mesh, shape: [7]}", "{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 4}",
        "{kind: fat_tree, hosts_per_leaf: 4, leaves: 3, spines: 2}",
        "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 6}",
        "{kind: fat_tree, hosts_per_leaf: 3, leaves: 5, spines: 6}",
        "{kind: fat_tree, hosts_per_leaf: 3, leaves: 4, spines: 4}",
        "{kind: fat_tree, hosts_per_leaf: 3, leaves: 5, spines: 4}", "{kind: fat_tree, radix: 4}",
        "{kind: fat_tree, radix: 6}",
        "{kind: fat_tree, hosts_per_leaf: 4, leaves: 3, spines: 2, pods: 3, cores: 8}",
        "{kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 3, pods: 2, cores: 3}",
        "{kind: ring, endpoints: 8}", "{kind: ring, endpoints: 3}",
        "{kind: ocs_pod, pod: [8, 8, 8], chips: 8}", "{kind: ocs_pod, pod: [8, 8, 8], chips: 64}",
        "{kind: ocs_pod, pod: [4, 4, 4], block: 2, chips: 16}",
        "{kind: twisted_torus, shape: [3, 6]}", "{kind: twisted_torus, shape: [2, 2, 4]}",
        "{kind: twisted_torus, shape: [3, 3, 6]}", "{kind: hyperx, shape: [3, 4], terminals: 2}",
        "{kind: hyperx, shape: [2, 3, 2], terminals: 1}",
        "{kind: hyperx, shape: [1], terminals: 4}",
        "{kind: flattened_butterfly, radix: 3, dimensions: 2}", "{kind: hypercube, dimensions: 4}",
        "{kind: fully_connected, endpoints: 7}", "{kind: single_switch, endpoints: 6}",
        "{kind: single_switch, endpoints: 8, planes: 3}",
        "{kind: dragonfly, routers: 4, global_ports: 2, terminals: 2}",
        "{kind: dragonfly, routers: 3, global_ports: 2, terminals: 1, groups: 4}",
        "{kind: dragonfly_plus, leaves: 2, spines: 2, global_ports: 2, terminals: 2}",
        "{kind: dragonfly_plus, leaves: 3, spines: 2, global_ports: 3, terminals: 1, groups: 4}",
        "{kind: slim_fly, q: 5, terminals: 1}", "{kind: slim_fly, q: 3}", "{kind: polarfly, q: 3}",
        "{kind: polarfly, q: 2, terminals: 1}",
        "{kind: jellyfish, switches: 12, degree: 4, terminals: 2}",
        "{kind: composed, outer: {kind: torus, shape: [3, 3]}, inner: {kind: single_switch, "
        "endpoints: 4}}",
        "{kind: composed, uplinks: 2, outer: {kind: torus, shape: [3, 2]}, "
        "inner: {kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 1}}",
        "{kind: composed, uplinks: 2, outer: {kind: fat_tree, hosts_per_leaf: 2, leaves: 2, "
        "spines: 2}, inner: {kind: ring, endpoints: 4}}",
        "{kind: multi_plane, planes: 3, plane: {kind: fat_tree, hosts_per_leaf: 2, leaves: 3, "
        "spines: 2}}",
        "{kind: multi_plane, planes: 2, plane: {kind: dragonfly, routers: 2, global_ports: 1, "
        "terminals: 1}}",
        "{kind: wan_sites, sites: 3, distance: 80 km, gateways: 2, wan_link: {bandwidth: 9 GB/s}, "
        "site: {kind: torus, shape: [3, 2]}}",
        "{kind: rail_optimised, nodes: 4, gpus: 4, planes: 2, nodes_per_leaf: 2, spines: 2}",
        "{kind: rail_only, nodes: 4, gpus: 4, nodes_per_leaf: 2, spines: 2}",
        "{kind: rail_only, nodes: 3, gpus: 4, rails: 2, planes: 3}",
        "{kind: rail_optimised, nodes: 1, gpus: 4}"));

}  // namespace
}  // namespace orrery
