#include "orrery/network/graph/symmetry.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"
#include "orrery/network/graph/graph.hpp"
#include "orrery/network/graph/orbits.hpp"

namespace orrery {
namespace {

// Links by (from, to, id), so that a pair of vertices names its parallel links.
class LinkIndex {
 public:
  explicit LinkIndex(const Wires& wires) : wires_(wires), first_(wires.vertices + std::size_t{1}) {
    const Graph graph(wires);
    sorted_.reserve(wires.links.size());
    for (std::uint32_t v = 0; v < wires.vertices; ++v) {
      first_[v] = static_cast<std::uint32_t>(sorted_.size());
      const auto out = graph.out(v);
      sorted_.insert(sorted_.end(), out.begin(), out.end());
      std::stable_sort(sorted_.begin() + first_[v], sorted_.end(),
                       [&](LinkId a, LinkId b) { return wires.link(a).to < wires.link(b).to; });
    }
    first_.back() = static_cast<std::uint32_t>(sorted_.size());
    ordinal_.resize(sorted_.size());
    for (std::size_t i = 1; i < sorted_.size(); ++i) {
      const Link& a = wires.link(sorted_[i - 1]);
      const Link& b = wires.link(sorted_[i]);
      if (a.from == b.from && a.to == b.to) {
        ordinal_[index(sorted_[i])] = ordinal_[index(sorted_[i - 1])] + 1;
      }
    }
  }

  // The link between two images that is parallel to others as `l` is.
  [[nodiscard]] std::uint32_t image(std::uint32_t l, std::uint32_t from, std::uint32_t to) const {
    const auto begin = sorted_.begin() + first_[from];
    const auto end = sorted_.begin() + first_[from + 1];
    const auto at =
        std::partition_point(begin, end, [&](LinkId other) { return wires_.link(other).to < to; });
    const auto found = at + ordinal_[l];
    ORRERY_CHECK(found < end && wires_.link(*found).to == to &&
                     wires_.link(*found).kind == wires_.links[l].kind,
                 "a generator maps link {} onto no link", l);
    return static_cast<std::uint32_t>(index(*found));
  }

 private:
  const Wires& wires_;
  std::vector<std::uint32_t> first_;
  std::vector<LinkId> sorted_;
  std::vector<std::uint32_t> ordinal_;
};

}  // namespace

RouteSymmetry symmetry_of(const Wires& wires, const std::vector<VertexMap>& generators) {
  const auto count = static_cast<int>(generators.size());
  RouteSymmetry out;
  std::uint32_t found = 0;
  const auto image = [&](int g, std::uint32_t v) {
    return generators[static_cast<std::size_t>(g)](v);
  };
  const std::vector<std::uint32_t> endpoint = orbits(wires.endpoints, count, image, found);
  std::vector<std::uint32_t> size(found, 0);
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    if (size[endpoint[e]]++ == 0) out.representatives.push_back(e);
  }
  out.order = size[0];
  for (const std::uint32_t s : size) {
    ORRERY_CHECK(s == out.order, "orbits of endpoints of {} and {}", s, out.order);
  }
  const LinkIndex links(wires);
  out.orbit = orbits(
      static_cast<std::uint32_t>(wires.links.size()), count,
      [&](int g, std::uint32_t l) {
        return links.image(l, image(g, wires.links[l].from), image(g, wires.links[l].to));
      },
      found);
  out.members.assign(found, 0);
  for (const std::uint32_t o : out.orbit) ++out.members[o];
  return out;
}

}  // namespace orrery
