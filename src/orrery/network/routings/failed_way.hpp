// Whether ways of a routing that knows nothing of failures lead through a failed link.
#pragma once
#include <cstdint>
#include <optional>

#include "orrery/network/routing.hpp"

namespace orrery {

// The first failed link of the ways that a flow between the two takes, of packets and as fluid.
std::optional<LinkId> failed_link(const Wires& wires, const Routing& routing, std::uint32_t from,
                                  std::uint32_t to, std::uint64_t choice);

}  // namespace orrery
