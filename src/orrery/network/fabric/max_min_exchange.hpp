// Max-min completion of a whole exchange, by classes of messages that cannot be told apart: the
// same facts as MaxMinFabric playing it message by message, for a small part of the work.
#pragma once
#include "orrery/network/fabric.hpp"
#include "orrery/network/fabric/exchange.hpp"

namespace orrery {

FabricResult max_min_exchange(const Wires& wires, const Routing& routing, const Exchange& exchange);

// Every endpoint sends `size` to every other, all at once. Where the routing knows its symmetry,
// only what its representatives send is looked at: billions of messages are never made.
FabricResult max_min_all_to_all(const Wires& wires, const Routing& routing, Bytes size);

}  // namespace orrery
