// lower: Model x Plan x Cluster -> Program. The one place that says what a step consists of.
#pragma once
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/groups.hpp"
#include "orrery/program/program.hpp"
#include "orrery/program/shard.hpp"

namespace orrery {

// One training step. The plan must have passed check_plan().
Program lower_training(const OpGraph& graph, const ParallelPlan& plan, const Workload& work,
                       const Cluster& cluster);

// One forward pass of a replica over `batch`: a prefill, or one decode step.
Program lower_forward(const OpGraph& graph, const ParallelPlan& plan, const Batch& batch,
                      const Cluster& cluster);

// The tokens that a micro-batch brings to one rank.
Batch training_batch(const ParallelPlan& plan, const Workload& work);

// What the plan's schedule comes to: 1f1b over several chunks a stage is interleaved.
Schedule schedule_of(const ParallelPlan& plan);

// Gradient traffic and the optimizer of a class whose parameters are known: what depends on ZeRO's
// stage alone, below stage 3.
void add_step_tasks(RankClass&, const ParallelPlan&, const Groups&);

// Whether the plan computes this op again in the backward pass.
bool is_recomputed(const Op& op, const ParallelPlan& plan);

}  // namespace orrery
