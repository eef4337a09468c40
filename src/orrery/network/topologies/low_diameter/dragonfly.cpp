// Dragonfly: groups of fully joined routers, every pair of groups joined by the same number of
// global cables (Kim, Dally, Scott, Abts, ISCA 2008).
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/routings/adaptive/ugal.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/low_diameter/dragonfly_routing.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct DragonflyConfig {
  int routers = 0;
  int global_ports = 0;
  int terminals = 0;
  int groups = 0;
  std::optional<LinkSpec> local_link;
  std::optional<LinkSpec> global_link;
};

template <class V>
void describe(V& v, DragonflyConfig& c) {
  v("routers", c.routers, "of a group: a", kRequired);
  v("global_ports", c.global_ports, "of a router: h", kRequired);
  v("terminals", c.terminals, "endpoints of a router: p", kRequired);
  v("groups", c.groups, "at most a h + 1, which 0 stands for");
  v("local_link", c.local_link, "within a group; as link when not given");
  v("global_link", c.global_link, "between groups; as local_link when not given");
}

class Dragonfly : public WiredTopology {
 public:
  Dragonfly(const DragonflyShape& shape, std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::PerHop), shape_(shape) {
    wires_.endpoints = shape.endpoints();
    wires_.vertices = shape.endpoints() + shape.all_routers();
    wires_.kinds = std::move(kinds);
    wires_.links.reserve(2 * shape.cables());
    const auto vertex = [&](const DragonflyShape::End& r) {
      return wires_.endpoints + shape.number(r);
    };
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e)
      wires_.connect(e, vertex(shape.home(e)), 0);
    for (std::uint32_t g = 0; g < shape.ports.groups; ++g) {
      for (std::uint32_t r = 0; r < shape.routers; ++r) {
        for (std::uint32_t s = r + 1; s < shape.routers; ++s)
          wires_.connect(vertex({g, r}), vertex({g, s}), 1);
      }
    }
    for (std::uint32_t from = 0; from < shape.ports.groups; ++from) {
      for (std::uint32_t to = from + 1; to < shape.ports.groups; ++to) {
        for (std::uint32_t t = 0; t < shape.ports.cables; ++t)
          wires_.connect(vertex(shape.ports.end(from, to, t)), vertex(shape.ports.end(to, from, t)),
                         2);
      }
    }
    facts_ = counts_of(wires_);
    count_distances();
    // Halves of whole groups; a lower cut of another kind is not excluded.
    const double half = shape.ports.groups / 2;
    const double cut = half * (shape.ports.groups - half) * shape.ports.cables;
    facts_.bisection = std::min(wires_.kinds[2].bandwidth * cut,
                                wires_.kinds[0].bandwidth * (0.5 * wires_.endpoints));
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("host {}", v);
    const auto at = shape_.router(v - wires_.endpoints);
    return fmt::format("router {}.{}", at.group, at.router);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex == endpoint) return 0;
    const bool hangs = vertex < wires_.endpoints;
    const auto from = hangs ? shape_.home(vertex) : shape_.router(vertex - wires_.endpoints);
    return (hangs ? 2 : 1) + shape_.hops(from, shape_.home(endpoint));
  }

  // Groups rotate; so do the endpoints of each router.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    const std::uint32_t n = wires_.endpoints;
    const std::uint32_t p = shape_.terminals;
    const std::uint32_t a = shape_.routers;
    return symmetry_of(wires_,
                       {[=, this](std::uint32_t v) {
                          if (v < n) return (v + a * p) % n;
                          return n + (v - n + a) % (wires_.vertices - n);
                        },
                        [=](std::uint32_t v) { return v < n ? v / p * p + (v + 1) % p : v; }});
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override {
    return {"local_global_local", "valiant_groups", "ugal"};
  }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view name,
                                                     std::uint64_t seed) const override {
    if (name == "valiant_groups") return valiant_groups(*this, shape_, seed);
    auto minimal = local_global_local(*this, shape_, seed);
    if (name == "local_global_local") return minimal;
    return ugal(std::move(minimal), valiant_groups(*this, shape_, seed));
  }

 private:
  // From each router of one group: those one and two cables away are looked up, all others are at
  // three.
  void count_distances() {
    const GroupPorts& ports = shape_.ports;
    std::vector<std::uint32_t> met(shape_.all_routers(), shape_.routers);
    std::vector<DragonflyShape::End> near, beyond;
    const auto neighbours = [&](const DragonflyShape::End& at,
                                std::vector<DragonflyShape::End>& out) {
      out.clear();
      for (std::uint32_t r = 0; r < shape_.routers; ++r) {
        if (r != at.router) out.push_back({at.group, r});
      }
      for (std::uint32_t port = 0; port < ports.used(at.router); ++port)
        out.push_back(ports.across(at, port));
    };
    double sum = 0.0;
    int farthest = 0;
    for (std::uint32_t source = 0; source < shape_.routers; ++source) {
      double at_hops[4] = {1.0, 0.0, 0.0, 0.0};
      const auto meet = [&](const DragonflyShape::End& r, int hops) {
        std::uint32_t& last = met[shape_.number(r)];
        if (last == source) return;
        last = source;
        at_hops[hops] += 1.0;
      };
      met[source] = source;
      neighbours({0, source}, near);
      for (const auto& r : near) meet(r, 1);
      for (const auto& r : near) {
        neighbours(r, beyond);
        for (const auto& s : beyond) meet(s, 2);
      }
      at_hops[3] = shape_.all_routers() - at_hops[0] - at_hops[1] - at_hops[2];
      for (int hops = 0; hops <= 3; ++hops) {
        const double endpoints = shape_.terminals * at_hops[hops] - (hops == 0 ? 1.0 : 0.0);
        sum += endpoints * (hops + 2);
        if (endpoints > 0.0) farthest = std::max(farthest, hops + 2);
      }
    }
    facts_.diameter = farthest;
    facts_.average_hops = sum / shape_.routers / (wires_.endpoints - 1.0);
  }

  DragonflyShape shape_;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(DragonflyConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMost = 10'000;
  check.range("routers", c.routers, 1, kMost);
  check.range("global_ports", c.global_ports, 1, kMost);
  check.range("terminals", c.terminals, 1, kMost);
  if (!check.passed()) return nullptr;
  const int ports = c.routers * c.global_ports;
  if (c.groups == 0) c.groups = ports + 1;
  check.range("groups", c.groups, 2, ports + 1);
  const LinkSpec local = c.local_link.value_or(link);
  const LinkSpec global = c.global_link.value_or(local);
  check.link("local_link", local);
  check.link("global_link", global);
  const double routers = double{1} * c.routers * c.groups;
  check.size(routers * (1.0 + c.terminals),
             routers * (c.terminals + 0.5 * (c.routers - 1) + 0.5 * c.global_ports));
  if (!check.passed()) return nullptr;
  const auto u = [](int n) { return static_cast<std::uint32_t>(n); };
  return std::make_unique<Dragonfly>(
      DragonflyShape{u(c.routers), u(c.terminals),
                     GroupPorts{u(c.groups), u(c.global_ports), u(ports / (c.groups - 1))}},
      std::vector<LinkKind>{host_kind("host", link), link_kind("local", local),
                            link_kind("global", global)});
}

}  // namespace

TopologyFamily dragonfly_family() {
  return family_of<DragonflyConfig, build>("dragonfly", "groups of routers, all joined in pairs");
}

}  // namespace orrery
