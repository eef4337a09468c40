// TorusGrid: the arithmetic of a torus or mesh: coordinates, neighbours, numbers of its cables.
//
// Vertex x0 + k0 (x1 + k1 (x2 + ...)). Cables stand dimension by dimension, each by the vertex at
// its lower end; the cable from the last to the first coordinate of a closed dimension belongs to
// the last. A closed dimension of two has two cables between the same vertices.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/routing.hpp"

namespace orrery {

enum class Sense : std::uint8_t { Up, Down };

class TorusGrid {
 public:
  TorusGrid(std::vector<int> shape, std::vector<bool> closed);

  [[nodiscard]] std::uint32_t vertices() const { return vertices_; }
  [[nodiscard]] std::uint32_t cables() const { return first_cable_.back(); }
  [[nodiscard]] std::size_t dimensions() const { return axes_.size(); }
  [[nodiscard]] std::uint32_t length(std::size_t d) const { return axes_[d].length; }
  [[nodiscard]] bool closed(std::size_t d) const { return axes_[d].closed; }
  [[nodiscard]] std::uint32_t coordinate(std::uint32_t v, std::size_t d) const {
    return v / axes_[d].stride % axes_[d].length;
  }
  // Vertices between neighbours of that dimension.
  [[nodiscard]] std::uint32_t stride(std::size_t d) const { return axes_[d].stride; }
  // The vertex one step away; there must be one.
  [[nodiscard]] std::uint32_t neighbour(std::uint32_t v, std::size_t d, Sense sense) const;
  [[nodiscard]] LinkId link(std::uint32_t v, std::size_t d, Sense sense) const;
  // Steps between two coordinates, the shorter way.
  [[nodiscard]] std::uint32_t steps(std::uint32_t a, std::uint32_t b, std::size_t d) const;
  // The vertex with the coordinates of all closed dimensions reduced modulo `period`.
  [[nodiscard]] std::uint32_t base(std::uint32_t v, std::uint32_t period) const;

 private:
  struct Axis {
    std::uint32_t length;
    std::uint32_t stride;
    bool closed;
  };
  [[nodiscard]] std::uint32_t cable(std::uint32_t lower, std::size_t d) const;

  std::vector<Axis> axes_;
  std::vector<std::uint32_t> first_cable_;
  std::uint32_t vertices_ = 1;
};

// The translations along the closed dimensions: they keep wires, and dimension order under every
// tie rule. By multiples of `period`, which divides every closed dimension: the edge of a cube
// where cables between cubes are of another kind. None where nothing moves.
std::optional<RouteSymmetry> translations(const TorusGrid& grid, std::uint32_t period);

}  // namespace orrery
