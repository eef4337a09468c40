// Memory: what the ranks of one stage hold at their fullest moment, part by part.
#pragma once
#include <vector>

#include "orrery/ops/op_graph.hpp"
#include "orrery/program/groups.hpp"
#include "orrery/program/plan.hpp"
#include "orrery/program/shard.hpp"
#include "orrery/program/stages.hpp"

namespace orrery {

// What a software stack takes beside tensors. Read from catalog/calibration/memory.yaml.
struct MemoryAllowance {
  Bytes context;               // driver, kernels, library workspaces
  Bytes per_communicator;      // channels' buffers of one communicator
  double fragmentation = 0.0;  // of activations, as the caching allocator leaves holes
};

template <class V>
void describe(V& v, MemoryAllowance& m) {
  v("context", m.context, "driver, kernels and library workspaces", kRequired);
  v("per_communicator", m.per_communicator, "buffers of one communicator", kRequired);
  v("fragmentation", m.fragmentation, "share of activations lost to holes", kRequired);
  v.also("source");
}

struct MemoryUse {
  Bytes weights, gradients, optimizer, activations, logits, kv_cache, communication, workspace;
  [[nodiscard]] Bytes total() const {
    return weights + gradients + optimizer + activations + logits + kv_cache + communication +
           workspace;
  }
};

// A stage before ZeRO, the schedule and offload of the optimizer decide how much of it is held.
struct Footprint {
  double dense = 0, expert = 0;  // weights of one rank
  double largest = 0;            // those of its largest layer
  Bytes per_micro_batch;         // saved activations
  Bytes rebuilt;                 // one layer's activations while it is recomputed
  Bytes logits;
  [[nodiscard]] double weights() const { return dense + expert; }
};
Footprint training_footprint(const OpGraph&, const StageContents&, const ParallelPlan&,
                             const Batch&);

// The same under the plan's ZeRO and offload, with that many micro-batches in flight.
MemoryUse training_use(const Footprint&, const ParallelPlan&, const Groups&, double in_flight,
                       const MemoryAllowance&);

// One entry a stage.
std::vector<MemoryUse> training_memory(const OpGraph&, const ParallelPlan&, const Workload&,
                                       const Cluster&, const MemoryAllowance&);

// A replica's ranks with `sequences` of `length` tokens in its cache and a pass over `batch`.
std::vector<MemoryUse> serving_memory(const OpGraph&, const ParallelPlan&, const Batch& batch,
                                      double sequences, double length, const Cluster&,
                                      const MemoryAllowance&);

// Bytes of saved inputs of one layer for one micro-batch on one rank, under the plan's recompute.
Bytes saved_of_layer(const Layer&, const Shard&, const ParallelPlan&, Bytes layer_input);

// Micro-batches whose activations stage `stage` holds at once, in units of the whole stage.
double micro_batches_in_flight(const ParallelPlan&, double micro_batches, int stage);

}  // namespace orrery
