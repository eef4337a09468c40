// AlphaBetaFabric: a message takes its path's latency and its size over the narrowest link; ports
// take one message after the other, the network between them is never crowded.
#pragma once
#include <memory>

#include "orrery/network/fabric.hpp"

namespace orrery {

// Both must outlive the fabric. docs/models/network.md says where this breaks.
std::unique_ptr<Fabric> make_alpha_beta(const Wires& wires, const Routing& routing);

}  // namespace orrery
