#include "orrery/training/step.hpp"

#include "orrery/program/lower.hpp"

namespace orrery {

TrainingStep training_step(const OpGraph& graph, const ParallelPlan& plan, const Workload& work,
                           const Prices& prices, const MemoryAllowance& allowance) {
  const Program program = lower_training(graph, plan, work, prices.cluster);
  TrainingStep step;
  step.time = estimate(program, prices);
  step.memory = training_memory(graph, plan, work, prices.cluster, allowance);
  for (std::size_t s = 0; s < step.memory.size(); ++s) {
    if (step.memory[s].total() > step.memory[step.fullest].total()) step.fullest = s;
  }
  step.model_flops = program.model_flops;
  step.useful_tokens = program.useful_tokens;
  return step;
}

}  // namespace orrery
