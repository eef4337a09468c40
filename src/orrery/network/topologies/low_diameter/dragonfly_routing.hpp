// Dragonfly's own routings (Kim, Dally, Scott, Abts, ISCA 2008, section 4): minimal ways of at most
// one local, one global and one local cable; Valiant's over a random group. The channel counts the
// global cables already crossed, which keeps buffers from waiting in a circle.
#pragma once
#include <memory>

#include "orrery/network/topologies/low_diameter/dragonfly_shape.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// `dragonfly` has that shape; both must outlive the routing.
std::unique_ptr<Routing> local_global_local(const Topology& dragonfly, const DragonflyShape& shape,
                                            std::uint64_t seed);
// Between two groups over a third, drawn for each packet; within a group as above.
std::unique_ptr<Routing> valiant_groups(const Topology& dragonfly, const DragonflyShape& shape,
                                        std::uint64_t seed);

}  // namespace orrery
