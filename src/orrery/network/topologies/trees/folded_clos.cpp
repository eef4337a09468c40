#include "orrery/network/topologies/trees/folded_clos.hpp"

#include <fmt/format.h>

#include "orrery/network/routings/destination_modulo.hpp"
#include "orrery/network/topologies/trees/clos_symmetry.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

class FoldedClos : public WiredTopology {
 public:
  FoldedClos(const ClosShape& shape, std::vector<LinkKind> kinds, std::vector<std::string> names)
      : WiredTopology(ChannelRule::One), shape_(shape), names_(std::move(names)) {
    wires_.endpoints = shape_.endpoints();
    wires_.vertices = shape_.vertices();
    wires_.kinds = std::move(kinds);
    wires_.links.reserve(std::size_t{2} * shape_.cables());
    for (int l = 0; l < shape_.levels(); ++l) {
      for (std::uint32_t subtree = 0; subtree < shape_.subtrees(l); ++subtree) {
        for (std::uint32_t child = 0; child < shape_.planes(l); ++child) {
          for (std::uint32_t i = 0; i < shape_.up(l); ++i) {
            wires_.connect(
                shape_.vertex({l, subtree, child}),
                shape_.vertex({l + 1, subtree / shape_.down(l), child + i * shape_.planes(l)}),
                static_cast<std::uint32_t>(l));
          }
        }
      }
    }
  }

  [[nodiscard]] NetworkFacts facts() const override {
    NetworkFacts out{.endpoints = shape_.endpoints(),
                     .switches = std::int64_t{shape_.vertices()} - shape_.endpoints(),
                     .cables = shape_.cables()};
    double hops = 0.0;
    for (int l = 1; l <= shape_.levels(); ++l) {
      // Peers that meet at this level.
      const double peers = static_cast<double>(shape_.below(l)) - shape_.below(l - 1);
      if (peers > 0) out.diameter = 2 * l;
      hops += 2.0 * l * peers;
    }
    if (out.endpoints > 1) out.average_hops = hops / (static_cast<double>(out.endpoints) - 1.0);
    for (int l = 0; l < shape_.levels(); ++l) {
      const LinkKind& kind = wires_.kinds[static_cast<std::size_t>(l)];
      if (kind.optical) out.optical_cables += shape_.cables(l);
      // All that half of the endpoints have upwards at this level.
      const BytesPerSecond cut = kind.bandwidth * (0.5 * shape_.cables(l));
      if (l > 0 && !(cut < out.bisection)) continue;
      out.bisection = cut;
      out.bisection_is_bound = shape_.subtrees(l) % 2 != 0;  // a subtree would be cut in two
    }
    return out;
  }

  [[nodiscard]] std::string vertex_name(std::uint32_t vertex) const override {
    const ClosShape::Place p = shape_.place(vertex);
    const std::string& name = names_[static_cast<std::size_t>(p.level)];
    if (shape_.planes(p.level) == 1) return fmt::format("{} {}", name, p.subtree);
    if (shape_.subtrees(p.level) == 1) return fmt::format("{} {}", name, p.plane);
    return fmt::format("{} {}.{}", name, p.subtree, p.plane);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    return shape_.distance(vertex, endpoint);
  }

  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return rotations(shape_, Keeps::Wires);
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override { return {"d_mod_k"}; }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view /*name*/,
                                                     std::uint64_t /*seed*/) const override {
    return destination_modulo(shape_);
  }

 private:
  ClosShape shape_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Topology> folded_clos(const ClosShape& shape, std::vector<LinkKind> kinds,
                                      std::vector<std::string> names) {
  return std::make_unique<FoldedClos>(shape, std::move(kinds), std::move(names));
}

}  // namespace orrery
