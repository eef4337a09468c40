// time_tree: a StepTime as the named tree that reports show.
#pragma once
#include "orrery/execute/estimate.hpp"
#include "orrery/program/memory.hpp"
#include "orrery/report/report.hpp"

namespace orrery {

// Leaves add up to step.total().
TimeNode time_tree(const StepTime& step);

std::vector<MemoryPart> memory_parts(const MemoryUse& use);

}  // namespace orrery
