// The memories of a chip as one list. `memory`, `l2`, `sram` and `host_link` are the short form of
// what `levels` says in full; a file may use either or both, if they agree.
#pragma once
#include <vector>

#include "orrery/hw/chip.hpp"

namespace orrery {

// Innermost first: `levels`, and what the short form has beyond them.
std::vector<MemoryLevel> memory_levels(const Chip& chip);

// Scratchpads and caches between the units and main memory, innermost first: what mappings of
// products are searched over.
std::vector<MemoryLevel> on_chip_levels(const Chip& chip);

// Independent copies of a level, each shared by its cores.
int instances(const MemoryLevel& level, const Chip& chip);

// As deep as mappings are searched.
inline constexpr int kMostOnChipLevels = 4;

// The least that a scratchpad must hold for a product to be tiled: tiles of the matrix unit's size
// of two 16-bit operands and of fp32 sums. Zero where there are no systolic arrays.
Bytes smallest_tile(const Chip& chip);

}  // namespace orrery
