// The symmetry of wires from generators: permutations of the vertices that map cables onto cables.
#pragma once
#include <functional>
#include <vector>

#include "orrery/network/routing.hpp"
#include "orrery/network/wires.hpp"

namespace orrery {

using VertexMap = std::function<std::uint32_t(std::uint32_t)>;

// For routings that any automorphism of the wires keeps, such as an even split over all shortest
// ways. Throws std::logic_error on a map that is none, or whose orbits of endpoints differ in size.
RouteSymmetry symmetry_of(const Wires& wires, const std::vector<VertexMap>& generators);

}  // namespace orrery
