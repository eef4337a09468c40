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
Program prefill_program(const OpGraph&, const ParallelPlan&, double sequences, double prompt,
                        const Cluster&);

// One new token for each of `sequences` with `context` tokens in the cache.
Program decode_program(const OpGraph&, const ParallelPlan&, double sequences, double context,
                       const Cluster&);

struct Generation {
  Seconds ttft, tpot, latency;
  StepTime prefill, decode;      // decode: at the mean context
  double sequences = 0;          // in flight on a replica
  double tokens_per_second = 0;  // generated, over all replicas
};

// What an engine of in-flight batching is told.
struct EngineLimits {
  double most_sequences = 2048;   // slots of one replica
  double tokens_per_pass = 8192;  // prompts are prefilled in passes of at most this many tokens
  double memory_share = 0.90;     // of what is free after weights, given to the cache
  double requests = 0;            // queued at once over all replicas; 0: they never end
};

// Programs that a generation is made of, priced, so that a sweep over stacks lays each over once.
struct PricedGeneration {
  PricedProgram prefill, first, middle, last;  // decode with an empty, half and full answer
  double sequences = 0, prompts_a_pass = 1, generated = 0, replicas = 1, stages = 1;
  double requests = 0;  // a replica's share; 0: endless
  bool in_flight = false;
};

// A static batch: all prompts first, then every decode step, the cache growing.
PricedGeneration price_generate(const OpGraph&, const ParallelPlan&, const Workload&,
                                const Prices&);

// The largest batch that memory allows; nullopt when not even one sequence fits.
std::optional<PricedGeneration> price_offline(const OpGraph&, const ParallelPlan&, const Workload&,
                                              const Prices&, const MemoryAllowance&,
                                              const EngineLimits&);

// Static: latency = t_prefill + sum of decode steps. In flight, a replica's B slots each prefill
// their prompt, then decode:  tokens/s = generated / (t_prefill(prompt) + generated t_decode(B) /
// B).
Generation generation(const PricedGeneration&, const Stack&, double straggler_sigma);

// Sequences of `length` tokens that fit a replica.
double sequences_that_fit(const OpGraph&, const ParallelPlan&, double length, const Cluster&,
                          const MemoryAllowance&, const EngineLimits&);

}  // namespace orrery
