// Torus and mesh of one to six dimensions, any radix, each dimension closed or open.
#include "orrery/network/topologies/direct/torus.hpp"

#include <fmt/format.h>

#include "orrery/network/topologies/wired.hpp"
#include "orrery/network/topology_facts.hpp"

namespace orrery {
namespace {

constexpr const char* kAxisNames[kMostTorusDimensions] = {"x", "y", "z", "u", "v", "w"};

struct MeshConfig {
  std::vector<int> shape;
  std::vector<LinkSpec> links;
};

struct TorusConfig {
  std::vector<int> shape;
  std::vector<bool> wrap;
  TieBreak tie_break = TieBreak::Balanced;
  std::vector<LinkSpec> links;
};

template <class V>
void describe(V& v, MeshConfig& c) {
  v("shape", c.shape, "endpoints along each dimension", kRequired);
  v("links", c.links, "a link for each dimension, where they differ");
}

template <class V>
void describe(V& v, TorusConfig& c) {
  v("shape", c.shape, "endpoints along each dimension", kRequired);
  v("wrap", c.wrap, "whether each dimension closes; none given: all do");
  v("tie_break", c.tie_break, "the way round at distance k/2");
  v("links", c.links, "a link for each dimension, where they differ");
}

class Torus : public WiredTopology {
 public:
  explicit Torus(const TorusPlan& plan)
      : WiredTopology(ChannelRule::PerHop),
        shape_(plan.shape),
        wrap_(plan.wrap),
        grid_(plan.shape, plan.wrap),
        ties_(plan.tie_break),
        period_(plan.block > 0 ? static_cast<std::uint32_t>(plan.block) : 1) {
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      wires_.kinds.push_back(link_kind(kAxisNames[d], plan.links[d]));
    }
    const auto switched = static_cast<std::uint32_t>(wires_.kinds.size());
    if (plan.block > 0) wires_.kinds.push_back(link_kind("switched", plan.switched));
    const auto block = static_cast<std::uint32_t>(plan.block);
    wires_.endpoints = wires_.vertices = grid_.vertices();
    wires_.links.reserve(std::size_t{2} * grid_.cables());
    for (std::uint32_t d = 0; d < grid_.dimensions(); ++d) {
      for (std::uint32_t v = 0; v < grid_.vertices(); ++v) {
        const std::uint32_t x = grid_.coordinate(v, d);
        if (!grid_.closed(d) && x + 1 == grid_.length(d)) continue;
        const bool is_switched = block > 0 && (x + 1) % block == 0;
        const std::uint32_t kind = is_switched ? switched : d;
        wires_.connect(v, grid_.neighbour(v, d, Sense::Up), kind);
        if (wires_.kinds[kind].optical) ++optical_;
      }
    }
  }

  [[nodiscard]] NetworkFacts facts() const override {
    const TopologyFacts counted = torus_facts(shape_, wrap_);
    NetworkFacts out{.endpoints = counted.endpoints,
                     .cables = counted.links,
                     .optical_cables = optical_,
                     .diameter = counted.diameter,
                     .average_hops = counted.average_hops};
    bool is_uniform = true;
    for (std::uint32_t d = 0; d < shape_.size(); ++d) {
      const std::uint32_t k = grid_.length(d);
      if (k < 2) continue;
      // Through the middle of the dimension and, where it closes, through its end.
      const auto rate = [&](std::uint32_t x) {
        return wires_.kind(grid_.link(x * grid_.stride(d), d, Sense::Up)).bandwidth;
      };
      BytesPerSecond cut = rate(k / 2 - 1);
      if (grid_.closed(d)) cut += rate(k - 1);
      cut *= static_cast<double>(counted.endpoints / k);
      if (out.bisection == BytesPerSecond{} || cut < out.bisection) {
        out.bisection = cut;
        out.bisection_is_bound = k % 2 != 0;  // the halves are not equal
      }
      is_uniform = is_uniform && wrap_[d] == wrap_[0];
    }
    for (const LinkKind& k : wires_.kinds) {
      is_uniform = is_uniform && k.bandwidth == wires_.kinds[0].bandwidth;
    }
    out.bisection_is_bound = out.bisection_is_bound || !is_uniform;
    return out;
  }

  [[nodiscard]] std::string vertex_name(std::uint32_t vertex) const override {
    std::string out = "(";
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      out += fmt::format("{}{}", d == 0 ? "" : ",", grid_.coordinate(vertex, d));
    }
    return out + ")";
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    std::uint32_t sum = 0;
    for (std::size_t d = 0; d < shape_.size(); ++d) sum += grid_.steps(vertex, endpoint, d);
    return static_cast<int>(sum);
  }

  [[nodiscard]] bool endpoints_forward() const override { return true; }
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return translations(grid_, period_);
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override {
    return {"dimension_order"};
  }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view /*name*/,
                                                     std::uint64_t /*seed*/) const override {
    return dimension_order(grid_, ties_, period_);
  }

 private:
  std::vector<int> shape_;
  std::vector<bool> wrap_;
  TorusGrid grid_;
  TieBreak ties_;
  std::uint32_t period_;
  std::int64_t optical_ = 0;
};

std::unique_ptr<Topology> build(TorusConfig& c, const LinkSpec& link, TopologyCheck& check) {
  TorusPlan plan{c.shape, c.wrap, c.tie_break, c.links};
  if (plan.wrap.empty()) plan.wrap.assign(c.shape.size(), true);
  if (plan.links.empty()) plan.links.assign(c.shape.size(), link);
  if (plan.wrap.size() != c.shape.size()) {
    check.fail("wrap", fmt::format("saw {} entries of wrap; expected {}, as of shape, or none",
                                   c.wrap.size(), c.shape.size()));
  }
  if (plan.links.size() != c.shape.size()) {
    check.fail("links", fmt::format("saw {} entries of links; expected {}, as of shape, or none",
                                    c.links.size(), c.shape.size()));
  }
  return make_torus(plan, "shape", check);
}

std::unique_ptr<Topology> build_mesh(MeshConfig& c, const LinkSpec& link, TopologyCheck& check) {
  TorusConfig open{c.shape, std::vector<bool>(c.shape.size(), false), TieBreak::Balanced, c.links};
  return build(open, link, check);
}

}  // namespace

std::unique_ptr<Topology> make_torus(const TorusPlan& plan, const char* key, TopologyCheck& check) {
  double vertices = 1.0;
  check.range(key, static_cast<std::int64_t>(plan.shape.size()), 1, kMostTorusDimensions);
  for (const int k : plan.shape) {
    check.range(key, k, 1, kMostLinks);
    vertices *= k;
  }
  check.size(vertices, vertices * static_cast<double>(plan.shape.size()));
  for (const LinkSpec& l : plan.links) check.link("links", l);
  if (!check.passed()) return nullptr;
  return std::make_unique<Torus>(plan);
}

TopologyFamily torus_family() {
  return family_of<TorusConfig, build>("torus", "k-ary n-cube with wrap-around cables");
}

TopologyFamily mesh_family() {
  return family_of<MeshConfig, build_mesh>("mesh", "grid without wrap-around cables");
}

}  // namespace orrery
