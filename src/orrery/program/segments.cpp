#include "orrery/program/segments.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/program/lower.hpp"

namespace orrery {
namespace {

// Of `nodes`, how many different ones hold the experts of a token that visits `top_k` at random.
double nodes_visited(double nodes, double top_k) {
  return nodes * (1.0 - std::pow(1.0 - 1.0 / nodes, top_k));
}

}  // namespace

bool is_recomputed(const Op& op, const ParallelPlan& plan) {
  if (plan.recompute == Recompute::None) return false;
  if (plan.recompute == Recompute::Full) return true;
  if (plan.recompute_ops.empty()) return op.recompute_cheap;
  return std::ranges::any_of(plan.recompute_ops, [&](const std::string& name) {
    return op.name == name || op.name.starts_with(name + ".") ||
           (name == "norm" && op.kind == OpKind::Norm);
  });
}

SegmentBuilder::SegmentBuilder(const OpGraph& graph, const ParallelPlan& plan, const Batch& batch,
                               const Groups& groups, Program& program)
    : graph_(graph),
      plan_(plan),
      batch_(batch),
      groups_(groups),
      program_(program),
      shard_(plan, batch) {}

int SegmentBuilder::op_index(const Op& op) {
  const auto found = std::ranges::find(program_.op_names, op.name);
  if (found != program_.op_names.end()) return static_cast<int>(found - program_.op_names.begin());
  program_.op_names.push_back(op.name);
  return static_cast<int>(program_.op_names.size()) - 1;
}

int SegmentBuilder::append(Segment segment) {
  program_.segments.push_back(std::move(segment));
  return static_cast<int>(program_.segments.size()) - 1;
}

// A Row product leaves partial sums: an all-reduce, or under sequence parallelism a reduce-scatter
// here and an all-gather before the next Column product. A cut embedding does the same.
void SegmentBuilder::tensor_traffic(const Op& op, Segment& segment) const {
  const bool partial = op.sharding == Sharding::Row ||
                       (op.sharding == Sharding::Vocabulary && op.kind == OpKind::Embedding);
  if (!partial || plan_.tensor < 2) return;
  const double elements = batch_.tokens * op.rows_per_token * static_cast<double>(op.n);
  const double width = bytes_per_element(plan_.precision.activations);
  const auto add = [&](CollectiveKind kind, double bytes_each, bool always_overlaps = false) {
    segment.comm.push_back({{kind, Bytes{elements * bytes_each}, groups_.tensor},
                            CommPurpose::Tensor,
                            plan_.overlap.tensor,
                            1.0,
                            always_overlaps});
  };
  if (!plan_.sequence_parallel) {
    add(CollectiveKind::AllReduce, width);
    return;
  }
  add(CollectiveKind::ReduceScatter, width);
  if (op.kind == OpKind::Embedding) return;
  const double gathered = gathered_activation_bytes(plan_.precision);
  add(CollectiveKind::AllGather, gathered);
  // For the weight gradient, while the other gradient is computed.
  if (segment.phase == Phase::Backward && plan_.gathers_inputs_again)
    add(CollectiveKind::AllGather, gathered, true);
}

// Tokens travel to their experts and back: one all-to-all a permutation.
void SegmentBuilder::expert_traffic(const Op& op, Segment& segment) const {
  if (op.kind != OpKind::Permute || plan_.expert < 2) return;
  const double width = bytes_per_element(plan_.precision.activations);
  const auto top_k = static_cast<double>(op.moe.top_k);
  const double copy = batch_.tokens * op.rows_per_token / plan_.tensor * static_cast<double>(op.k) *
                      width * (plan_.capacity_factor > 0 ? plan_.capacity_factor : 1.0);
  const double sent = copy * top_k;
  const auto add = [&](CollectiveKind kind, double bytes, const GroupShape& group, CommPurpose traffic,
                       bool overlap) {
    segment.comm.push_back({{kind, Bytes{bytes}, group}, traffic, overlap, 1.0});
  };
  const int inside = groups_.expert.members[0];
  const double nodes = groups_.expert.ranks() / static_cast<double>(inside);
  if (plan_.expert_dispatch == ExpertDispatch::Hierarchical && nodes > 1) {
    GroupShape within, between = groups_.expert;
    within.members[0] = inside;
    within.concurrent = groups_.expert.concurrent;
    between.members[0] = 1;
    add(CollectiveKind::AllToAll, copy * nodes_visited(nodes, top_k), between, CommPurpose::Expert,
        plan_.overlap.expert);
    if (inside > 1)
      add(CollectiveKind::AllToAll, sent, within, CommPurpose::Expert, plan_.overlap.expert);
  } else {
    add(CollectiveKind::AllToAll, sent, groups_.expert, CommPurpose::Expert, plan_.overlap.expert);
  }
  if (plan_.expert_tensor > 1) {
    const bool back = op.name.ends_with("unpermute");
    add(back ? CollectiveKind::ReduceScatter : CollectiveKind::AllGather,
        sent * plan_.expert_tensor, groups_.expert_tensor, CommPurpose::Tensor, false);
  }
}

// Keys and values go around the ring (or are gathered) while attention works on what has come.
void SegmentBuilder::context_traffic(const Op& op, Segment& segment, double factor) const {
  if (op.kind != OpKind::Attention || plan_.context < 2 || batch_.decode) return;
  const AttentionShape& a = op.attention;
  const double width = bytes_per_element(plan_.precision.activations);
  const double kv_heads = std::max(1.0, static_cast<double>(a.kv_heads) / plan_.tensor);
  const double kv =
      batch_.tokens * kv_heads * static_cast<double>(a.head_dim + a.v_head_dim) * width;
  if (plan_.context_exchange == ContextExchange::AllToAll) {
    const double heads = static_cast<double>(a.heads) / plan_.tensor;
    const double q_and_out =
        batch_.tokens * heads * static_cast<double>(a.head_dim + a.v_head_dim) * width;
    segment.comm.push_back({{CollectiveKind::AllToAll, Bytes{q_and_out + kv}, groups_.context},
                            CommPurpose::Context,
                            false,
                            factor});
    return;
  }
  segment.comm.push_back({{CollectiveKind::AllGather, Bytes{kv * plan_.context}, groups_.context},
                          CommPurpose::Context,
                          plan_.overlap.context && plan_.context_exchange == ContextExchange::Ring,
                          factor});
}

// ZeRO-3: weights are gathered before each pass of each micro-batch.
void SegmentBuilder::weight_gather(const Built& built, Segment& segment) const {
  if (plan_.zero < 3) return;
  const double width = gathered_weight_bytes(plan_.precision);
  const double dense = built.parameters - built.expert_parameters;
  if (dense > 0 && groups_.shard.ranks() > 1) {
    segment.comm.push_back({{CollectiveKind::AllGather, Bytes{dense * width}, groups_.shard},
                            CommPurpose::Data,
                            plan_.overlap.data,
                            1.0});
  }
  const GroupShape& experts = plan_.expert > 1 ? groups_.expert_data : groups_.shard;
  if (built.expert_parameters > 0 && experts.ranks() > 1) {
    segment.comm.push_back(
        {{CollectiveKind::AllGather, Bytes{built.expert_parameters * width}, experts},
         CommPurpose::Data,
         plan_.overlap.data,
         1.0});
  }
}

void SegmentBuilder::gradient_scatter(const Built& built, Segment& segment) const {
  if (plan_.zero < 3 || plan_.lora_rank > 0) return;
  const double width = bytes_per_element(plan_.precision.communication);
  const double dense = built.parameters - built.expert_parameters;
  if (dense > 0 && groups_.shard.ranks() > 1) {
    segment.comm.push_back({{CollectiveKind::ReduceScatter, Bytes{dense * width}, groups_.shard},
                            CommPurpose::Data,
                            plan_.overlap.data,
                            1.0});
  }
  const GroupShape& experts = plan_.expert > 1 ? groups_.expert_data : groups_.shard;
  if (built.expert_parameters > 0 && experts.ranks() > 1) {
    segment.comm.push_back(
        {{CollectiveKind::ReduceScatter, Bytes{built.expert_parameters * width}, experts},
         CommPurpose::Data,
         plan_.overlap.data,
         1.0});
  }
}

SegmentBuilder::Built SegmentBuilder::build(const Layer& layer, bool is_layer, Passes passes) {
  Built built;
  double expert_products = 0;
  for (const Op& op : layer.ops) {
    const double weights = shard_.parameters(op);
    built.parameters += weights;
    if (op.sharding == Sharding::Experts) built.expert_parameters += weights;
    if (op.kind == OpKind::GroupedMatmul) {
      expert_products += static_cast<double>(op.moe.experts) / plan_.expert;
    }
  }
  Segment forward{Phase::Forward, {}, {}, {}, is_layer, expert_products};
  Segment recompute{Phase::Recompute, {}, {}, {}, is_layer, expert_products};
  Segment backward{Phase::Backward, {}, {}, {}, is_layer, expert_products};
  // What follows the inputs of the last product makes the layer's output alone.
  const Op* last_needed = layer.ops.data() + layer.ops.size();
  for (const Op& op : layer.ops) {
    if (op.kind == OpKind::Matmul || op.kind == OpKind::GroupedMatmul) last_needed = &op;
  }
  weight_gather(built, forward);
  if (passes == Passes::Training) {
    weight_gather(built, backward);
    gradient_scatter(built, backward);
  }
  for (const Op& op : layer.ops) {
    if (passes == Passes::Forward && op.kind == OpKind::CrossEntropy) continue;
    const int index = op_index(op);
    shard_.forward(op, index, forward.compute);
    tensor_traffic(op, forward);
    expert_traffic(op, forward);
    context_traffic(op, forward, 1.0);
    if (passes == Passes::Forward) continue;
    const bool needed =
        !plan_.recompute_stops_early || plan_.recompute != Recompute::Full || &op < last_needed;
    if (is_layer && needed && is_recomputed(op, plan_)) {
      shard_.forward(op, index, recompute.compute);
      if (plan_.recompute == Recompute::Full) {
        tensor_traffic(op, recompute);
        expert_traffic(op, recompute);
        context_traffic(op, recompute, 1.0);
      }
    }
    shard_.backward(op, index, backward.compute);
    tensor_traffic(op, backward);
    expert_traffic(op, backward);
    context_traffic(op, backward, 2.0);  // keys and values come, their gradients go
  }
  if (plan_.offload.activations && is_layer) {
    const Bytes input{batch_.tokens * static_cast<double>(graph_.hidden) *
                      bytes_per_element(plan_.precision.activations)};
    forward.host = backward.host = input;
  }
  built.forward = append(std::move(forward));
  if (!recompute.compute.empty()) built.recompute = append(std::move(recompute));
  if (passes == Passes::Training) built.backward = append(std::move(backward));
  return built;
}

const SegmentBuilder::Built& SegmentBuilder::body_layer(int index, Passes passes) {
  const auto found = layers_.find(index);
  if (found != layers_.end()) return found->second;
  return layers_[index] = build(graph_.layers[static_cast<std::size_t>(index)], true, passes);
}

void SegmentBuilder::add(const Built& built, int count, int recomputed, RankClass& out) const {
  out.forward.push_back({built.forward, count});
  if (built.recompute >= 0 && recomputed > 0)
    out.recompute.push_back({built.recompute, recomputed});
  if (built.backward >= 0) out.backward.push_back({built.backward, count});
  out.parameters += count * built.parameters;
  out.expert_parameters += count * built.expert_parameters;
}

void SegmentBuilder::stage(const StageContents& contents, RankClass& out) {
  int left = plan_.recompute == Recompute::Full && plan_.recompute_layers > 0
                 ? plan_.recompute_layers
                 : contents.layers();
  if (contents.has_input) add(build(graph_.input, false, Passes::Training), 1, 0, out);
  for (const LayerRun& run : contents.runs) {
    const int recomputed = std::min(left, run.count);
    left -= recomputed;
    add(body_layer(run.layer, Passes::Training), run.count, recomputed, out);
  }
  if (contents.has_output) {
    add(build(graph_.output, false, Passes::Training), 1, 0, out);
    for (const Layer& head : graph_.extra_heads) {
      add(build(head, true, Passes::Training), 1, plan_.recompute == Recompute::None ? 0 : 1, out);
    }
  }
}

void SegmentBuilder::stage_forward(const StageContents& contents, RankClass& out) {
  if (contents.has_input) add(build(graph_.input, false, Passes::Forward), 1, 0, out);
  for (const LayerRun& run : contents.runs)
    add(body_layer(run.layer, Passes::Forward), run.count, 0, out);
}

void SegmentBuilder::output_forward(RankClass& out) {
  add(build(graph_.output, false, Passes::Forward), 1, 0, out);
}

}  // namespace orrery
