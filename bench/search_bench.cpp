// Exhaustive searches of plan spaces as large as Calculon's; bench/README.md writes the spaces
// down.
#include <benchmark/benchmark.h>

#include "gpt.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/planner/tune.hpp"

namespace orrery::bench {
namespace {

PlanSpace calculon_space(const Study& study) {
  PlanSpace s = space_for(study.graph, study.plan, study.work, study.setting.cluster);
  s.stages = {StageLayout{}};
  s.fused_attention = {true, false};
  s.context = {1, 2};
  return s;
}

void search(benchmark::State& state, const Study& study) {
  const auto compute = make_roofline(study.setting.cluster.chip, study.setting.kernels);
  const Prices prices{*compute, study.setting.cluster, study.setting.collectives,
                      study.setting.stack, study.setting.straggler_sigma};
  const TuneTask task{study.graph,          study.plan,           study.work,         prices,
                      study.setting.memory, study.setting.prices, study.setting.power};
  const PlanSpace space = calculon_space(study);
  TuneResult result;
  for (auto _ : state) result = tune(task, space, {});
  const auto plans = static_cast<double>(result.plans_evaluated);
  double impossible = 0;
  for (const auto& [reason, count] : result.plans_infeasible) {
    if (reason != "memory") impossible += static_cast<double>(count);
  }
  state.counters["plans"] = plans;
  state.counters["impossible"] = impossible;
  state.counters["feasible"] = static_cast<double>(result.plans_feasible);
  state.counters["best_s"] = result.best.front().step.time.total().value();
  state.counters["plans/s"] =
      benchmark::Counter(plans, benchmark::Counter::kIsIterationInvariantRate);
}

void gpt3_175b_on_64(benchmark::State& state) { search(state, gpt3_175b("auto")); }
BENCHMARK(gpt3_175b_on_64)->Unit(benchmark::kMillisecond);

void gpt_1t_on_512(benchmark::State& state) { search(state, gpt_1t("auto")); }
BENCHMARK(gpt_1t_on_512)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery::bench
