#include "orrery/study/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orrery/compute/models/builtins.hpp"
#include "orrery/execute/time_tree.hpp"
#include "orrery/insight/bottleneck.hpp"
#include "orrery/study/tune_study.hpp"
#include "orrery/training/step.hpp"

namespace orrery {
namespace {

struct Priced {
  std::unique_ptr<ComputeModel> compute;
  Prices prices;
};

Priced priced(const Setting& s) {
  auto compute = make_compute_model(s.chip_model, s.cluster.chip, s.kernels);
  Prices prices{*compute, s.cluster, s.collectives, s.stack, s.straggler_sigma, &s.software};
  return {std::move(compute), std::move(prices)};
}

bool is_training(Task task) { return task == Task::Train || task == Task::Finetune; }

std::string band_kind(const Study& study) {
  if (!is_training(study.work.task)) return "serve";
  if (study.setting.cluster.chip.kind == ChipKind::Tpu) return "train tpu";
  return has_experts(study.graph) ? "train moe gpu" : "train dense gpu";
}

void add_band(const Study& study, Report& r) {
  const std::string kind = band_kind(study);
  Band band;
  for (const Band& b : study.setting.bands.bands) {
    if (b.kind == kind) band = b;
  }
  r.step_time_low = band.low * r.step_time;
  r.step_time_high = band.high * r.step_time;
  r.band_source = fmt::format("90% band of {} published rows of class '{}'", band.rows, kind);
}

FlopsPerSecond peak_of(const Chip& chip, DType compute) {
  switch (compute) {
    case DType::Fp32:
      return std::max(chip.peak.fp32, chip.peak.vector);
    case DType::Tf32:
      return chip.peak.tf32;
    case DType::Fp16:
      return chip.peak.fp16;
    case DType::Bf16:
      return chip.peak.bf16;
    case DType::Fp8:
      return chip.peak.fp8;
    case DType::Int8:
      return chip.peak.int8;
    case DType::Fp4:
    case DType::Int4:
      return chip.peak.fp4;
  }
  return chip.peak.bf16;
}

void add_flops(const Study& study, Flops model, Flops hardware, Report& r) {
  const double chip_seconds = r.step_time.value() * r.chips;
  r.model_tflops_per_chip = model.value() / chip_seconds / 1e12;
  r.hardware_tflops_per_chip = hardware.value() / chip_seconds / 1e12;
  const FlopsPerSecond peak = peak_of(study.setting.cluster.chip, study.plan.precision.compute);
  if (peak.value() > 0) {
    r.mfu = r.model_tflops_per_chip * 1e12 / peak.value();
    r.hfu = r.hardware_tflops_per_chip * 1e12 / peak.value();
  }
  r.flop_convention =
      fmt::format("2 FLOP a multiply-add, causal attention counted as run, dense {} peak",
                  name_of(study.plan.precision.compute));
}

void add_memory(const std::vector<MemoryUse>& uses, const Chip& chip, Report& r) {
  std::size_t fullest = 0;
  for (std::size_t s = 0; s < uses.size(); ++s) {
    if (uses[s].total() > uses[fullest].total()) fullest = s;
  }
  const MemoryUse& u = uses[fullest];
  r.memory = memory_parts(u);
  r.memory_capacity = chip.memory.capacity;
  r.memory_stage = static_cast<int>(fullest);
  if (u.total() > chip.memory.capacity) {
    r.feasible = false;
    r.reasons.push_back(fmt::format("memory: stage {} needs {} and the chip has {}", fullest,
                                    show(u.total()), show(chip.memory.capacity)));
  }
}

void add_cost(const Study& study, const StepTime& step, Report& r) {
  const Setting& s = study.setting;
  r.power_per_chip = power_per_chip(step, s.cluster, s.power);
  r.energy_per_step = r.chips * (r.power_per_chip * r.step_time);
  const Dollars step_cost =
      static_cast<double>(r.chips) * chip_cost(r.step_time, r.power_per_chip, s.cluster, s.prices);
  if (r.tokens_per_step > 0) r.usd_per_million_tokens = step_cost * (1e6 / r.tokens_per_step);
  if (study.run && r.tokens_per_step > 0) {
    const double steps = study.run->tokens / r.tokens_per_step;
    r.run = WholeRun{study.run->tokens, steps * r.step_time, steps * r.energy_per_step,
                     steps * step_cost};
  }
}

void add_published(const Study& study, Report& r) {
  if (!study.published) return;
  const PublishedFigure& p = *study.published;
  const auto add = [&](const char* quantity, double measured, double predicted, double time_ratio) {
    r.published.push_back({quantity, measured, predicted, time_ratio - 1, p.source});
  };
  if (p.step_time) {
    add("s a step", p.step_time->value(), r.step_time.value(), r.step_time / *p.step_time);
  }
  if (p.flops_per_chip) {
    const double measured = p.flops_per_chip->value() / 1e12;
    add("TFLOP/s a chip", measured, r.model_tflops_per_chip, measured / r.model_tflops_per_chip);
  }
  if (p.tokens_per_second_per_chip) {
    const double predicted = r.tokens_per_second() / r.chips;
    add("tokens/s a chip", *p.tokens_per_second_per_chip, predicted,
        *p.tokens_per_second_per_chip / predicted);
  }
}

struct Answer {
  StepTime step;  // what is shown as the tree
  Seconds unit;   // what a user waits for: a step, a pass, a whole generation
  std::optional<Generation> generation;
  double tokens = 0;
  Flops model_flops, hardware_flops;
};

Answer train(const Study& study, const Prices& prices, Report* r) {
  const TrainingStep step =
      training_step(study.graph, study.plan, study.work, prices, study.setting.memory);
  if (r != nullptr) add_memory(step.memory, study.setting.cluster.chip, *r);
  return {step.time,          step.time.total(), {},
          step.useful_tokens, step.model_flops,  step.time.all_ranks_flops};
}

Batch pass_of(const Study& study) {
  const Workload& w = study.work;
  Batch b;
  b.sequences = static_cast<double>(w.sequences);
  b.tokens = w.task == Task::Decode ? b.sequences : b.sequences * static_cast<double>(w.prompt);
  return b;
}

Answer serve(const Study& study, const Prices& prices, Report* r) {
  const Workload& w = study.work;
  const ParallelPlan& plan = study.plan;
  const auto n = static_cast<double>(w.sequences), prompt = static_cast<double>(w.prompt);
  const auto made = static_cast<double>(w.generated);
  Answer a;
  double held = n;
  switch (w.task) {
    case Task::Prefill:
      a.step = estimate(prefill_program(study.graph, plan, n, prompt, prices.cluster), prices);
      a.unit = a.step.total();
      a.tokens = n * prompt * plan.data;
      break;
    case Task::Decode:
      a.step =
          estimate(decode_program(study.graph, plan, n, prompt + made, prices.cluster), prices);
      a.unit = a.step.total();
      a.tokens = n * plan.data;
      break;
    case Task::Generate:
      a.generation = generation(price_generate(study.graph, plan, w, prices), prices.stack,
                                prices.straggler_sigma);
      a.step = a.generation->decode;
      a.unit = a.generation->latency;
      a.tokens = n * made * plan.data;
      break;
    case Task::Offline: {
      const auto priced_offline =
          price_offline(study.graph, plan, w, prices, study.setting.memory, study.engine);
      if (priced_offline)
        a.generation = generation(*priced_offline, prices.stack, prices.straggler_sigma);
      if (!a.generation) {
        held = 1;
        break;
      }
      held = a.generation->sequences;
      a.step = a.generation->decode;
      a.unit = a.generation->tpot;
      a.tokens = a.generation->tokens_per_second * a.unit.value();
      break;
    }
    case Task::Train:
    case Task::Finetune:
      break;
  }
  a.hardware_flops = a.step.all_ranks_flops;
  a.model_flops = a.hardware_flops;
  if (r != nullptr) {
    Batch pass = pass_of(study);
    if (w.task == Task::Offline)
      pass.tokens = std::min(study.engine.tokens_per_pass, held * prompt);
    const double length = w.task == Task::Offline ? prompt + made / 2 : prompt + made;
    add_memory(serving_memory(study.graph, plan, pass, held, length, study.setting.cluster,
                              study.setting.memory),
               study.setting.cluster.chip, *r);
    if (a.generation) {
      r->ttft = a.generation->ttft;
      r->tpot = a.generation->tpot;
      r->latency = a.generation->latency;
      r->batch = a.generation->sequences;
    }
  }
  return a;
}

Answer answer(const Study& study, Report* r) {
  const Priced p = priced(study.setting);
  return is_training(study.work.task) ? train(study, p.prices, r) : serve(study, p.prices, r);
}

void add_what_ifs(const Study& study, Report& r) {
  for (const Change& change : changes_to_try(study.setting.cluster)) {
    Study changed = study;
    changed.setting.cluster = change.cluster;
    const Seconds t = answer(changed, nullptr).unit;
    if (t > Seconds{}) r.what_if.push_back({change.name, t});
  }
}

}  // namespace

Seconds answer_time(const Study& study) {
  return study.plan_is_auto ? run(study, WhatIfs::Left).step_time : answer(study, nullptr).unit;
}

Report unanswered(const Study& study) {
  Report r;
  r.study = study.name;
  r.model = study.graph.name;
  r.cluster = study.setting.cluster.name;
  r.chips = study.setting.cluster.chips;
  r.task = name_of(study.work.task);
  r.plan = study.plan_is_auto ? "auto" : summary(study.plan);
  r.inputs_hash = study.inputs_hash;
  return r;
}

Report run(const Study& study, WhatIfs what_ifs) {
  if (study.plan_is_auto) return run_the_best(study, what_ifs);
  Report r = unanswered(study);
  const Answer a = answer(study, &r);
  r.step_time = a.unit;
  r.tokens_per_step = a.tokens;
  if (!(a.unit > Seconds{})) {
    if (r.feasible) r.reasons.push_back("memory: not even one sequence fits");
    r.feasible = false;
    return r;
  }
  r.time = time_tree(a.step);
  if (a.generation) {
    r.notes.push_back("the breakdown shows one decode step at the mean context");
    if (study.work.task == Task::Generate) r.time.name = "decode step";
  } else {
    add_flops(study, a.model_flops, a.hardware_flops, r);
  }
  add_band(study, r);
  add_cost(study, a.step, r);
  r.bottleneck = bottleneck_sentence(r.time);
  add_published(study, r);
  if (what_ifs == WhatIfs::Counted) add_what_ifs(study, r);
  return r;
}

}  // namespace orrery
