#include <algorithm>
#include <cmath>

#include "orrery/accuracy/mlperf_row.hpp"
#include "orrery/accuracy/open_plan.hpp"
#include "orrery/accuracy/row_opening.hpp"
#include "orrery/accuracy/row_study.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// The first whole number in a text such as "full,5 layers" or "FSDP=16 over ICI", after `key`.
int number_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return 0;
  const std::size_t digit = text.find_first_of("0123456789", at + key.size());
  return digit == std::string::npos ? 0 : std::atoi(text.c_str() + digit);
}

int degree(const TableRow& row, const char* column, int otherwise) {
  const auto n = row.number(column);
  return n && *n >= 1 ? static_cast<int>(*n) : otherwise;
}

Precision precision_of(const TableRow& row) {
  const std::string dtype =
      folded(row.text("dtype").empty() ? row.text("precision_hint") : row.text("dtype"));
  Precision p = precision_named(DType::Bf16);
  if (contains(dtype, "nvfp4") || contains(dtype, "mxfp4")) {
    p = precision_named(DType::Fp4);
  } else if (contains(dtype, "fp8")) {
    p = precision_named(DType::Fp8);
    // "secondary": Blackwell's on a page without a column for it; there "blockwise" is MX.
    p.scaling = contains(dtype, "mx") || contains(dtype, "secondary") ? Scaling::Mx
                : contains(dtype, "blockwise")                       ? Scaling::Block
                : contains(dtype, "row")                             ? Scaling::Row
                                                                     : Scaling::Tensor;
  } else if (contains(dtype, "fp16")) {
    p = precision_named(DType::Fp16);
  } else if (contains(dtype, "tf32")) {
    p = precision_named(DType::Tf32);
  }
  return p;
}

// Software facts that a table's framework implies: documented defaults of that framework's recipes.
void apply_framework(const TableRow& row, ParallelPlan& plan, Workload& work) {
  const std::string f = folded(row.text("framework")), notes = folded(row.text("notes"));
  if (contains(f, "megatron") || contains(f, "nemo")) {
    // Megatron turns sequence parallelism on with tensor parallelism since 2022; before, off.
    plan.sequence_parallel = plan.tensor > 1 && !contains(f, "megatronlm");
    plan.zero = contains(f, "megatronlm") ? 0 : 1;
    if (contains(f, "megatronlm")) {
      plan.fused_attention = false;  // flash attention came in 2023
      plan.overlap = {false, false, false, false, false};
    }
    plan.overlap.tensor = contains(f, "megatroncore") || contains(f, "bridge");
    // Megatron-LM reduced fp16 gradients in fp16; bf16 ones in fp32 until the recipes of 2025.
    plan.precision.communication = contains(f, "bridge")       ? DType::Bf16
                                   : contains(f, "megatronlm") ? DType::Fp16
                                                               : DType::Fp32;
    if (contains(f, "bridge")) {
      plan.precision.gradients = DType::Bf16;
      // fp8_param_gather of the current-scaling recipes.
      plan.precision.casts_gathered_weights = plan.precision.scaling == Scaling::Tensor;
    }
    // Transformer Engine gathers the quantised input.
    plan.precision.casts_gathered_activations = plan.precision.scaling != Scaling::None;
    // DeepEP on HGX, HybridEP on NVL72: the flex dispatcher of these recipes; those of gpt-oss keep
    // the plain one (Megatron-Bridge, models/gpt_oss).
    const bool is_plain =
        contains(f, "megatronlm") || contains(folded(row.text("model")), "gptoss");
    plan.expert_dispatch = is_plain ? ExpertDispatch::AllToAll : ExpertDispatch::Hierarchical;
  }
  if (contains(f, "llmfoundry")) {
    // Composer FSDP: DEFAULT keeps fp32 shards and reduces in bf16; PURE holds everything in bf16.
    plan.zero = 3;
    plan.recompute_stops_early = true;
    plan.attention_kernel = AttentionKernel::Triton;  // MPT's attn_impl of the time
    if (contains(f, "pure")) {
      plan.precision.gradients = DType::Bf16;
      plan.precision.optimizer = DType::Bf16;
      plan.precision.master_weights = false;
    }
  }
  if (contains(f, "torchtitan")) {
    plan.recompute_stops_early = true;
    plan.sequence_parallel = plan.tensor > 1;
    plan.attention_kernel = AttentionKernel::Flash2;  // PyTorch's scaled_dot_product_attention
    plan.overlap.tensor = contains(notes, "asynctp");
    plan.precision.communication = DType::Fp32;  // FSDP2 reduces gradients in fp32 by default
    // torchao gathers in fp8 under one scale a tensor, in bf16 under one a row.
    plan.precision.casts_gathered_weights = plan.precision.casts_gathered_activations =
        plan.precision.scaling == Scaling::Tensor;
  }
  if (contains(f, "maxtext")) {
    plan.zero = 3;
    plan.recompute_stops_early = true;
    plan.sequence_parallel = plan.tensor > 1;
    plan.gathers_inputs_again = false;
    plan.overlap.tensor = true;  // collective matmul is XLA's default on these configurations
    plan.precision.gradients = DType::Fp32;
    plan.launch = Launch::Graph;
  }
  if (contains(folded(row.text("cuda_graph")), "full")) plan.launch = Launch::Graph;
  (void)work;
}

