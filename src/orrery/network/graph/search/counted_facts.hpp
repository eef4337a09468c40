// Facts of a network counted by searches from some of its endpoints.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/graph/search/router_graph.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// Endpoints, switches that have a cable left, and cables.
NetworkFacts counts_of(const Wires& wires);

// Diameter and average hops, exact where the endpoints see the same network as each `source` in
// equal numbers: one source of each orbit.
void count_hops(const RouterGraph& graph, const std::vector<std::uint32_t>& sources,
                NetworkFacts& facts);

// The same from at most `most` sources that `seed` draws; with its standard error where not all
// are asked. The diameter is then the largest distance seen: a lower bound.
void sample_hops(const RouterGraph& graph, std::uint32_t most, std::uint64_t seed,
                 NetworkFacts& facts);

// As many sources as a second's work allows, and never fewer than a few dozen.
std::uint32_t affordable_sources(const RouterGraph& graph);

}  // namespace orrery
