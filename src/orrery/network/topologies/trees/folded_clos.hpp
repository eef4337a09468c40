// FoldedClos: the topology of a ClosShape; fat trees, Clos networks of any oversubscription, and
// switches with planes are families of it.
#pragma once
#include "orrery/network/topologies/trees/clos_shape.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// `kinds`: what the cables of each level are, lowest first; `names`: of the vertices, by level.
std::unique_ptr<Topology> folded_clos(const ClosShape& shape, std::vector<LinkKind> kinds,
                                      std::vector<std::string> names);

}  // namespace orrery
