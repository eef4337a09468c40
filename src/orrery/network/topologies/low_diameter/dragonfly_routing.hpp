// Dragonfly's own routings (Kim, Dally, Scott, Abts, ISCA 2008, section 4): minimal ways of at most
// one local, one global and one local cable; Valiant's over a random group. The channel counts the
// global cables already crossed, which keeps buffers from waiting in a circle.
#pragma once
#include <memory>

#include "orrery/network/routing.hpp"
#include "orrery/network/topologies/low_diameter/dragonfly_shape.hpp"

namespace orrery {

// The shape and the symmetry of the wires must outlive the routing's topology.
std::unique_ptr<Routing> local_global_local(const DragonflyShape& shape, std::uint64_t seed,
                                            std::optional<RouteSymmetry> symmetry);
// Between two groups over a third, drawn for each packet; within a group as above.
std::unique_ptr<Routing> valiant_groups(const DragonflyShape& shape, std::uint64_t seed);

}  // namespace orrery
