// What every published row says of itself: its source, model, cluster and calibrations.
#pragma once
#include <string>

#include "orrery/accuracy/row_study.hpp"

namespace orrery {

// Fills all but plan, workload and measurement; false with a reason in `outcome` when the row's model
// or chips are unknown. `framework` names the stack.
bool open_row(const TableRow& row, const std::string& framework, const Names& names,
              const Catalog& catalog, RowStudy& out, RowOutcome& outcome);

}  // namespace orrery
