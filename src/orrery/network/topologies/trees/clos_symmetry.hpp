// Symmetries of a folded Clos: rotations of single digits of an endpoint's number, that is of its
// place among its siblings, of its leaf's place among theirs, and so on.
#pragma once
#include <optional>

#include "orrery/network/routing.hpp"
#include "orrery/network/topologies/trees/clos_shape.hpp"

namespace orrery {

enum class Keeps : std::uint8_t {
  Wires,      // all rotations, those of the planes too
  Remainders  // those that d-mod-k keeps: endpoints of one remainder stay together
};

// None where nothing rotates.
std::optional<RouteSymmetry> rotations(const ClosShape& shape, Keeps keeps);

}  // namespace orrery
