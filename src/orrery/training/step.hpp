// training: one step of a job: its time, its memory, whether it fits.
#pragma once
#include <vector>

#include "orrery/execute/estimate.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/memory.hpp"

namespace orrery {

struct TrainingStep {
  StepTime time;
  std::vector<MemoryUse> memory;  // by stage
  std::size_t fullest = 0;        // index into memory
  Flops model_flops;
  double useful_tokens = 0;
  [[nodiscard]] Bytes peak() const { return memory[fullest].total(); }
};

// The plan must have passed check_plan().
TrainingStep training_step(const OpGraph&, const ParallelPlan&, const Workload&, const Prices&,
                           const MemoryAllowance&);

}  // namespace orrery
