// Dragonfly: groups of fully joined routers, every pair of groups joined by the same number of
// global cables (Kim, Dally, Scott, Abts, ISCA 2008). Port i of a group leads to the group
// 1 + i / (cables of a pair) further on, so that all groups look alike.
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/topologies/family.hpp"
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

Wires dragonfly_wires(const DragonflyConfig& c, int pair_cables, std::vector<LinkKind> kinds) {
  const auto a = static_cast<std::uint32_t>(c.routers);
  const auto p = static_cast<std::uint32_t>(c.terminals);
  const auto g = static_cast<std::uint32_t>(c.groups);
  const auto h = static_cast<std::uint32_t>(c.global_ports);
  const auto cables = static_cast<std::uint32_t>(pair_cables);
  Wires out{.endpoints = a * p * g, .vertices = a * p * g + a * g, .kinds = std::move(kinds)};
  const auto router = [&](std::uint32_t group, std::uint32_t port) {
    return out.endpoints + group * a + port / h;
  };
  for (std::uint32_t e = 0; e < out.endpoints; ++e) out.connect(e, out.endpoints + e / p, 0);
  for (std::uint32_t r = 0; r < a * g; ++r) {
    for (std::uint32_t s = r + 1; s < (r / a + 1) * a; ++s) {
      out.connect(out.endpoints + r, out.endpoints + s, 1);
    }
  }
  for (std::uint32_t from = 0; from < g; ++from) {
    for (std::uint32_t to = from + 1; to < g; ++to) {
      const std::uint32_t ahead = to - from;
      for (std::uint32_t t = 0; t < cables; ++t) {
        out.connect(router(from, (ahead - 1) * cables + t),
                    router(to, (g - ahead - 1) * cables + t), 2);
      }
    }
  }
  return out;
}

class Dragonfly : public SearchedTopology {
 public:
  Dragonfly(const DragonflyConfig& config, int pair_cables, std::vector<LinkKind> kinds)
      : SearchedTopology(dragonfly_wires(config, pair_cables, std::move(kinds)),
                         ChannelRule::PerHop),
        routers_(static_cast<std::uint32_t>(config.routers)),
        terminals_(static_cast<std::uint32_t>(config.terminals)),
        facts_(counts_of(wires_)) {
    std::vector<std::uint32_t> sources;  // one endpoint of each router of a group
    for (std::uint32_t r = 0; r < routers_; ++r) sources.push_back(r * terminals_);
    count_hops(routers(), sources, facts_);
    // Halves of whole groups; a lower cut of another kind is not excluded.
    const double half = config.groups / 2;
    const double cut = half * (config.groups - half) * pair_cables;
    facts_.bisection = std::min(wires_.kinds[2].bandwidth * cut,
                                wires_.kinds[0].bandwidth * (0.5 * wires_.endpoints));
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("host {}", v);
    const std::uint32_t r = v - wires_.endpoints;
    return fmt::format("router {}.{}", r / routers_, r % routers_);
  }

  // Groups rotate; so do the endpoints of each router.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    const std::uint32_t n = wires_.endpoints;
    return symmetry_of(wires_, {[this, n](std::uint32_t v) {
                                  if (v < n) return (v + routers_ * terminals_) % n;
                                  return n + (v - n + routers_) % (wires_.vertices - n);
                                },
                                [this, n](std::uint32_t v) {
                                  return v < n ? v / terminals_ * terminals_ + (v + 1) % terminals_
                                               : v;
                                }});
  }

 private:
  std::uint32_t routers_;
  std::uint32_t terminals_;
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
  return std::make_unique<Dragonfly>(
      c, ports / (c.groups - 1),
      std::vector<LinkKind>{link_kind("host", link), link_kind("local", local),
                            link_kind("global", global)});
}

}  // namespace

TopologyFamily dragonfly_family() {
  return family_of<DragonflyConfig, build>("dragonfly", "groups of routers, all joined in pairs");
}

}  // namespace orrery
