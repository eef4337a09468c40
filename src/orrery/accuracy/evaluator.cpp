#include "orrery/accuracy/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/compute/models/builtins.hpp"
#include "orrery/execute/time_tree.hpp"
#include "orrery/program/lower.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

MemoryUse fullest(const Study& study) {
  MemoryUse peak;
  for (const MemoryUse& use : training_memory(study.graph, study.plan, study.work,
                                              study.setting.cluster, study.setting.memory)) {
    if (use.total() > peak.total()) peak = use;
  }
  return peak;
}

// Every valid choice of the knobs that the row leaves open. Rule: powers of two up to 16 sequences
// a micro-batch, all virtual stages that divide the layers; those that fit, or all when none does.
std::vector<Study> choices(const RowStudy& row) {
  std::vector<Study> all;
  const Study& base = row.study;
  const int layers_a_stage = std::max(1, depth(base.graph) / base.plan.pipeline);
  for (double micro = row.micro_is_open ? 1 : base.work.micro; micro <= 16 || !row.micro_is_open;
       micro *= 2) {
    for (int v = 1; v <= (row.virtual_stages_are_open ? layers_a_stage : 1); ++v) {
      Study study = base;
      study.work.micro = micro;
      if (row.virtual_stages_are_open) {
        if (layers_a_stage % v != 0) continue;
        study.plan.virtual_stages = v;
      }
      if (check_plan(study.graph, study.plan, study.work, study.setting.cluster).empty()) {
        all.push_back(std::move(study));
      }
    }
    if (!row.micro_is_open) break;
  }
  if (all.empty()) all.push_back(base);
  return all;
}

}  // namespace

RowEvaluator::RowEvaluator(const RowStudy& row)
    : task_(row.study.work.task),
      quantity_(row.quantity),
      sigma_(row.study.setting.straggler_sigma) {
  const Setting& setting = row.study.setting;
  const auto compute = make_compute_model(setting.chip_model, setting.cluster.chip, setting.kernels);
  const Prices prices{*compute,      setting.cluster, setting.collectives,
                      setting.stack, sigma_,          &setting.software};
  const Workload& work = row.study.work;
  if (task_ == Task::Train || task_ == Task::Finetune) {
    std::vector<Study> studies = choices(row);
    std::vector<Study> fitting;
    for (const Study& study : studies) {
      const MemoryUse use = fullest(study);
      memory_ = memory_parts(use);
      if (use.total() <= setting.cluster.chip.memory.capacity) fitting.push_back(study);
    }
    fits_ = !fitting.empty();
    for (const Study& study : fits_ ? fitting : studies) {
      const Program program = lower_training(study.graph, study.plan, study.work, setting.cluster);
      candidates_.push_back(price(program, prices));
      useful_flops_per_chip_ = program.model_flops.value() / setting.cluster.chips;
    }
    return;
  }
  const OpGraph& graph = row.study.graph;
  const ParallelPlan& plan = row.study.plan;
  const auto n = static_cast<double>(work.sequences), prompt = static_cast<double>(work.prompt);
  switch (task_) {
    case Task::Prefill:
      candidates_.push_back(
          price(prefill_program(graph, plan, n, prompt, setting.cluster), prices));
      break;
    case Task::Decode:
      candidates_.push_back(
          price(decode_program(graph, plan, n, prompt + static_cast<double>(work.generated),
                               setting.cluster),
                prices));
      break;
    case Task::Generate:
      generation_ = price_generate(graph, plan, work, prices);
      break;
    case Task::Offline:
      generation_ = price_offline(graph, plan, work, prices, setting.memory, row.study.engine);
      fits_ = generation_.has_value();
      if (!fits_) {  // the run was made, so our account of memory is wrong: one sequence at least
        EngineLimits engine = row.study.engine;
        Setting roomy = setting;
        roomy.cluster.chip.memory.capacity *= 1.5;
        const Prices priced{*compute,      roomy.cluster, setting.collectives,
                            setting.stack, sigma_,        &setting.software};
        generation_ = price_offline(graph, plan, work, priced, setting.memory, engine);
      }
      break;
    case Task::Train:
    case Task::Finetune:
      break;
  }
}

std::optional<double> RowEvaluator::predict(const Stack& stack) const {
  if (generation_) {
    const Generation g = generation(*generation_, stack, sigma_);
    if (quantity_ == "latency_s") return g.latency.value();
    if (quantity_ == "ttft_s") return g.ttft.value();
    if (quantity_ == "tpot_s") return g.tpot.value();
    return 1.0 / g.tokens_per_second;
  }
  const auto step = breakdown(stack);
  return step ? std::optional(step->total().value()) : std::nullopt;
}

std::optional<StepTime> RowEvaluator::breakdown(const Stack& stack) const {
  if (generation_) return generation(*generation_, stack, sigma_).decode;
  std::optional<StepTime> best;
  for (const PricedProgram& candidate : candidates_) {
    StepTime t = step_time(candidate, stack, sigma_);
    if (!best || t.total() < best->total()) best = std::move(t);
  }
  return best;
}

}  // namespace orrery
