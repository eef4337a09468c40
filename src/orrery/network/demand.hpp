// Demand: what one flow asks of the wires, whenever it does.
#pragma once
#include <cstdint>

#include "orrery/base/units.hpp"

namespace orrery {

struct Demand {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t choice = 0;  // told to the routing
  Bytes size;
};

}  // namespace orrery
