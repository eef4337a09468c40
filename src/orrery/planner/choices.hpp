// Choices: for one shape, the values of each knob that the shape leaves open, without those that
// change nothing there. Internal to the planner.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "orrery/planner/search_space.hpp"

namespace orrery::planning {

enum Knob : std::uint8_t {
  kSequenceParallel,
  kRecompute,
  kFusedAttention,
  kOffloadActivations,
  kOverlapTensor,
  kOverlapExpert,
  kOverlapContext,
  kSchedule,
  kOverlapPipeline,
  kZero,
  kOffloadOptimizer,
  kOverlapData,
  kKnobs
};

// A position in the space's list of each knob. Positions fit four bits.
using Pick = std::array<std::uint8_t, kKnobs>;
using Choices = std::array<std::vector<std::uint8_t>, kKnobs>;

// What is left out, and why nothing is lost:
//   one tensor rank             no tensor traffic; sequence parallelism cuts nothing
//   one stage                   nothing is sent, no schedule waits, GPipe holds no less than others
//   one data rank               nothing is sharded or reduced; ZeRO-3 adds gathered copies
//   one context or expert rank  no such traffic
// So a plan as fast that needs no more memory stays.
Choices choices_for(const PlanSpace& space, const ParallelPlan& shape);

// Points of the shape: the product of the counts.
std::int64_t points(const Choices& choices);

void apply(const PlanSpace& space, const Pick& pick, ParallelPlan& plan);

// Order of preference among equally good picks of one shape.
std::uint64_t order(const Pick& pick);

}  // namespace orrery::planning
