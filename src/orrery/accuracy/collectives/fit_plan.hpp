// What is fitted on measured collectives, in which order, and where each search starts.
#pragma once
#include <vector>

#include "orrery/accuracy/collective_fit.hpp"

namespace orrery {

struct FabricPlan {
  const char* fabric;
  FabricCalibration prior;
  const char* data;         // for the file's `source`
  const char* lender = "";  // whose lines it would speak if nobody had measured it
};

// Fabrics inside nodes before those between them.
std::vector<FabricPlan> fabric_plans();

// Classes of collectives without rows speak like the nearest one that has some.
void fill_classes(FabricCalibration& fabric, const CollectiveFit& fit);

}  // namespace orrery
