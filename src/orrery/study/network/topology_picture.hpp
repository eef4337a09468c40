// A drawing of a topology: endpoints below, switches above them by their distance; switches that
// are joined to their like on a circle; without switches a grid of the shape, or a circle.
#pragma once
#include <string>
#include <vector>

#include "orrery/network/topology.hpp"

namespace orrery {

// "" where it has more than a few thousand cables: such a picture shows nothing.
std::string topology_svg(const Topology& topology, const std::string& title,
                         const std::vector<int>& shape);

}  // namespace orrery
