#include "orrery/network/topologies/direct/torus_grid.hpp"

#include <algorithm>

namespace orrery {

TorusGrid::TorusGrid(std::vector<int> shape, std::vector<bool> closed) {
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const auto k = static_cast<std::uint32_t>(shape[d]);
    axes_.push_back({k, vertices_, closed[d] && k > 1});
    vertices_ *= k;
  }
  first_cable_.push_back(0);
  for (const Axis& a : axes_) {
    const std::uint32_t on_a_line = a.closed ? a.length : a.length - 1;
    first_cable_.push_back(first_cable_.back() + vertices_ / a.length * on_a_line);
  }
}

std::uint32_t TorusGrid::neighbour(std::uint32_t v, std::size_t d, Sense sense) const {
  const auto [length, stride, closed] = axes_[d];
  const std::uint32_t x = v / stride % length;
  if (sense == Sense::Up) return x + 1 < length ? v + stride : v - x * stride;
  return x > 0 ? v - stride : v + (length - 1) * stride;
}

std::uint32_t TorusGrid::cable(std::uint32_t lower, std::size_t d) const {
  const auto [length, stride, closed] = axes_[d];
  if (closed) return first_cable_[d] + lower;
  // An open line has one cable less than vertices: skip the last vertex of each line before.
  return first_cable_[d] + lower - lower / (stride * length) * stride;
}

LinkId TorusGrid::link(std::uint32_t v, std::size_t d, Sense sense) const {
  if (sense == Sense::Up) return static_cast<LinkId>(2 * cable(v, d));
  return static_cast<LinkId>(2 * cable(neighbour(v, d, Sense::Down), d) + 1);
}

std::uint32_t TorusGrid::steps(std::uint32_t a, std::uint32_t b, std::size_t d) const {
  const std::uint32_t x = coordinate(a, d);
  const std::uint32_t y = coordinate(b, d);
  const std::uint32_t straight = x > y ? x - y : y - x;
  return axes_[d].closed ? std::min(straight, axes_[d].length - straight) : straight;
}

std::uint32_t TorusGrid::base(std::uint32_t v, std::uint32_t period) const {
  std::uint32_t out = v;
  for (const Axis& a : axes_) {
    if (a.closed) out -= v / a.stride % a.length / period * period * a.stride;
  }
  return out;
}

std::optional<RouteSymmetry> translations(const TorusGrid& grid, std::uint32_t period) {
  RouteSymmetry out;
  for (std::size_t d = 0; d < grid.dimensions(); ++d) {
    if (grid.closed(d)) out.order *= grid.length(d) / period;
  }
  if (out.order == 1) return std::nullopt;
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  out.orbit.assign(std::size_t{2} * grid.cables(), kNone);
  for (std::uint32_t v = 0; v < grid.vertices(); ++v) {
    const std::uint32_t base = grid.base(v, period);
    if (base == v) out.representatives.push_back(v);  // before all of its images
    for (std::size_t d = 0; d < grid.dimensions(); ++d) {
      const bool has_upper = grid.closed(d) || grid.coordinate(v, d) + 1 < grid.length(d);
      if (!has_upper) continue;
      const std::size_t up = index(grid.link(v, d, Sense::Up));
      const std::size_t up_of_base = index(grid.link(base, d, Sense::Up));
      if (base == v) {
        out.orbit[up] = static_cast<std::uint32_t>(out.members.size());
        out.orbit[up + 1] = out.orbit[up] + 1;
        out.members.insert(out.members.end(), 2, out.order);
      } else {
        out.orbit[up] = out.orbit[up_of_base];
        out.orbit[up + 1] = out.orbit[up_of_base + 1];
      }
    }
  }
  return out;
}

}  // namespace orrery
