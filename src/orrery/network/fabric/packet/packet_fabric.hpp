// PacketFabric: every packet through every port, with finite buffers and congestion control.
#pragma once
#include <memory>

#include "orrery/network/fabric.hpp"
#include "orrery/network/fabric/packet/options.hpp"

namespace orrery {

// Wires and routing must outlive the fabric. Throws InternalError when packets wait for each other
// in a circle: credits need a routing whose channels keep that apart. docs/models/network.md.
std::unique_ptr<Fabric> make_packet(const Wires& wires, const Routing& routing,
                                    const PacketOptions& options);

}  // namespace orrery
