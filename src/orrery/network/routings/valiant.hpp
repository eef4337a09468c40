// Valiant: a shortest way to a random router, then a shortest way on (Valiant, Brebner, "Universal
// schemes for parallel communication", STOC 1981). Any pattern loads links as evenly as uniform
// traffic does, at about twice the hops.
//
// A fluid flow is the exact mean over all routers that have endpoints: a search over them for
// each question, so for networks of thousands rather than of millions.
#pragma once
#include <memory>

#include "orrery/network/routings/minimal.hpp"

namespace orrery {

std::unique_ptr<Routing> valiant(const Topology& topology, std::uint64_t seed);

}  // namespace orrery
