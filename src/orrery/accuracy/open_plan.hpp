// What a row does not print about its degrees of parallelism is chosen as a user would choose it.
#pragma once
#include "orrery/accuracy/row_study.hpp"
#include "orrery/accuracy/table.hpp"

namespace orrery {

// Neither a degree nor a sharding rule is printed.
bool degrees_are_open(const TableRow& row);

// Takes the fastest degrees (and micro-batch) that fit, under the rest of the row's plan and the
// stack for frameworks never seen. Leaves the study as it is when nothing fits.
void choose_degrees(RowStudy& row, const Catalog& catalog);

}  // namespace orrery
