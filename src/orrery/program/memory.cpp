#include "orrery/program/memory.hpp"

#include <algorithm>

#include "orrery/program/lower.hpp"

namespace orrery {
namespace {

struct Weights {
  double dense = 0, expert = 0;
  [[nodiscard]] double all() const { return dense + expert; }
};

Weights layer_weights(const Layer& layer, const Shard& shard) {
  Weights w;
  for (const Op& op : layer.ops) {
    (op.sharding == Sharding::Experts ? w.expert : w.dense) += shard.parameters(op);
  }
  return w;
}

Weights stage_weights(const OpGraph& graph, const StageContents& contents, const Shard& shard,
                      bool training, Weights* largest) {
  Weights total;
  const auto add = [&](const Layer& layer, int count) {
    const Weights w = layer_weights(layer, shard);
    total.dense += count * w.dense;
    total.expert += count * w.expert;
    if (largest != nullptr && w.all() > largest->all()) *largest = w;
  };
  if (contents.has_input) add(graph.input, 1);
  for (const LayerRun& run : contents.runs)
    add(graph.layers[static_cast<std::size_t>(run.layer)], run.count);
  if (contents.has_output) {
    add(graph.output, 1);
    if (training) {
      for (const Layer& head : graph.extra_heads) add(head, 1);
    }
  }
  return total;
}

int communicators(const ParallelPlan& plan) {
  return (plan.tensor > 1) + (plan.pipeline > 1) + (plan.context > 1) + (plan.expert > 1) +
         (plan.data * plan.context > 1);
}

}  // namespace

double micro_batches_in_flight(const ParallelPlan& plan, double micro_batches, int stage) {
  const double p = plan.pipeline, v = plan.virtual_stages;
  if (plan.schedule == Schedule::GPipe) return micro_batches;
  if (plan.virtual_stages > 1) {
    // Warm-up of the interleaved schedule: 2 (p - s - 1) + (v - 1) p chunks, and the one at work.
    const double chunks = 2 * (p - stage - 1) + (v - 1) * p + 1;
    return std::min(chunks, micro_batches * v) / v;
  }
  return std::min(micro_batches, p - stage);
}

Bytes saved_of_layer(const Layer& layer, const Shard& shard, const ParallelPlan& plan,
                     Bytes layer_input) {
  if (plan.recompute == Recompute::Full) return plan.offload.activations ? Bytes{0} : layer_input;
  Bytes total;
  for (const Op& op : layer.ops) {
    if (!is_recomputed(op, plan)) {
      total += shard.saved(op);
    } else if (op.kind == OpKind::Attention && plan.recompute_ops.empty()) {
      // Selective recompute of the attention core keeps q, k and v: only scores are dropped.
      ParallelPlan fused = plan;
      fused.fused_attention = true;
      total += Shard(fused, shard.batch()).saved(op);
    }
  }
  return total;
}

Footprint training_footprint(const OpGraph& graph, const StageContents& contents,
                             const ParallelPlan& plan, const Batch& batch) {
  const Shard shard(plan, batch);
  const double width = bytes_per_element(plan.precision.activations);
  const double sequence_cut = plan.sequence_parallel ? plan.tensor : 1.0;
  const Bytes layer_input{batch.tokens * static_cast<double>(graph.hidden) * width / sequence_cut};
  Footprint f;
  Weights largest;
  const Weights w = stage_weights(graph, contents, shard, true, &largest);
  f.dense = w.dense;
  f.expert = w.expert;
  f.largest = largest.all();
  int full_layers = plan.recompute == Recompute::Full && plan.recompute_layers > 0
                        ? plan.recompute_layers
                        : contents.layers();
  ParallelPlan kept = plan;
  kept.recompute = Recompute::None;
  for (const LayerRun& run : contents.runs) {
    const Layer& layer = graph.layers[static_cast<std::size_t>(run.layer)];
    const Bytes whole = saved_of_layer(layer, shard, kept, layer_input);
    const int recomputed = std::min(full_layers, run.count);
    full_layers -= recomputed;
    f.per_micro_batch += recomputed * saved_of_layer(layer, shard, plan, layer_input) +
                         (run.count - recomputed) * whole;
    if (plan.recompute == Recompute::Full) {
      // The layer's input, kept as its checkpoint, is not there twice.
      f.rebuilt = std::max(f.rebuilt, whole - saved_of_layer(layer, shard, plan, layer_input));
    }
  }
  if (contents.has_input) {
    for (const Op& op : graph.input.ops) f.per_micro_batch += shard.saved(op);
  }
  if (contents.has_output) {
    for (const Op& op : graph.output.ops) f.logits += shard.saved(op);
  }
  return f;
}

MemoryUse training_use(const Footprint& f, const ParallelPlan& plan, const Groups& groups,
                       double in_flight, const MemoryAllowance& allowance) {
  const Precision& precision = plan.precision;
  const double shards = groups.shard.ranks();
  const double expert_shards = plan.shard > 0 ? shards : groups.expert_data.ranks();
  const double sharded = f.dense / shards + f.expert / expert_shards;
  MemoryUse use;
  const double weight_width = bytes_per_element(precision.weights);
  use.weights = Bytes{weight_width * (plan.zero >= 3 ? sharded : f.weights())};
  // Gathered weights of two layers stand beside the shards: the one at work and the prefetched
  // one.
  if (plan.zero >= 3) use.communication += Bytes{2 * weight_width * f.largest};
  if (plan.lora_rank == 0) {
    use.gradients =
        Bytes{bytes_per_element(precision.gradients) * (plan.zero >= 2 ? sharded : f.weights())};
    const double optimizer_width =
        2 * bytes_per_element(precision.optimizer) + (precision.master_weights ? 4 : 0);
    if (!plan.offload.optimizer) {
      use.optimizer = Bytes{optimizer_width * (plan.zero >= 1 ? sharded : f.weights())};
    }
  }
  use.activations = in_flight * f.per_micro_batch + f.rebuilt;
  use.activations *= 1.0 + allowance.fragmentation;
  use.logits = f.logits;
  use.communication += static_cast<double>(communicators(plan)) * allowance.per_communicator;
  use.workspace = allowance.context;
  return use;
}

std::vector<MemoryUse> training_memory(const OpGraph& graph, const ParallelPlan& plan,
                                       const Workload& work, const Cluster& cluster,
                                       const MemoryAllowance& allowance) {
  const Groups groups = groups_of(plan, cluster);
  const Batch batch = training_batch(plan, work);
  const double micro_batches =
      std::max(1.0, static_cast<double>(work.global) / (plan.data * work.micro));
  std::vector<MemoryUse> uses;
  const std::vector<StageContents> stages = stages_of(graph, plan);
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const Footprint f = training_footprint(graph, stages[s], plan, batch);
    const double in_flight = micro_batches_in_flight(plan, micro_batches, static_cast<int>(s));
    uses.push_back(training_use(f, plan, groups, in_flight, allowance));
  }
  return uses;
}

