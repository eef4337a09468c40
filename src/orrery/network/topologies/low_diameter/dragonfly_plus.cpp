// Dragonfly+, also called Megafly: groups of leaves and spines, all pairs of groups joined by
// global cables between spines (Shpiner et al., "Dragonfly+: low cost topology for scaling
// datacenters", HiPINEB 2017; Flajslik, Borch, Parker, "Megafly", ISC 2018).
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/low_diameter/group_ports.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct DragonflyPlusConfig {
  int leaves = 0;
  int spines = 0;
  int global_ports = 0;
  int terminals = 0;
  int groups = 0;
  std::optional<LinkSpec> local_link;
  std::optional<LinkSpec> global_link;
};

template <class V>
void describe(V& v, DragonflyPlusConfig& c) {
  v("leaves", c.leaves, "of a group, each joined to all its spines", kRequired);
  v("spines", c.spines, "of a group", kRequired);
  v("global_ports", c.global_ports, "of a spine: h", kRequired);
  v("terminals", c.terminals, "endpoints of a leaf", kRequired);
  v("groups", c.groups, "at most spines x h + 1, which 0 stands for");
  v("local_link", c.local_link, "between leaves and spines; as link when not given");
  v("global_link", c.global_link, "between groups; as local_link when not given");
}

class DragonflyPlus : public WiredTopology {
 public:
  // Ways go up to a spine, over a global cable and down: one channel is enough.
  DragonflyPlus(const DragonflyPlusConfig& c, const GroupPorts& ports, std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::One),
        leaves_(static_cast<std::uint32_t>(c.leaves)),
        spines_(static_cast<std::uint32_t>(c.spines)),
        terminals_(static_cast<std::uint32_t>(c.terminals)),
        ports_(ports) {
    wires_.endpoints = ports.groups * leaves_ * terminals_;
    wires_.vertices = wires_.endpoints + ports.groups * (leaves_ + spines_);
    wires_.kinds = std::move(kinds);
    const std::size_t pairs = std::size_t{ports.groups} * (ports.groups - 1) / 2;
    wires_.links.reserve(2 * (wires_.endpoints + std::size_t{ports.groups} * leaves_ * spines_ +
                              pairs * ports.cables));
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e) wires_.connect(e, leaf_of(e), 0);
    for (std::uint32_t g = 0; g < ports.groups; ++g) {
      for (std::uint32_t l = 0; l < leaves_; ++l) {
        for (std::uint32_t s = 0; s < spines_; ++s)
          wires_.connect(wires_.endpoints + g * leaves_ + l, spine({g, s}), 1);
      }
    }
    for (std::uint32_t from = 0; from < ports.groups; ++from) {
      for (std::uint32_t to = from + 1; to < ports.groups; ++to) {
        for (std::uint32_t t = 0; t < ports.cables; ++t)
          wires_.connect(spine(ports.end(from, to, t)), spine(ports.end(to, from, t)), 2);
      }
    }
    set_facts();
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("host {}", v);
    v -= wires_.endpoints;
    if (v < ports_.groups * leaves_) return fmt::format("leaf {}.{}", v / leaves_, v % leaves_);
    v -= ports_.groups * leaves_;
    return fmt::format("spine {}.{}", v / spines_, v % spines_);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex == endpoint) return 0;
    const std::uint32_t leaf = leaf_of(endpoint);
    const std::uint32_t group = endpoint / (leaves_ * terminals_);
    const std::uint32_t first_spine = wires_.endpoints + ports_.groups * leaves_;
    if (vertex >= first_spine)
      return 1 + from_spine({(vertex - first_spine) / spines_, (vertex - first_spine) % spines_},
                            group);
    const int up = vertex < wires_.endpoints ? 1 : 0;
    const std::uint32_t at = up == 1 ? leaf_of(vertex) : vertex;
    if (at == leaf) return up + 1;
    return up + 1 + ((at - wires_.endpoints) / leaves_ == group ? 2 : 3);
  }

  // Groups rotate; so do the leaves of all groups, and the endpoints of each leaf.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    const std::uint32_t n = wires_.endpoints;
    const std::uint32_t leaves = ports_.groups * leaves_;
    const auto turned = [this](std::uint32_t l) {
      return l / leaves_ * leaves_ + (l % leaves_ + 1) % leaves_;
    };
    return symmetry_of(
        wires_, {[=, this](std::uint32_t v) {
                   if (v < n) return (v + leaves_ * terminals_) % n;
                   if (v < n + leaves) return n + (v - n + leaves_) % leaves;
                   return n + leaves + (v - n - leaves + spines_) % (ports_.groups * spines_);
                 },
                 [=, this](std::uint32_t v) {
                   if (v < n) return turned(v / terminals_) * terminals_ + v % terminals_;
                   return v < n + leaves ? n + turned(v - n) : v;
                 },
                 [=, this](std::uint32_t v) {
                   return v < n ? v / terminals_ * terminals_ + (v + 1) % terminals_ : v;
                 }});
  }

 private:
  [[nodiscard]] std::uint32_t leaf_of(std::uint32_t endpoint) const {
    return wires_.endpoints + endpoint / terminals_;
  }
  [[nodiscard]] std::uint32_t spine(const GroupPorts::End& at) const {
    return wires_.endpoints + ports_.groups * leaves_ + at.group * spines_ + at.router;
  }
  // To any leaf of a group: down; across and down; across twice; or by another spine of its group.
  [[nodiscard]] int from_spine(const GroupPorts::End& at, std::uint32_t group) const {
    if (at.group == group) return 1;
    if (ports_.reaches(at, group)) return 2;
    for (std::uint32_t port = 0; port < ports_.used(at.router); ++port) {
      if (ports_.reaches(ports_.across(at, port), group)) return 3;
    }
    return 4;
  }

  void set_facts() {
    facts_ = counts_of(wires_);
    facts_.diameter = 5;  // up twice, across, down twice
    const double p = terminals_;
    facts_.average_hops =
        (2.0 * (p - 1.0) + 4.0 * p * (leaves_ - 1.0) + 5.0 * p * leaves_ * (ports_.groups - 1.0)) /
        (wires_.endpoints - 1.0);
    // Halves of whole groups; a lower cut of another kind is not excluded.
    const double half = ports_.groups / 2;
    facts_.bisection =
        std::min({wires_.kinds[2].bandwidth * (half * (ports_.groups - half) * ports_.cables),
                  wires_.kinds[1].bandwidth * (0.5 * ports_.groups * leaves_ * spines_),
                  wires_.kinds[0].bandwidth * (0.5 * wires_.endpoints)});
    facts_.bisection_is_bound = true;
  }

  std::uint32_t leaves_, spines_, terminals_;
  GroupPorts ports_;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(DragonflyPlusConfig& c, const LinkSpec& link,
                                TopologyCheck& check) {
  constexpr int kMost = 10'000;
  check.range("leaves", c.leaves, 1, kMost);
  check.range("spines", c.spines, 1, kMost);
  check.range("global_ports", c.global_ports, 1, kMost);
  check.range("terminals", c.terminals, 1, kMost);
  if (!check.passed()) return nullptr;
  const int ports = c.spines * c.global_ports;
  if (c.groups == 0) c.groups = ports + 1;
  check.range("groups", c.groups, 2, ports + 1);
  const LinkSpec local = c.local_link.value_or(link);
  const LinkSpec global = c.global_link.value_or(local);
  check.link("local_link", local);
  check.link("global_link", global);
  const double groups = c.groups;
  check.size(groups * (c.leaves * (1.0 + c.terminals) + c.spines),
             groups * (double{1} * c.leaves * (c.terminals + c.spines) + 0.5 * ports));
  if (!check.passed()) return nullptr;
  const auto u = [](int n) { return static_cast<std::uint32_t>(n); };
  return std::make_unique<DragonflyPlus>(
      c, GroupPorts{u(c.groups), u(c.global_ports), u(ports / (c.groups - 1))},
      std::vector<LinkKind>{host_kind("host", link), link_kind("local", local),
                            link_kind("global", global)});
}

}  // namespace

TopologyFamily dragonfly_plus_family() {
  return family_of<DragonflyPlusConfig, build>("dragonfly_plus",
                                               "groups of leaves and spines, spines joined");
}

}  // namespace orrery
