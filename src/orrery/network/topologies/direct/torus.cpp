// Torus and mesh of one to six dimensions, any radix, each dimension closed or open.
#include <fmt/format.h>

#include "orrery/network/routings/dimension_order.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/wired.hpp"
#include "orrery/network/topology_facts.hpp"

namespace orrery {
namespace {

constexpr std::size_t kMostDimensions = 6;
constexpr const char* kAxisNames[kMostDimensions] = {"x", "y", "z", "u", "v", "w"};

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
  Torus(const std::vector<int>& shape, const std::vector<bool>& wrap, TieBreak ties,
        std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::PerHop),
        shape_(shape),
        wrap_(wrap),
        grid_(shape, wrap),
        ties_(ties) {
    wires_.endpoints = wires_.vertices = grid_.vertices();
    wires_.kinds = std::move(kinds);
    wires_.links.reserve(std::size_t{2} * grid_.cables());
    for (std::uint32_t d = 0; d < grid_.dimensions(); ++d) {
      for (std::uint32_t v = 0; v < grid_.vertices(); ++v) {
        if (grid_.closed(d) || grid_.coordinate(v, d) + 1 < grid_.length(d)) {
          wires_.connect(v, grid_.neighbour(v, d, Sense::Up), d);
        }
      }
    }
  }

  [[nodiscard]] NetworkFacts facts() const override {
    const TopologyFacts counted = torus_facts(shape_, wrap_);
    NetworkFacts out{.endpoints = counted.endpoints,
                     .cables = counted.links,
                     .diameter = counted.diameter,
                     .average_hops = counted.average_hops};
    bool is_uniform = true;
    bool any = false;
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      if (shape_[d] < 2) continue;
      const std::int64_t lines = counted.endpoints / shape_[d];
      const std::int64_t cables = lines * (grid_.closed(d) ? 2 : 1);
      const BytesPerSecond cut = wires_.kinds[d].bandwidth * static_cast<double>(cables);
      if (!any || cut < out.bisection) {
        out.bisection = cut;
        out.bisection_is_bound = shape_[d] % 2 != 0;  // the halves are not equal
      }
      any = true;
      is_uniform = is_uniform && wrap_[d] == wrap_[0] &&
                   wires_.kinds[d].bandwidth == wires_.kinds[0].bandwidth;
      if (wires_.kinds[d].optical) {
        out.optical_cables += lines * (grid_.closed(d) ? shape_[d] : shape_[d] - 1);
      }
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
    return translations(grid_);
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override {
    return {"dimension_order"};
  }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view /*name*/,
                                                     std::uint64_t /*seed*/) const override {
    return dimension_order(grid_, ties_);
  }

 private:
  std::vector<int> shape_;
  std::vector<bool> wrap_;
  TorusGrid grid_;
  TieBreak ties_;
};

bool check_shape(const std::vector<int>& shape, TopologyCheck& check) {
  double vertices = 1.0;
  check.range("shape", static_cast<std::int64_t>(shape.size()), 1, kMostDimensions);
  for (const int k : shape) {
    check.range("shape", k, 1, kMostLinks);
    vertices *= k;
  }
  check.size(vertices, vertices * static_cast<double>(shape.size()));
  return check.passed();
}

std::unique_ptr<Topology> build(const std::vector<int>& shape, std::vector<bool> wrap,
                                TieBreak ties, const std::vector<LinkSpec>& links,
                                const LinkSpec& link, TopologyCheck& check) {
  if (!check_shape(shape, check)) return nullptr;
  if (wrap.empty()) wrap.assign(shape.size(), true);
  if (wrap.size() != shape.size()) {
    check.fail("wrap", fmt::format("saw {} entries of wrap; expected {}, as of shape, or none",
                                   wrap.size(), shape.size()));
  }
  if (!links.empty() && links.size() != shape.size()) {
    check.fail("links", fmt::format("saw {} entries of links; expected {}, as of shape, or none",
                                    links.size(), shape.size()));
  }
  for (const LinkSpec& l : links) check.link("links", l);
  if (!check.passed()) return nullptr;
  std::vector<LinkKind> kinds;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    kinds.push_back(link_kind(kAxisNames[d], links.empty() ? link : links[d]));
  }
  return std::make_unique<Torus>(shape, wrap, ties, std::move(kinds));
}

std::unique_ptr<Topology> build_torus(TorusConfig& c, const LinkSpec& link, TopologyCheck& check) {
  return build(c.shape, c.wrap, c.tie_break, c.links, link, check);
}

std::unique_ptr<Topology> build_mesh(MeshConfig& c, const LinkSpec& link, TopologyCheck& check) {
  return build(c.shape, std::vector<bool>(c.shape.size(), false), TieBreak::Balanced, c.links, link,
               check);
}

}  // namespace

TopologyFamily torus_family() {
  return family_of<TorusConfig, build_torus>("torus", "k-ary n-cube with wrap-around cables");
}

TopologyFamily mesh_family() {
  return family_of<MeshConfig, build_mesh>("mesh", "grid without wrap-around cables");
}

}  // namespace orrery
