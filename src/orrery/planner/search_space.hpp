// PlanSpace: the values that a search tries for each knob of a plan. Its points are the products of
// these lists that can exist; a knob that is not listed here stays as the base plan has it.
//
// A list is in order of preference: of two plans equally good, the one that comes first wins.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/hw/cluster.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

struct PlanSpace {
  // How ranks are laid out. Data ranks are what is left of the chips.
  std::vector<int> tensor{1}, pipeline{1}, virtual_stages{1}, context{1}, expert{1};
  std::vector<int> expert_tensor{0};
  std::vector<double> micro{1};
  std::vector<StageLayout> stages{StageLayout{}};
  // What changes the kernels and what they keep.
  std::vector<bool> sequence_parallel{false}, fused_attention{true}, offload_activations{false};
  std::vector<Recompute> recompute{Recompute::None};
  // What leaves the kernels alone.
  std::vector<int> zero{1};
  std::vector<Schedule> schedule{Schedule::OneFOneB};
  std::vector<bool> offload_optimizer{false};
  std::vector<bool> overlap_data{true}, overlap_tensor{false}, overlap_pipeline{true};
  std::vector<bool> overlap_expert{false}, overlap_context{true};
};

// Everything that `base` says, and nothing else.
PlanSpace space_of(const ParallelPlan& base, const Workload& work);

// Degrees, micro-batch, recompute and ZeRO free; precision, overlap, offload, schedule and launch
// as `base` has them. Degrees are divisors of the chips: tensor also of the attention heads,
// context where 2,048 tokens a rank are left, expert also of the experts; chunks of a stage divide
// its layers.
PlanSpace degrees_for(const OpGraph&, const ParallelPlan& base, const Workload&, const Cluster&);

// All of it: also schedule, overlaps, offloads and sequence parallelism.
PlanSpace space_for(const OpGraph&, const ParallelPlan& base, const Workload&, const Cluster&);

// A way to lay out ranks and micro-batches; knobs that change nothing elsewhere are still free.
struct Shape {
  ParallelPlan plan;
  double micro = 1;
};

// The shapes of a space, in order. Only products that fill the chips and split the batch without a
// rest belong to a space, and more than one chunk a stage only where all chunks are alike; what
// check_plan() says of them is asked later.
std::vector<Shape> shapes(const PlanSpace&, const OpGraph&, const ParallelPlan& base,
                          const Workload&, const Cluster&);

}  // namespace orrery
