// MappedKernel: a kernel other than a plain product laid onto systolic arrays and the vector units
// beside them: its time, what every level moves, and the mapping in words. Internal to compute.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "orrery/compute/tile/array_chip.hpp"
#include "orrery/hw/memory_level.hpp"

namespace orrery {

// Where it is laid.
struct ArrayTarget {
  const Chip& chip;
  const roofline::Parts& parts;
  const std::vector<MemoryLevel>& levels;  // on chip, outermost first
};

struct MappedKernel {
  roofline::Raw raw;
  bool waits_on_chip = false;         // a transfer on chip takes longest
  std::vector<LevelTraffic> traffic;  // on chip, outermost first
  std::vector<MappingFact> facts;
};

// None: no units of the chip are its own, or too little is known of it.
std::optional<MappedKernel> mapped_kernel(const ArrayTarget& target, const Kernel& kernel);

// What passes between a level and the one inside it: `outside[l]` crosses the outer side of level
// l, `innermost` goes to the units.
std::vector<LevelTraffic> level_traffic(const ArrayTarget& target, const double* outside,
                                        std::size_t levels, double innermost);

// The name of the scratchpad next to the units.
std::string innermost_name(const ArrayTarget& target);
std::string mebibytes(double bytes);
std::string counted(double number);

}  // namespace orrery
