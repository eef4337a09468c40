// MaxMinFabric: messages as fluid, links shared max-min fairly, rates anew whenever a message
// starts or ends. Exact: no time step, no approximation.
//
// Equations, classes, and where this breaks: docs/models/network.md.
#pragma once
#include <memory>

#include "orrery/network/fabric.hpp"

namespace orrery {

// Both must outlive the fabric.
std::unique_ptr<Fabric> make_max_min(const Wires& wires, const Routing& routing);

}  // namespace orrery
