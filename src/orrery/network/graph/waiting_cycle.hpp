// Deadlock freedom by the channel dependency graph: a way that holds channel a and asks for b makes
// an edge a -> b; finite buffers cannot deadlock if there is no cycle (Dally, Seitz, 1987).
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/routing.hpp"

namespace orrery {

// A cycle of channels that ways of all pairs may wait for in turn, or none. Of every pair, ways of
// `choices` choices are looked at; a sprayed way may have more.
std::vector<Hop> waiting_cycle(const Wires& wires, const Routing& routing, std::uint64_t choices);

}  // namespace orrery
