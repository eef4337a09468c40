// The parts that step_time() is made of, for the planner: plans that differ in ZeRO stage, schedule
// or overlap share most of them. Called in this order they give step_time() to the last bit.
#pragma once
#include <array>
#include <vector>

#include "orrery/execute/estimate.hpp"

namespace orrery {

// What one micro-batch costs on every stage, with the busiest stage's phases.
struct StageTimes {
  std::array<SegmentTime, kPhases> busiest;
  std::vector<Seconds> weight_gradient;  // by stage
};

// All micro-batches on the busiest stage: kernels, traffic inside the stage, host. Overwrites
// `step`.
void add_stages(const PricedProgram&, const Stack&, StageTimes&, StepTime& step);

// Sends between stages and the bubble; nothing with one stage.
void add_pipeline(const PricedProgram&, const Stack&, const StageTimes&, StepTime&);

// Training only: gradient traffic and the optimizer of the busiest stage.
void add_once_a_step(const PricedProgram::Stage& busiest, const StageTimes&, const Stack&,
                     StepTime&);

// Waiting for the slowest of all ranks.
void add_stragglers(int ranks, double sigma, StepTime&);

// What add_once_a_step() needs of a class of ranks: `runs` are its own.
PricedProgram::Stage price(const RankClass&, const Prices&);

}  // namespace orrery
