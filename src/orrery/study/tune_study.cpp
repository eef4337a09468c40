#include "orrery/study/tune_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "orrery/base/check.hpp"
#include "orrery/compute/models/builtins.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

// Where a free search starts: number formats that the chip multiplies in.
ParallelPlan base_plan(const Study& study) {
  if (!study.plan_is_auto) return study.plan;
  ParallelPlan base;
  const PeakRates& peak = study.setting.cluster.chip.peak;
  if (!(peak.bf16 > FlopsPerSecond{})) {
    base.precision = precision_named(peak.fp16 > FlopsPerSecond{} ? DType::Fp16 : DType::Fp32);
  }
  return base;
}

StudyTuning tune_training(const Study& study, const ParallelPlan& base, const PlanSpace& space,
                          const TuneGoal& goal) {
  const Setting& s = study.setting;
  const auto compute = make_compute_model(s.chip_model, s.cluster.chip, s.kernels);
  const Prices prices{*compute, s.cluster, s.collectives, s.stack, s.straggler_sigma, &s.software};
  const TuneResult found =
      tune({study.graph, base, study.work, prices, s.memory, s.prices, s.power}, space, goal);
  StudyTuning out{{}, found.plans_evaluated, found.plans_feasible, found.plans_infeasible, 0};
  for (const RankedPlan& r : found.best) {
    Report report = run(with_plan(study, r.plan, r.work), WhatIfs::Left);
    const Seconds searched = r.step.time.total();
    ORRERY_CHECK(report.step_time == searched, "the search says {} s and the report {} s",
                 searched.value(), report.step_time.value());
    out.best.push_back({r.plan, r.work, std::move(report)});
  }
  return out;
}

double score_of(const Report& r, Task task, Objective objective) {
  switch (objective) {
    case Objective::Time:
      return task == Task::Offline ? 1.0 / r.tokens_per_second() : r.step_time.value();
    case Objective::Cost:
      return r.usd_per_million_tokens.value();
    case Objective::Energy:
      return r.energy_per_step.value() / r.tokens_per_step;
    case Objective::Memory:
      return r.memory_peak().value();
  }
  return 0;
}

StudyTuning tune_serving(const Study& study, const ParallelPlan& base, const PlanSpace& space,
                         const TuneGoal& goal) {
  StudyTuning out;
  const Cluster& cluster = study.setting.cluster;
  std::vector<std::pair<double, std::size_t>> order;
  std::vector<TunedPlan> feasible;
  for (Shape& shape : shapes(space, study.graph, base, study.work, cluster)) {
    ++out.plans_evaluated;
    const Diagnostics problems = check_plan(study.graph, shape.plan, study.work, cluster);
    if (!problems.empty()) {
      ++out.plans_infeasible[reason_of(problems)];
      continue;
    }
    Report report = run(with_plan(study, shape.plan, study.work), WhatIfs::Left);
    if (!report.feasible || report.memory_peak() > goal.memory_share * report.memory_capacity) {
      ++out.plans_infeasible["memory"];
      continue;
    }
    ++out.plans_feasible;
    order.emplace_back(score_of(report, study.work.task, goal.objective), feasible.size());
    feasible.push_back({shape.plan, study.work, std::move(report)});
  }
  std::sort(order.begin(), order.end());
  order.resize(std::min(order.size(), static_cast<std::size_t>(std::max(1, goal.top))));
  for (const auto& [score, i] : order) out.best.push_back(std::move(feasible[i]));
  return out;
}

}  // namespace

Study with_plan(const Study& study, const ParallelPlan& plan, const Workload& work) {
  Study fixed = study;
  fixed.plan = plan;
  fixed.work = work;
  fixed.plan_is_auto = false;
  return fixed;
}

StudyTuning tune(const Study& study, const TuneGoal& goal) {
  const std::clock_t start = std::clock();
  const ParallelPlan base = base_plan(study);
  const Cluster& cluster = study.setting.cluster;
  const PlanSpace space = study.plan_is_auto ? space_for(study.graph, base, study.work, cluster)
                                             : degrees_for(study.graph, base, study.work, cluster);
  const bool training = study.work.task == Task::Train || study.work.task == Task::Finetune;
  StudyTuning out =
      training ? tune_training(study, base, space, goal) : tune_serving(study, base, space, goal);
  out.cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return out;
}

Report run_the_best(const Study& study, WhatIfs what_ifs) {
  const StudyTuning tuned = tune(study, {.top = 1});
  if (tuned.best.empty()) {
    Report r = unanswered(study);
    r.feasible = false;
    r.memory_capacity = study.setting.cluster.chip.memory.capacity;
    for (const auto& [reason, plans] : tuned.plans_infeasible) {
      r.reasons.push_back(
          fmt::format("{}: rules out {} of {} plans", reason, plans, tuned.plans_evaluated));
    }
    return r;
  }
  const TunedPlan& best = tuned.best.front();
  Report r = run(with_plan(study, best.plan, best.work), what_ifs);
  r.notes.push_back(fmt::format("plan: auto chose the fastest of {} plans, {} of which fit",
                                tuned.plans_evaluated, tuned.plans_feasible));
  if (best.work.global > 0)
    r.notes.push_back(fmt::format("it takes micro-batches of {:g}", best.work.micro));
  return r;
}

}  // namespace orrery