void apply_sharding(const TableRow& row, const Cluster& cluster, ParallelPlan& plan) {
  const std::string zero = folded(row.text("zero"));
  if (contains(zero, "zero3") || contains(zero, "fullshard")) plan.zero = 3;
  if (contains(zero, "shardgradop") || contains(zero, "zero2like")) plan.zero = 2;
  if (contains(zero, "distributedoptimizer")) plan.zero = 1;
  // FSDP2 under a pipeline keeps the weights gathered between micro-batches.
  if (plan.zero == 3 && plan.pipeline > 1 && contains(zero, "fsdp2")) plan.zero = 2;
  const int inside = plan.tensor * plan.pipeline * plan.context;
  const int ranks = cluster.chips / std::max(1, inside);
  if (zero.starts_with("fsdp") && contains(zero, "withinslice")) {
    plan.zero = 3;
    plan.shard = std::min(ranks, number_after(row.text("zero"), "slice") / plan.tensor);
  } else if (row.text("zero").starts_with("FSDP=")) {
    plan.zero = 3;
    plan.shard = std::min(ranks, number_after(row.text("zero"), "FSDP="));
  }
  if (plan.shard > 0 && ranks % plan.shard != 0) plan.shard = 0;
}

void apply_recompute(const TableRow& row, ParallelPlan& plan) {
  const std::string& text = row.text("recompute");
  const std::string r = folded(text), f = folded(row.text("framework"));
  const bool is_maxtext = contains(f, "maxtext");
  if (r.starts_with("none") || (r.empty() && !is_maxtext)) return;
  if (r.starts_with("full") || r.empty()) {  // MaxText's remat_policy is full unless a row says else
    plan.recompute = Recompute::Full;
    plan.recompute_layers = contains(text, "layers") ? number_after(text, "full") : 0;
    return;
  }
  plan.recompute = Recompute::Selective;
  const auto drop = [&](const char* name) { plan.recompute_ops.emplace_back(name); };
  if (is_maxtext) {
    if (contains(r, "minimal")) {  // keeps matrix products' outputs: norms, activations,
                                   // attention's core again
      drop("norm"), drop("mlp.act"), drop("attention.core"), drop("attention.rotary");
    } else if (contains(r, "qkvproj")) {  // query, key, value kept on the host; the rest again
      drop("norm"), drop("attention.core"), drop("attention.out"), drop("mlp");
      plan.offload.activations = true;
    } else {
      plan.recompute = Recompute::Full;
      plan.recompute_ops.clear();
    }
    return;
  }
  if (contains(f,
               "torchtitan")) {  // keeps every second matrix product and attention: the rest again
    drop("norm"), drop("mlp.act"), drop("mlp.gate_up"), drop("attention.rotary"),
        drop("attention.out");
    return;
  }
  if (contains(r, "seqpar")) {
    plan.sequence_parallel = plan.tensor > 1;
    return;  // Korthikanti et al.: the attention core
  }
  if (contains(r, "mlauproj")) drop("attention.q_up"), drop("attention.kv_up");
  if (contains(r, "layernorm") || contains(r, "norm")) drop("norm");
  if (contains(r, "moeact") || contains(r, "act")) drop("experts.act");
  if (contains(r, "mlp") && !contains(r, "mlauproj")) drop("mlp");
  if (contains(r, "mlauprojmlp")) drop("mlp");
  if (contains(r, "layernormmoe") && !contains(r, "moeact")) drop("experts"), drop("moe");
}

std::optional<double> measured_step(const TableRow& row, const OpGraph& graph, const Workload& work,
                                    int chips) {
  for (const char* column : {"step_time_s", "median_step_s"}) {
    if (const auto t = row.number(column); t && *t > 0) return t;
  }
  const double tokens = static_cast<double>(work.global) * static_cast<double>(work.sequence);
  if (const auto rate = row.number("tokens_per_s_per_accel"); rate && *rate > 0)
    return tokens / (*rate * chips);
  if (const auto tflops = row.number("tflops_per_accel"); tflops && *tflops > 0) {
    // MaxText's published TFLOP/s count full attention, the others the causal half.
    const auto s = static_cast<double>(work.sequence);
    double flops = forward_flops(graph, s);
    if (contains(folded(row.text("framework")), "maxtext")) {
      for (const LayerRun& run : graph.body) {
        for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
          if (op.kind == OpKind::Attention) flops += run.count * forward_flops(op, s, s);
        }
      }
    }
    return 3.0 * flops * static_cast<double>(work.global) / (*tflops * 1e12 * chips);
  }
  return std::nullopt;
}

