// Up/down on any graph: links that lead towards a root, then links that lead away from it; the
// shortest of these ways. One channel suffices: no way turns from down to up (Schroeder et al.,
// "Autonet: a high-speed, self-configuring local area network", SRC report 59, 1990).
#pragma once
#include <memory>

#include "orrery/network/routings/minimal.hpp"

namespace orrery {

std::unique_ptr<Routing> up_down(const Topology& topology, std::uint64_t seed);

}  // namespace orrery
