// Slice: the part of a torus pod that a number of chips gets. Rules of the pods we know:
//   optically switched (block > 0): up to one cube any box of powers of two, closed only when it
//     is the whole cube; beyond it every dimension is a multiple of the cube's edge, and closes;
//   fixed wiring (block == 0): boxes of powers of two; a dimension closes only at full length.
#pragma once
#include <optional>
#include <vector>

#include "orrery/hw/cluster.hpp"

namespace orrery {

struct Slice {
  std::vector<int> shape;
  std::vector<bool> wrap;
};

// The most cubic slice of exactly that many chips, or nullopt when the pod has none.
std::optional<Slice> most_cubic_slice(const Tier& pod, int chips);

}  // namespace orrery