// Copies the published setting over the study; false (with a reason) when it cannot be expressed.
bool fill_plan(const TableRow& row, const Catalog& catalog, RowStudy& out, RowOutcome& outcome) {
  Study& study = out.study;
  ParallelPlan& plan = study.plan;
  Workload& work = study.work;
  const Cluster& cluster = study.setting.cluster;
  plan.tensor = degree(row, "tp", 1);
  plan.pipeline = degree(row, "pp", 1);
  plan.virtual_stages = plan.pipeline > 1 ? degree(row, "vp", 1) : 1;
  plan.context = degree(row, "cp", 1);
  plan.expert = degree(row, "ep", 1);
  plan.precision = precision_of(row);
  apply_framework(row, plan, work);
  const bool is_mlperf = !row.text("version").empty() && !row.text("org").empty();
  apply_sharding(row, cluster, plan);
  apply_recompute(row, plan);
  const std::string notes = folded(row.text("notes")), model = folded(row.text("model"));
  if (contains(model, "tokendrop")) plan.capacity_factor = 1.0;
  // Since 26.06 the MoE recipes on Blackwell capture a whole iteration as one CUDA graph.
  if (out.stack.starts_with("megatron-bridge-26.06-blackwell") && has_experts(study.graph)) {
    plan.launch = Launch::Graph;
  }
  if (contains(model, "lora") || contains(notes, "loraperformance")) plan.lora_rank = 16;
  if (!has_experts(study.graph)) plan.expert = 1;
  plan.stages.embedding_is_layer = plan.stages.head_is_layer =
      plan.pipeline > 1 && depth(study.graph) % (plan.pipeline * plan.virtual_stages) != 0;
  // Recipes lay heavy heads out by hand: what neither divides evenly nor does with embedding and
  // head counted is balanced.
  const int chunks = plan.pipeline * plan.virtual_stages;
  if (plan.pipeline > 1 && contains(folded(row.text("framework")), "megatron") &&
      (depth(study.graph) + 2) % chunks != 0 && depth(study.graph) % chunks != 0) {
    plan.stages.balanced = true;
  }
  work.global = static_cast<std::int64_t>(row.number("global_batch").value_or(0));
  work.sequence = static_cast<std::int64_t>(row.number("seq_len").value_or(0));
  const auto micro = row.number("micro_batch");
  const int replicas = cluster.chips / std::max(1, plan.tensor * plan.pipeline * plan.context);
  if (micro && *micro > 0) {
    work.micro = *micro;
  } else if (const auto accumulation = row.number("grad_accum");
             accumulation && *accumulation > 0 && replicas > 0) {
    work.micro = static_cast<double>(work.global) / (*accumulation * replicas);
  } else if (contains(folded(row.text("framework")), "maxtext") && replicas > 0) {
    work.micro = static_cast<double>(work.global) / replicas;  // no accumulation in these recipes
  } else {
    out.micro_is_open = true;
    work.micro = 1;
  }
  if (is_mlperf) apply_mlperf(row, replicas, out);
  out.virtual_stages_are_open =
      plan.pipeline > 1 && !row.number("vp") && contains(notes, "interleaved");
  const int data = cluster.chips / std::max(1, plan.tensor * plan.pipeline * plan.context);
  if (data > 0 && work.micro * data > static_cast<double>(work.global) && work.global > 0) {
    work.micro = static_cast<double>(work.global) / data;
  }
  // MaxText's recipes shard weights over everything, MLPerf's rows have rules of their own.
  if (degrees_are_open(row) && !is_mlperf && !contains(folded(row.text("framework")), "maxtext"))
    choose_degrees(out, catalog);
  const Diagnostics problems = check_plan(study.graph, plan, work, cluster);
  if (!problems.empty()) {
    outcome.skip = Skip::ContradictoryPlan;
    outcome.detail = to_string(problems.front());
    return false;
  }
  return true;
}

}  // namespace

const char* name_of(Skip skip) {
  switch (skip) {
    case Skip::UnknownChip:
      return "accelerator not in the catalog";
    case Skip::UnknownModel:
      return "model neither in the catalog nor described by the row";
    case Skip::NoTime:
      return "no time and none derivable";
    case Skip::ContradictoryPlan:
      return "printed plan cannot exist";
    case Skip::OtherMetric:
      return "neither a time nor a throughput";
  }
  return "";
}

RowOutcome training_row(const TableRow& row, const Names& names, const Catalog& catalog) {
  RowOutcome outcome;
  RowStudy out;
  const bool is_mlperf = !row.text("version").empty() && !row.text("org").empty();
  const std::string framework = is_mlperf ? mlperf_framework(row) : row.text("framework");
  if (!open_row(row, framework, names, catalog, out, outcome)) return outcome;
  if (!fill_plan(row, catalog, out, outcome)) return outcome;
  const auto measured = measured_step(row, out.study.graph, out.study.work, out.study.setting.cluster.chips);
  if (!measured) {
    outcome.skip = Skip::NoTime;
    return outcome;
  }
  out.measured = *measured;
  outcome.row = std::move(out);
  return outcome;
}

}  // namespace orrery
