// Nodes of GPUs on switch planes (NVLink), joined by rails: GPU i of every node has its network
// port on rail i modulo the number of rails. rail_optimised: spines join all leaves. rail_only: the
// rails never meet, and traffic between rails crosses a node (Wang et al., "Rail-only", 2023).
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/trees/rail_route.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

enum class Spines : std::uint8_t { Shared, OfARail };

struct RailsConfig {
  int nodes = 0;
  int gpus = 8;
  int planes = 1;
  int rails = 0;
  int nodes_per_leaf = 0;
  int spines = 0;
  std::optional<LinkSpec> rail_link;
  std::optional<LinkSpec> spine_link;
};

template <class V>
void describe(V& v, RailsConfig& c) {
  v("nodes", c.nodes, "servers or racks with switches of their own", kRequired);
  v("gpus", c.gpus, "endpoints of a node");
  v("planes", c.planes, "switches of a node, each with a link to every GPU");
  v("rails", c.rails, "networks outside; as many as gpus when not given");
  v("nodes_per_leaf", c.nodes_per_leaf, "whose GPUs of a rail share a leaf; 0: all");
  v("spines", c.spines, "above the leaves: of all rails, or of each where rails never meet");
  v("rail_link", c.rail_link, "of a GPU to its leaf; as link when not given");
  v("spine_link", c.spine_link, "of a leaf to a spine; as rail_link when not given");
}

class Rails : public WiredTopology {
 public:
  Rails(const RailCounts& c, std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::PerHop), c_(c) {
    wires_ = wired(c, std::move(kinds));
    facts_ = counts_of(wires_);
    count_distances();
    const double n = wires_.endpoints;
    facts_.bisection = wires_.kinds[1].bandwidth * (0.5 * n);
    if (c.spines > 0) {
      const double uplinks = double{1} * c.rails * c.leaves * c.spines;
      facts_.bisection = std::min(facts_.bisection, wires_.kinds[2].bandwidth * (0.5 * uplinks));
    }
    facts_.bisection_is_bound = c.nodes % 2 != 0 || (c.spines > 0 && c.leaves % 2 != 0);
    if (c.nodes == 1) {
      facts_.bisection = wires_.kinds[0].bandwidth * (0.5 * n * c.planes);
      facts_.bisection_is_bound = n > 1 && c.gpus % 2 != 0;
    }
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }
  [[nodiscard]] bool endpoints_forward() const override { return true; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("gpu {}.{}", v / c_.gpus, v % c_.gpus);
    v -= wires_.endpoints;
    if (v < c_.nodes * c_.planes) return fmt::format("switch {}.{}", v / c_.planes, v % c_.planes);
    v -= c_.nodes * c_.planes;
    if (v < c_.rails * c_.leaves) return fmt::format("leaf {}.{}", v / c_.leaves, v % c_.leaves);
    v -= c_.rails * c_.leaves;
    if (c_.shares_spines) return fmt::format("spine {}", v);
    return fmt::format("spine {}.{}", v / c_.spines, v % c_.spines);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex < wires_.endpoints) return between(vertex, endpoint);
    const std::uint32_t node = c_.node(endpoint);
    const std::uint32_t group = c_.group(node);
    const std::uint32_t rail = c_.rail(endpoint);
    std::uint32_t v = vertex - wires_.endpoints;
    if (v < c_.nodes * c_.planes) {  // over the node's own GPU of that rail
      const std::uint32_t here = v / c_.planes;
      return here == node ? 1 : c_.group(here) == group ? 3 : 5;
    }
    v -= c_.nodes * c_.planes;
    if (v < c_.rails * c_.leaves) {
      const bool is_rail = v / c_.leaves == rail;
      const bool is_group = v % c_.leaves == group;
      if (is_rail && is_group) return 1;
      // Over a spine; over a GPU of the receiver's node; or over both.
      return is_rail || is_group || c_.shares_spines ? 3 : 5;
    }
    v -= c_.rails * c_.leaves;
    return c_.shares_spines || v / c_.spines == rail ? 2 : 4;
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override { return {"pxn"}; }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view /*name*/,
                                                     std::uint64_t seed) const override {
    return pxn(c_, seed);
  }

 private:
  // Over a switch of the node; along a rail; across rails, over spines or a node.
  [[nodiscard]] int between(std::uint32_t a, std::uint32_t b) const {
    if (a == b) return 0;
    if (c_.node(a) == c_.node(b)) return 2;
    const bool is_rail = c_.rail(a) == c_.rail(b);
    const bool is_group = c_.group(c_.node(a)) == c_.group(c_.node(b));
    if (is_rail && is_group) return 2;
    return is_rail || is_group || c_.shares_spines ? 4 : 6;
  }

  // All GPUs see the same network: how many others are of each kind.
  void count_distances() {
    const double alike = double{1} * c_.gpus / c_.rails;  // GPUs of a node on one rail
    const double group = double{1} * c_.nodes / c_.leaves;
    const struct {
      double gpus;
      int hops;
    } others[] = {{c_.gpus - 1.0, 2},
                  {(group - 1.0) * alike, 2},
                  {(group - 1.0) * (c_.gpus - alike), 4},
                  {(c_.nodes - group) * alike, 4},
                  {(c_.nodes - group) * (c_.gpus - alike), c_.shares_spines ? 4 : 6}};
    double sum = 0.0;
    for (const auto& o : others) {
      sum += o.gpus * o.hops;
      if (o.gpus > 0.0) facts_.diameter = std::max(facts_.diameter, o.hops);
    }
    if (wires_.endpoints > 1) facts_.average_hops = sum / (wires_.endpoints - 1.0);
  }

  static Wires wired(const RailCounts& c, std::vector<LinkKind> kinds) {
    const std::uint32_t switches = c.nodes * c.gpus;
    const std::uint32_t leaves = switches + c.nodes * c.planes;
    const std::uint32_t spines = leaves + c.rails * c.leaves;
    const std::uint32_t spine_sets = c.shares_spines ? 1 : c.rails;
    Wires out{.endpoints = switches,
              .vertices = spines + spine_sets * c.spines,
              .kinds = std::move(kinds)};
    out.links.reserve(2 * (std::size_t{out.endpoints} * (c.planes + 1) +
                           std::size_t{c.rails} * c.leaves * c.spines));
    for (std::uint32_t e = 0; e < out.endpoints; ++e) {
      const std::uint32_t node = e / c.gpus;
      for (std::uint32_t plane = 0; plane < c.planes; ++plane) {
        out.connect(e, switches + node * c.planes + plane, 0);
      }
      const std::uint32_t rail = e % c.gpus % c.rails;
      out.connect(e, leaves + rail * c.leaves + node / (c.nodes / c.leaves), 1);
    }
    for (std::uint32_t leaf = 0; leaf < c.rails * c.leaves; ++leaf) {
      for (std::uint32_t s = 0; s < c.spines; ++s) {
        const std::uint32_t set = c.shares_spines ? 0 : leaf / c.leaves;
        out.connect(leaves + leaf, spines + set * c.spines + s, 2);
      }
    }
    return out;
  }

  RailCounts c_;
  NetworkFacts facts_;
};

