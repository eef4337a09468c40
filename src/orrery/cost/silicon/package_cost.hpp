// What one good package costs to make: dies from wafers, memory, carrier, substrate, test, and what
// is thrown away on the way. Prices to the chip's maker, without design, masks or margin.
#pragma once
#include <string>
#include <vector>

#include "orrery/cost/silicon/chip_area.hpp"
#include "orrery/cost/silicon/yield.hpp"

namespace orrery {

struct DieCost {
  Die die;
  double per_wafer = 0;
  double yield = 0;      // of dies that can be sold, spares used
  double untouched = 0;  // of dies without any defect
  Dollars each;          // a good one
};

struct PackageCost {
  std::vector<DieCost> dies;
  Dollars logic, memory, carrier, test;
  Dollars lost;      // with packages that failed when dies were placed
  double yield = 1;  // of placing all dies and stacks
  Dollars total;     // of a good package
};

PackageCost package_cost(const Chip& chip, const ChipArea& area, const Technology& technology,
                         YieldModel model = YieldModel::NegativeBinomial);

}  // namespace orrery
