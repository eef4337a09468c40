// UGAL: a short way or a detour, whichever waits less: queue times hops (Singh, "Load-balanced
// routing in interconnection networks", thesis, Stanford 2005; Kim et al., ISCA 2008, section 4.2).
// The packet fabric asks its queues for each packet. Fluid has no queues: flows that are known in
// advance are dealt out by each other's load (with_detours), and all others take the short way.
#pragma once
#include <memory>

#include "orrery/network/demand.hpp"
#include "orrery/network/routing.hpp"

namespace orrery {

// Ways of `short_ways`, with those of `detours` as the alternative. A packet's channels must let
// both kinds share the wires without a circle.
std::unique_ptr<Routing> ugal(std::unique_ptr<Routing> short_ways,
                              std::unique_ptr<Routing> detours);

// `routing` with, for each demand, the short way or a detour. All start on short ways; then each in
// turn, three times over, moves to where the most loaded link, this demand included, is the least.
// A static choice by the whole load: better informed than a switch, and without its delay. Both
// must outlive the result.
std::unique_ptr<Routing> with_detours(const Wires& wires, const Routing& routing,
                                      const std::vector<Demand>& demands);

}  // namespace orrery
