// Facts of a network counted by searches from some of its endpoints.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/topology.hpp"

namespace orrery {

// Endpoints, switches and cables.
NetworkFacts counts_of(const Wires& wires);

// Diameter and average hops, exact where the endpoints see the same network as each `source` in
// equal numbers: one source of each orbit.
void count_hops(const Wires& wires, const std::vector<std::uint32_t>& sources, NetworkFacts& facts);

// The same from at most `most` sources that `seed` draws; with its standard error where not all
// are asked. The diameter is then the largest distance seen: a lower bound.
void sample_hops(const Wires& wires, std::uint32_t most, std::uint64_t seed, NetworkFacts& facts);

// The least cut that `tries` random halvings, each improved by swaps (Kernighan, Lin, 1970), find:
// an upper bound of the bisection. The switches follow the majority of their neighbours.
BytesPerSecond bisection_bound(const Wires& wires, int tries, std::uint64_t seed);

}  // namespace orrery
