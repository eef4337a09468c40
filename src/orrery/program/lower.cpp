#include "orrery/program/lower.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/program/segments.hpp"
#include "orrery/program/stages.hpp"

namespace orrery {
namespace {

// Bytes that an Adam step moves per parameter: reads gradient, both moments and the master copy,
// writes the last three and the working weights.
double optimizer_bytes(const Precision& p) {
  const double moments = 2 * bytes_per_element(p.optimizer);
  const double master = p.master_weights ? 4.0 : 0.0;
  const double weight = bytes_per_element(p.weights);
  const double read =
      bytes_per_element(p.gradients) + moments + (p.master_weights ? master : weight);
  return read + moments + master + weight;
}

void add_gradient_traffic(RankClass& c, const ParallelPlan& plan, const Groups& groups) {
  const double wire = bytes_per_element(plan.precision.communication);
  const double weight = gathered_weight_bytes(plan.precision);
  const auto add = [&](CollectiveKind kind, double elements, double width,
                       const GroupShape& group) {
    if (elements <= 0 || group.ranks() < 2) return;
    c.step.push_back(
        {{kind, Bytes{elements * width}, group}, CommPurpose::Data, plan.overlap.data, 1.0});
  };
  if (plan.lora_rank > 0) return;  // adapters are thousands of times smaller than the base
  const double dense = c.parameters - c.expert_parameters;
  for (const auto& [elements, group] :
       {std::pair{dense, groups.data}, std::pair{c.expert_parameters, groups.expert_data}}) {
    if (plan.zero == 0) {
      add(CollectiveKind::AllReduce, elements, wire, group);
    } else if (plan.zero < 3) {
      add(CollectiveKind::ReduceScatter, elements, wire, group);
      add(CollectiveKind::AllGather, elements, weight, group);
    } else if (groups.replicate.ranks() > 1) {  // HSDP: shards agree across replicas once a step
      add(CollectiveKind::AllReduce, elements / groups.shard.ranks(), wire, groups.replicate);
    }
  }
  // The gradient norm: one number over everybody.
  if (groups.data.ranks() > 1) {
    c.step.push_back(
        {{CollectiveKind::AllReduce, Bytes{4}, groups.data}, CommPurpose::Data, false, 1.0});
  }
}

void add_optimizer(RankClass& c, const ParallelPlan& plan, const Groups& groups) {
  const double shard = plan.zero >= 1 ? groups.shard.ranks() : 1.0;
  const double expert_shard = plan.zero >= 1 ? groups.expert_data.ranks() : 1.0;
  double owned = (c.parameters - c.expert_parameters) / shard + c.expert_parameters / expert_shard;
  if (plan.zero >= 1 && plan.shard > 0) owned = c.parameters / shard;
  if (plan.lora_rank > 0) owned = 0;  // adapters are thousands of times smaller than the base
  const double moved = owned * optimizer_bytes(plan.precision);
  Kernel k;
  k.kind = OpKind::Elementwise;
  k.compute = DType::Fp32;
  k.bytes_read =
      moved * 0.55;  // 16 of 30 bytes are reads with fp32 gradients, 14 of 28 with bf16 ones
  k.bytes_written = moved * 0.45;
  k.flops = owned * 12;  // two moments, bias correction, square root, decay
  if (plan.offload.optimizer) {
    c.optimizer_host = Bytes{owned * (bytes_per_element(plan.precision.gradients) +
                                      bytes_per_element(plan.precision.weights))};
  } else {
    c.optimizer = {k, Work::Optimizer, 0, owned > 0 ? 1.0 : 0.0};
  }
}

}  // namespace

Schedule schedule_of(const ParallelPlan& plan) {
  return plan.schedule == Schedule::OneFOneB && plan.virtual_stages > 1 ? Schedule::Interleaved
                                                                        : plan.schedule;
}

void add_step_tasks(RankClass& c, const ParallelPlan& plan, const Groups& groups) {
  add_gradient_traffic(c, plan, groups);
  add_optimizer(c, plan, groups);
}

Batch training_batch(const ParallelPlan& plan, const Workload& work) {
  Batch b;
  const bool skips_padding = work.packing == Packing::Unpadded && work.mean_length > 0;
  const double length = skips_padding ? work.mean_length : static_cast<double>(work.sequence);
  b.sequences = work.micro;
  b.tokens = work.micro * length / plan.context;
  b.q_len = length / plan.context;
  b.kv_len = length;
  if (work.packing == Packing::Packed && work.mean_length > 0 &&
      work.mean_length < static_cast<double>(work.sequence)) {
    // Packed documents do not see each other.
    b.sequences = work.micro * static_cast<double>(work.sequence) / work.mean_length;
    b.q_len = work.mean_length / plan.context;
    b.kv_len = work.mean_length;
  }
  return b;
}

Program lower_training(const OpGraph& graph, const ParallelPlan& plan, const Workload& work,
                       const Cluster& cluster) {
  const Groups groups = groups_of(plan, cluster);
  const Batch batch = training_batch(plan, work);
  Program program;
  program.task = work.task;
  program.stages = plan.pipeline;
  program.virtual_stages = plan.virtual_stages;
  program.schedule = schedule_of(plan);
  program.micro_batches =
      std::max(1.0, static_cast<double>(work.global) / (plan.data * work.micro));
  program.ranks = plan.tensor * plan.context * plan.data * plan.pipeline;
  program.launch = plan.launch;
  program.attention_kernel = plan.attention_kernel;

  SegmentBuilder build(graph, plan, batch, groups, program);
  const std::vector<StageContents> stages = stages_of(graph, plan);
  for (int s = 0; s < plan.pipeline; ++s) {
    const StageContents& contents = stages[static_cast<std::size_t>(s)];
    RankClass c;
    c.stage = s;
    c.multiplicity = program.ranks / plan.pipeline;
    c.layers = contents.layers();
    build.stage(contents, c);
    add_step_tasks(c, plan, groups);
    program.classes.push_back(std::move(c));
  }
  if (plan.pipeline > 1) {
    // Each tensor rank sends its part and gathers the rest inside the node (Narayanan et al. 2021,
    // section 4.1, the scatter/gather optimisation).
    const double cut = plan.tensor;
    const double width = bytes_per_element(plan.precision.activations);
    program.stage_send = {
        {CollectiveKind::SendRecv,
         Bytes{batch.tokens * static_cast<double>(graph.hidden) * width / cut}, groups.pipeline},
        CommPurpose::Pipeline,
        plan.overlap.pipeline,
        1.0};
  }
  const double length =
      work.mean_length > 0 ? work.mean_length : static_cast<double>(work.sequence);
  program.useful_tokens =
      static_cast<double>(work.global) *
      (work.packing == Packing::Packed ? static_cast<double>(work.sequence) : length);
  const double per_sequence =
      work.packing == Packing::Packed && work.mean_length > 0
          ? forward_flops(graph, length) * static_cast<double>(work.sequence) / length
          : forward_flops(graph, length);
  // Backward is twice the forward: once towards inputs, once towards weights (LoRA: inputs only).
  const double passes = plan.lora_rank > 0 ? 2.0 : 3.0;
  program.model_flops = Flops{passes * per_sequence * static_cast<double>(work.global)};
  return program;
}

Program lower_forward(const OpGraph& graph, const ParallelPlan& plan, const Batch& batch,
                      const Cluster& cluster) {
  const Groups groups = groups_of(plan, cluster);
  Program program;
  program.task = batch.decode ? Task::Decode : Task::Prefill;
  program.stages = plan.pipeline;
  program.ranks = plan.tensor * plan.context * plan.data * plan.pipeline;
  program.launch = plan.launch;
  program.attention_kernel = plan.attention_kernel;
  SegmentBuilder build(graph, plan, batch, groups, program);
  Batch last_tokens = batch;
  last_tokens.tokens = batch.sequences;
  SegmentBuilder build_head(graph, plan, last_tokens, groups, program);
  const std::vector<StageContents> stages = stages_of(graph, plan);
  for (int s = 0; s < plan.pipeline; ++s) {
    const StageContents& contents = stages[static_cast<std::size_t>(s)];
    RankClass c;
    c.stage = s;
    c.multiplicity = program.ranks / plan.pipeline;
    c.layers = contents.layers();
    build.stage_forward(contents, c);
    if (contents.has_output) build_head.output_forward(c);
    program.classes.push_back(std::move(c));
  }
  if (plan.pipeline > 1) {
    const double width = bytes_per_element(plan.precision.activations);
    program.stage_send = {
        {CollectiveKind::SendRecv, Bytes{batch.tokens * static_cast<double>(graph.hidden) * width},
         groups.pipeline},
        CommPurpose::Pipeline,
        false,
        1.0};
  }
  program.useful_tokens = batch.tokens * plan.data;
  return program;
}

}  // namespace orrery