std::vector<MemoryUse> serving_memory(const OpGraph& graph, const ParallelPlan& plan,
                                      const Batch& batch, double sequences, double length,
                                      const Cluster&, const MemoryAllowance& allowance) {
  const Shard shard(plan, batch);
  std::vector<MemoryUse> uses;
  const double width = bytes_per_element(plan.precision.activations);
  const double cache_width = bytes_per_element(plan.precision.kv_cache);
  for (const StageContents& contents : stages_of(graph, plan)) {
    MemoryUse use;
    const Weights w = stage_weights(graph, contents, shard, false, nullptr);
    use.weights = Bytes{bytes_per_element(plan.precision.weights) * w.all()};
    double cache = 0;
    for (const LayerRun& run : contents.runs) {
      for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
        const AttentionShape& a = op.attention;
        double kept = length / static_cast<double>(std::max<std::int64_t>(a.compress, 1));
        if (a.window > 0) kept = std::min(kept, static_cast<double>(a.window));
        cache += run.count * (kept * shard.cache_per_token(op) * cache_width +
                              static_cast<double>(op.state_elements) / plan.tensor * 4);
      }
    }
    use.kv_cache = Bytes{cache * sequences};
    // A pass holds a handful of hidden-sized buffers; the widest is the MLP's.
    double widest = static_cast<double>(graph.hidden);
    for (const Layer& layer : graph.layers) {
      for (const Op& op : layer.ops) {
        if (op.kind == OpKind::Matmul)
          widest = std::max(widest, static_cast<double>(op.n) / plan.tensor);
      }
    }
    use.activations =
        Bytes{batch.tokens * width * (widest + 4 * static_cast<double>(graph.hidden))};
    if (contents.has_output) {
      use.logits = Bytes{batch.sequences * static_cast<double>(graph.vocabulary) / plan.tensor * 4};
    }
    use.communication = static_cast<double>(communicators(plan)) * allowance.per_communicator;
    use.workspace = allowance.context;
    uses.push_back(use);
  }
  return uses;
}

}  // namespace orrery
