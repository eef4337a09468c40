// A topology some of whose cables have failed. Vertices and links keep their numbers.
#pragma once
#include <memory>

#include "orrery/network/topology.hpp"

namespace orrery {

// `left`: the wires of `whole` with Wires::failed set; they join all endpoints.
std::unique_ptr<Topology> make_degraded(std::unique_ptr<Topology> whole, Wires left);

}  // namespace orrery
