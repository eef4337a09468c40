// The bisection of a network without a closed form, from above.
#pragma once
#include "orrery/network/wires.hpp"

namespace orrery {

// The least cut that `tries` random halvings, each improved by swaps (Kernighan, Lin, 1970), find:
// an upper bound of the bisection. The switches follow the majority of their neighbours.
BytesPerSecond bisection_bound(const Wires& wires, int tries, std::uint64_t seed);

// As many tries as about a second's work allows: 64 of a small network, one of a large one.
int affordable_halvings(const Wires& wires);

}  // namespace orrery
