// Composed: each endpoint of an outer network is a whole inner network, such as a torus of switched
// nodes. The outer endpoint's cables are dealt to the inner network's ports.
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/topologies/builtins.hpp"
#include "orrery/network/topologies/composite/copies.hpp"

namespace orrery {
namespace {

struct ComposedConfig {
  std::optional<LinkSpec> inner_link;
  int uplinks = 1;
  std::int64_t seed = 1;
};

template <class V>
void describe(V& v, ComposedConfig& c) {
  v("inner_link", c.inner_link, "cables of the inner networks; as link when not given");
  v("uplinks", c.uplinks,
    "cables in place of each of the outer endpoint's, at the inner network's ports in turn");
  v("seed", c.seed, "of sampled facts, where the network is large");
}

}  // namespace

template <>
struct TopologyKeysOf<ComposedConfig> {
  static constexpr TopologyKey keys[kMostTopologyKeys] = {{"outer", "whose endpoints are replaced"},
                                                          {"inner", "what each is replaced by"}};
};

namespace {

class Composed : public CompositeTopology {
 public:
  Composed(Copies made, std::unique_ptr<Topology> outer, Wires wires, std::uint64_t seed)
      : CompositeTopology(std::move(made), std::move(wires), seed), outer_(std::move(outer)) {
    if (copies().ports().size() > 1 || !outer_->endpoints_forward()) return;
    const Wires& part = copies().part().wires();
    const Distances inside(part);
    for (std::uint32_t v = 0; v < part.vertices; ++v)
      to_port_.push_back(inside.between(v, copies().ports().front()));
  }

  // Behind a single port a copy is to the others what the outer network's endpoint was.
  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (to_port_.empty()) return CompositeTopology::distance(vertex, endpoint);
    const std::uint32_t from = copies().copy_of(vertex), to = copies().copy_of(endpoint);
    if (from == to)
      return copies().part().distance(copies().in_part(vertex), copies().in_part(endpoint));
    const std::uint32_t outside =
        from < copies().count() ? from : outer_->wires().endpoints + vertex - copies().joining(0);
    const int inside = from < copies().count() ? to_port_[copies().in_part(vertex)] : 0;
    const int between = outer_->distance(outside, to);
    const int last = to_port_[copies().in_part(endpoint)];
    if (std::max({inside, between, last}) == kUnreachable) return kUnreachable;
    return inside + between + last;
  }
  [[nodiscard]] std::vector<int> distances(std::uint32_t endpoint, int far) const override {
    if (to_port_.empty()) return CompositeTopology::distances(endpoint, far);
    return {};  // one by one
  }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    const std::uint32_t copy = copies().copy_of(v);
    if (copy == copies().count())
      return outer_->vertex_name(outer_->wires().endpoints + v - copies().joining(0));
    return outer_->vertex_name(copy) + "/" + copies().name_in_part(v);
  }

 private:
  std::unique_ptr<Topology> outer_;
  std::vector<int> to_port_;  // by vertex of the part; empty: distances are searched
};

// The outer cables between copies. Ports are dealt in turn, in the order of the outer cables.
Wires joined(const Copies& copies, const Wires& outer, std::uint32_t uplinks) {
  Wires out = copies.wires();
  const auto first_kind = static_cast<std::uint32_t>(out.kinds.size());
  for (const LinkKind& k : outer.kinds) {
    out.kinds.push_back(k);
    out.kinds.back().name = "outer " + k.name;
  }
  std::vector<std::uint32_t> dealt(outer.endpoints, 0);
  const auto end = [&](std::uint32_t v) {
    if (v >= outer.endpoints) return copies.joining(v - outer.endpoints);
    return copies.vertex(v, copies.ports()[dealt[v]++ % copies.ports().size()]);
  };
  for (std::size_t i = 0; i < outer.links.size(); i += 2) {
    const Link& l = outer.links[i];
    const bool is_ours = l.from < outer.endpoints || l.to < outer.endpoints;
    for (std::uint32_t u = 0; u < (is_ours ? uplinks : 1); ++u) {
      if (outer.is_failed(static_cast<LinkId>(i))) {
        out.failed.resize(out.links.size() / 2, false);
        out.failed.push_back(true);
      }
      const std::uint32_t a = end(l.from);
      out.connect(a, end(l.to), first_kind + l.kind);
    }
  }
  if (!out.failed.empty()) out.failed.resize(out.links.size() / 2, false);
  return out;
}

std::unique_ptr<Topology> part(const char* key, const LinkSpec& link, TopologyCheck& check) {
  MadeTopology made = make_topology(*check.node().find(key), link);
  if (made) return std::move(*made);
  for (const Error& e : made.error()) check.fail_at(e.where, e.what);
  return nullptr;
}

std::unique_ptr<Topology> build(ComposedConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMostUplinks = 10'000;
  const LinkSpec inner_link = c.inner_link.value_or(link);
  check.range("uplinks", c.uplinks, 1, kMostUplinks);
  check.link("inner_link", inner_link);
  std::unique_ptr<Topology> outer = part("outer", link, check);
  std::unique_ptr<Topology> inner = part("inner", inner_link, check);
  if (!check.passed()) return nullptr;
  const Wires& around = outer->wires();
  const double nodes = around.endpoints;
  check.size(nodes * inner->wires().vertices + (around.vertices - nodes),
             nodes * static_cast<double>(inner->wires().links.size()) / 2.0 +
                 static_cast<double>(around.links.size()) / 2.0 * c.uplinks);
  if (!check.passed()) return nullptr;
  Copies copies(std::move(inner), around.endpoints, around.vertices - around.endpoints);
  Wires wires = joined(copies, around, static_cast<std::uint32_t>(c.uplinks));
  return std::make_unique<Composed>(std::move(copies), std::move(outer), std::move(wires),
                                    static_cast<std::uint64_t>(c.seed));
}

}  // namespace

TopologyFamily composed_family() {
  return family_of<ComposedConfig, build>("composed", "a network whose endpoints are networks");
}

}  // namespace orrery
