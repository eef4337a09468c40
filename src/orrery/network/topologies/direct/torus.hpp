// The torus as other families make it: a ring, the slice of an optically switched pod.
#pragma once
#include <memory>
#include <vector>

#include "orrery/network/routings/dimension_order.hpp"
#include "orrery/network/topologies/family.hpp"

namespace orrery {

inline constexpr std::size_t kMostTorusDimensions = 6;

struct TorusPlan {
  std::vector<int> shape;
  std::vector<bool> wrap;
  TieBreak tie_break = TieBreak::Balanced;
  std::vector<LinkSpec> links;  // one for each dimension
  int block = 0;                // edge of a cube; cables that leave it are `switched`; 0: no cubes
  LinkSpec switched;
};

// nullptr where the plan is wrong; `key` names what of the description made the shape.
std::unique_ptr<Topology> make_torus(const TorusPlan& plan, const char* key, TopologyCheck& check);

}  // namespace orrery
