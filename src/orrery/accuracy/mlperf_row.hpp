// What the rules of the MLPerf training benchmark say of a submission that its row does not print.
#pragma once
#include <string>

#include "orrery/accuracy/row_study.hpp"

namespace orrery {

// "MLPerf NVIDIA bert": submissions of one vendor run one code; that code is the stack.
std::string mlperf_framework(const TableRow& row);

// Formats, packing, splits. `replicas`: chips over the printed tensor, pipeline and context ranks.
void apply_mlperf(const TableRow& row, int replicas, RowStudy& out);

}  // namespace orrery