template <Spines Kind>
std::unique_ptr<Topology> build(RailsConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMost = 1'000'000;
  check.range("nodes", c.nodes, 1, kMost);
  check.range("gpus", c.gpus, 1, kMost);
  check.range("planes", c.planes, 1, kMost);
  check.range("spines", c.spines, 0, kMost);
  if (c.rails == 0) c.rails = c.gpus;
  check.range("rails", c.rails, 1, std::max(c.gpus, 1));
  if (c.nodes_per_leaf == 0) c.nodes_per_leaf = c.nodes;
  check.range("nodes_per_leaf", c.nodes_per_leaf, 1, std::max(c.nodes, 1));
  if (!check.passed()) return nullptr;
  if (c.gpus % c.rails != 0) {
    check.fail("rails",
               fmt::format("saw {} rails of {} GPUs; expected a divisor", c.rails, c.gpus));
  }
  if (c.nodes % c.nodes_per_leaf != 0) {
    check.fail("nodes_per_leaf", fmt::format("saw {} nodes a leaf of {} nodes; expected a divisor",
                                             c.nodes_per_leaf, c.nodes));
  }
  const bool must_have_spines = c.nodes_per_leaf < c.nodes;  // else the leaves of a rail never meet
  if (must_have_spines && c.spines == 0) {
    check.fail("spines", "saw several leaves of a rail without spines; expected at least one");
  }
  const LinkSpec rail = c.rail_link.value_or(link);
  const LinkSpec spine = c.spine_link.value_or(rail);
  check.link("rail_link", rail);
  check.link("spine_link", spine);
  const double leaves = double{1} * c.nodes / c.nodes_per_leaf * c.rails;
  const double gpus = double{1} * c.nodes * c.gpus;
  check.size(gpus + double{1} * c.nodes * c.planes + leaves + double{1} * c.spines * c.rails,
             gpus * (1.0 + c.planes) + leaves * c.spines);
  if (!check.passed()) return nullptr;
  const auto u = [](int n) { return static_cast<std::uint32_t>(n); };
  return std::make_unique<Rails>(
      RailCounts{u(c.nodes), u(c.gpus), u(c.planes), u(c.rails), u(c.nodes / c.nodes_per_leaf),
                 u(c.spines), Kind == Spines::Shared},
      std::vector<LinkKind>{link_kind("node", link), host_kind("rail", rail),
                            link_kind("spine", spine)});
}

}  // namespace

TopologyFamily rail_optimised_family() {
  return family_of<RailsConfig, build<Spines::Shared>>(
      "rail_optimised", "nodes of switched GPUs; rails whose leaves meet in spines");
}

TopologyFamily rail_only_family() {
  return family_of<RailsConfig, build<Spines::OfARail>>(
      "rail_only", "nodes of switched GPUs; rails that never meet");
}

}  // namespace orrery
