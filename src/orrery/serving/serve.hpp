// serving: a replica that answers requests: prefill, one decode step, a static batch, and the
// steady state of in-flight batching, all in closed form from the same lowering as training.
#pragma once
#include <optional>
#include <vector>

#include "orrery/execute/estimate.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/memory.hpp"

namespace orrery {

// A forward pass over `sequences` prompts of `prompt` tokens on every replica.
StepTime prefill(const OpGraph&, const ParallelPlan&, double sequences, double prompt,
                 const Prices&);

// One new token for each of `sequences` with `context` tokens in the cache.
StepTime decode_step(const OpGraph&, const ParallelPlan&, double sequences, double context,
                     const Prices&);

struct Generation {
  Seconds ttft, tpot, latency;
  StepTime prefill, decode;      // decode: at the mean context
  double sequences = 0;          // in flight on a replica
  double tokens_per_second = 0;  // generated, over all replicas
};

// A static batch: all prompts first, then every decode step, the cache growing.
Generation generate(const OpGraph&, const ParallelPlan&, const Workload&, const Prices&);

// What an engine of in-flight batching is told.
struct EngineLimits {
  double most_sequences = 2048;   // slots of one replica
  double tokens_per_pass = 8192;  // prompts are prefilled in passes of at most this many tokens
  double memory_share = 0.90;     // of what is free after weights, given to the cache
};

// The steady state at the largest batch that memory allows: each slot prefills its prompt, then
// decodes.
//   tokens/s of a replica = generated / (t_prefill(prompt) + generated t_decode(B) / B)
// nullopt when not even one sequence fits.
std::optional<Generation> offline(const OpGraph&, const ParallelPlan&, const Workload&,
                                  const Prices&, const MemoryAllowance&, const EngineLimits&);

// Sequences of `length` tokens that fit a replica.
double sequences_that_fit(const OpGraph&, const ParallelPlan&, double length, const Cluster&,
                          const MemoryAllowance&, const EngineLimits&);

}  // namespace orrery
