// tune: the best plans of a space, exactly: every point is scored with the numbers that
// training_step() would give it, to the last bit. It is fast because plans share their parts:
//
//   kernels and collectives   of a layer  <- shape, sequence parallelism, recompute, offload,
//   attention times of all stages                   <- those and the overlaps inside a layer sends
//   and bubble                      <- those and schedule, overlap of sends gradients and optimizer
//   <- those and ZeRO, overlap of gradients, offload
//
// and a point costs one sum over the parts.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "orrery/cost/prices.hpp"
#include "orrery/planner/search_space.hpp"
#include "orrery/training/step.hpp"

namespace orrery {

enum class Objective : std::uint8_t { Time, Cost, Energy, Memory };

template <>
struct EnumNames<Objective> {
  static constexpr std::pair<const char*, Objective> values[] = {{"time", Objective::Time},
                                                                 {"cost", Objective::Cost},
                                                                 {"energy", Objective::Energy},
                                                                 {"memory", Objective::Memory}};
};

// Every plan competes for a place among the best, or only the best one of each Shape.
enum class Ranking : std::uint8_t { EveryPlan, BestOfEachShape };

struct TuneTask {
  const OpGraph& graph;
  const ParallelPlan& base;
  const Workload& work;  // training
  const Prices& prices;
  const MemoryAllowance& memory;
  const PriceList& money;
  const PowerCalibration& power;
};

struct TuneGoal {
  Objective objective = Objective::Time;
  int top = 10;
  Ranking ranking = Ranking::EveryPlan;
  double memory_share = 1.0;  // of a chip's memory that a plan may fill
};

struct RankedPlan {
  ParallelPlan plan;
  Workload work;  // with the plan's micro-batch
  TrainingStep step;
  Joules energy;  // of one step on all chips
  Dollars cost;
};

struct TuneResult {
  std::vector<RankedPlan> best;  // best first; ties: faster, smaller, earlier in the space
  std::int64_t plans_evaluated = 0;
  std::int64_t plans_feasible = 0;
  std::map<std::string, std::int64_t> plans_infeasible;  // by reason: "memory", "plan.tensor", ...
  double cpu_s = 0;
};

// Training only.
TuneResult tune(const TuneTask&, const PlanSpace&, const TuneGoal&);

// Under which reason a plan that check_plan() refuses is counted: "plan.tensor".
std::string reason_of(const Diagnostics& problems);

}  // namespace orrery
