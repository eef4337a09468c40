// check_plan: whether a plan can exist at all: divisibility, ranks against chips, contradictions.
// Whether it fits in memory is a property of a valid plan, and asked elsewhere.
#pragma once
#include "orrery/base/result.hpp"
#include "orrery/hw/cluster.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

// Fills what the plan leaves open (data ranks, expert-tensor ranks), then judges it. Each error's
// `where` is the JSON pointer of the field ("/plan/tensor"); its text names the nearest valid
// choice.
Diagnostics check_plan(const OpGraph& graph, ParallelPlan& plan, const Workload& work,
                       const Cluster& cluster);

// The divisor of `whole` nearest to `wanted`.
std::int64_t nearest_divisor(std::int64_t whole, std::int64_t wanted);

}  // namespace orrery
