// The topologies by name, and the way from text to wires.
#pragma once
#include <string_view>
#include <vector>

#include "orrery/network/topologies/family.hpp"

namespace orrery {

// In alphabetical order.
const std::vector<TopologyFamily>& topology_families();

// `topology` is a map with `kind`; the family reads the rest. Errors stand where the text is wrong.
MadeTopology make_topology(const Node& topology, const LinkSpec& link);

// The same from YAML: "{kind: torus, shape: [4, 4, 4]}".
MadeTopology make_topology(std::string_view text, const LinkSpec& link);

}  // namespace orrery
