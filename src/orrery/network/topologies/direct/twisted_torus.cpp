// Twisted torus k x 2k or k x k x 2k: the wrap-around cable of a short dimension shifts the long
// one by k, which makes distances more even (Camarero, Martinez, Beivide, "Lattice graphs for
// high-scale interconnection topologies", 2015; built in TPU v4, arXiv 2304.01433).
#include <fmt/format.h>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct TwistedTorusConfig {
  std::vector<int> shape;
};

template <class V>
void describe(V& v, TwistedTorusConfig& c) {
  v("shape", c.shape, "[k, 2k] or [k, k, 2k]", kRequired);
}

// The vertices are an abelian group: steps along the short dimensions and the long one, where k
// short steps are k long ones and 2k long ones are none.
class TwistedTorus : public WiredTopology {
 public:
  TwistedTorus(std::uint32_t k, int short_dimensions, const LinkSpec& link)
      : WiredTopology(ChannelRule::PerHop), k_(k), short_(short_dimensions) {
    std::uint32_t vertices = 2 * k;
    for (int d = 0; d < short_; ++d) vertices *= k;
    wires_.endpoints = wires_.vertices = vertices;
    wires_.kinds = {link_kind("link", link)};
    wires_.links.reserve(std::size_t{2} * vertices * (short_ + 1));
    for (int d = 0; d <= short_; ++d) {
      for (std::uint32_t v = 0; v < vertices; ++v) wires_.connect(v, step(v, d), 0);
    }
    // The same from every vertex: one search answers for all.
    from_zero_ = distances_to(wires_, Graph(wires_), 0);
    facts_ = counts_of(wires_);
    double sum = 0.0;
    for (const int far : from_zero_) sum += far;
    facts_.diameter = *std::max_element(from_zero_.begin(), from_zero_.end());
    facts_.average_hops = sum / (vertices - 1.0);
    // Halves along a short dimension cut two faces of N/k cables each.
    facts_.bisection = k_ % 2 == 0 ? wires_.kinds[0].bandwidth * (2.0 * wires_.endpoints / k_)
                                   : bisection_bound(wires_, affordable_halvings(wires_), 0);
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    std::string out = "(";
    for (int d = 0; d < short_; ++d, v /= k_) out += fmt::format("{},", v % k_);
    return out + fmt::format("{})", v);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    return from_zero_[difference(vertex, endpoint)];
  }
  [[nodiscard]] bool endpoints_forward() const override { return true; }
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    std::vector<VertexMap> steps;
    for (int d = 0; d <= short_; ++d) {
      steps.emplace_back([this, d](std::uint32_t v) { return step(v, d); });
    }
    return symmetry_of(wires_, steps);
  }

 private:
  [[nodiscard]] std::uint32_t step(std::uint32_t v, int d) const {
    std::uint32_t stride = 1;
    for (int i = 0; i < d; ++i) stride *= k_;
    std::uint32_t long_stride = 1;
    for (int i = 0; i < short_; ++i) long_stride *= k_;
    const std::uint32_t z = v / long_stride;
    const std::uint32_t rest = v % long_stride;
    if (d == short_) return rest + (z + 1) % (2 * k_) * long_stride;
    if (v / stride % k_ + 1 < k_) return v + stride;
    return rest - (k_ - 1) * stride + (z + k_) % (2 * k_) * long_stride;
  }

  [[nodiscard]] std::uint32_t difference(std::uint32_t a, std::uint32_t b) const {
    std::uint32_t out = 0;
    std::uint32_t stride = 1;
    std::uint32_t carried = 0;
    for (int d = 0; d < short_; ++d, stride *= k_) {
      const std::uint32_t x = a / stride % k_;
      const std::uint32_t y = b / stride % k_;
      if (x < y) carried += k_;  // k short steps more, k long ones less
      out += (x + k_ - y) % k_ * stride;
    }
    const std::uint32_t z = (a / stride + 2 * k_ - b / stride + carried) % (2 * k_);
    return out + z * stride;
  }

  std::uint32_t k_;
  int short_;
  std::vector<int> from_zero_;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(TwistedTorusConfig& c, const LinkSpec& link, TopologyCheck& check) {
  const std::size_t n = c.shape.size();
  bool is_right = (n == 2 || n == 3) && c.shape[0] >= 2 && c.shape[n - 2] == c.shape[0] &&
                  c.shape[n - 1] == 2 * static_cast<std::int64_t>(c.shape[0]);
  if (!is_right) {
    check.fail("shape", "saw another shape; expected [k, 2k] or [k, k, 2k], k at least 2");
    return nullptr;
  }
  double vertices = 1.0;
  for (const int k : c.shape) vertices *= k;
  check.size(vertices, vertices * static_cast<double>(n));
  if (!check.passed()) return nullptr;
  return std::make_unique<TwistedTorus>(static_cast<std::uint32_t>(c.shape[0]),
                                        static_cast<int>(n) - 1, link);
}

}  // namespace

TopologyFamily twisted_torus_family() {
  return family_of<TwistedTorusConfig, build>("twisted_torus", "torus k x k x 2k with a twist");
}

}  // namespace orrery
