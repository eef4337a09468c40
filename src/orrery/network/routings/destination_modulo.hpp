// d-mod-k on a folded Clos: the way up to endpoint d passes, at each level, the switch d modulo the
// number of switches of its subtree; the way down is the only one. Each endpoint is so reached by
// one switch of the top (Zahavi, "D-Mod-K routing providing non-blocking traffic for shift
// permutations on real life fat trees", CCIT report 776, 2010). Up, then down: no cycle of waiting.
#pragma once
#include <memory>

#include "orrery/network/routing.hpp"
#include "orrery/network/topologies/trees/clos_shape.hpp"

namespace orrery {

std::unique_ptr<Routing> destination_modulo(const ClosShape& shape);

}  // namespace orrery
